"""`hunkwise cost compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.cost import flags


def compare(
    models: Annotated[
        str, typer.Option(metavar="all|ID,ID", help="Which models to price it on: all that are known, or these.")
    ] = "all",
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
    """This history priced anew: on every model, cached or not, in batches or at once, routed otherwise.

    Nothing is asked: the tokens are those that were spent. The notes below the tables say what is assumed.
    """
    from bot.core.cost.compare import BY, parts_of
    from bot.core.cost.compare_report import compare_report, models_to_compare
    from bot.core.cost.stretch import stretch
    from bot.core.ledger.sums import Sums
    from bot.core.pricing import PriceList

    now = flags.now()
    covered = stretch(month, days, now, flags.zone_of(time_zone))
    where = flags.within(flags.chosen(repo, team, author, simulated=simulated), covered.since, covered.until)
    with flags.opened(ledger) as opened:
        groups = tuple(opened.reader.groups(BY, where))
    prices, parts = PriceList(now, {}), parts_of(groups)
    chosen = models_to_compare(models, parts, prices)
    unsettled = sum((group.sums for group in groups), Sums()).unsettled_usd
    flags.print_report(compare_report(parts, chosen, prices, covered.words, unsettled), format)
