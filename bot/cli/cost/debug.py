"""`hunkwise cost debug`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.cost import flags
from bot.cli.cost.times import last


def debug(
    period: Annotated[
        str, typer.Option("--period", metavar="last-N[hd]", help="How far back: last-1h, last-24h, last-7d.")
    ] = "last-24h",
    repo: flags.Repository = "",
    team: flags.Team = "",
    author: flags.Author = "",
    simulated: flags.Simulated = False,
    time_zone: flags.TimeZone = "UTC",
    format: flags.Printed = flags.Format.TEXT,
    ledger: flags.LedgerPlace = None,
) -> None:
    """What was unusual lately, and the likely reasons.

    The dearest pull requests and runs, how attempts ended, retries, what the prompt cache did and why it was missed,
    and hours that spent more than three times what they did the day before.
    """
    from bot.app.cost.unusual import read_unusual

    now, zone, back = flags.now(), flags.zone_of(time_zone), last(period)
    where = flags.chosen(repo, team, author, simulated=simulated)
    with flags.opened(ledger) as opened:
        made = read_unusual(opened.reader, back, where, zone, now)
    flags.print_report(made, format)
