"""`hunkwise cost selfhost`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from bot.cli.cost import flags
from bot.cli.flags import dollars_of

OWN = "Own GPUs"


def selfhost(
    gpu_usd_per_hour: Annotated[
        Decimal, typer.Option(metavar="X", parser=dollars_of, help="What one GPU costs an hour.", rich_help_panel=OWN)
    ],
    tokens_per_second: Annotated[
        float,
        typer.Option(
            metavar="N",
            min=0.001,
            max=1e9,
            help="Tokens one GPU processes a second, input and output together.",
            rich_help_panel=OWN,
        ),
    ],
    utilisation: Annotated[
        float,
        typer.Option(metavar="P", min=0.001, max=1, help="The share of a month that it is busy.", rich_help_panel=OWN),
    ] = 0.3,
    gpus: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="How many (default: as many as the volume takes).", rich_help_panel=OWN),
    ] = None,
    fixed_usd_per_month: Annotated[
        Decimal,
        typer.Option(metavar="X", parser=dollars_of, help="People, racks, storage …", rich_help_panel=OWN),
    ] = Decimal(0),
    tokens_per_month: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="The volume (default: the ledger's own, as a month).")
    ] = None,
    month: flags.Month = "",
    days: flags.Days = None,
    ledger: flags.LedgerPlace = None,
    format: flags.Printed = flags.Format.TEXT,
    repo: flags.Repository = "",
    team: flags.Team = "",
    author: flags.Author = "",
    simulated: flags.Simulated = False,
    time_zone: flags.TimeZone = "UTC",
) -> None:
    """Own GPUs or the API: what both cost, and from which volume on own ones cost no more.

    The price of the API is what this history paid for a token. Quality is not priced in.
    """
    from bot.app.cost.selfhost import bought_of
    from bot.core.cost.selfhost import Machines
    from bot.core.cost.selfhost_report import selfhost_report
    from bot.core.cost.stretch import stretch

    now = flags.now()
    covered = stretch(month, days, now, flags.zone_of(time_zone))
    where = flags.chosen(repo, team, author, simulated=simulated)
    with flags.opened(ledger) as opened:
        bought = bought_of(opened.reader, where, covered, now, tokens_per_month)
    throughput, busy = Decimal(str(tokens_per_second)), Decimal(str(utilisation))
    machines = Machines(gpu_usd_per_hour, throughput, busy, gpus, fixed_usd_per_month)
    volume = "as a month of 730 hours" if tokens_per_month is None else f"at {tokens_per_month:,} tokens a month"
    flags.print_report(selfhost_report(machines, bought, f"{covered.words}, {volume}"), format)
