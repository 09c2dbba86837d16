"""`hunkwise cost analyze`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.cost import flags
from bot.cli.cost.page import HtmlBeside, write_beside
from bot.cli.cost.times import month_of
from bot.core.ledger.account import Span, period_at


def analyze(
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="Which month (default: the current one).")] = "",
    repo: flags.Repository = "",
    team: flags.Team = "",
    author: flags.Author = "",
    simulated: flags.Simulated = False,
    time_zone: flags.TimeZone = "UTC",
    format: flags.Printed = flags.Format.TEXT,
    html: HtmlBeside = "",
    ledger: flags.LedgerPlace = None,
) -> None:
    """One month in depth, beside the month before.

    Who and what spent it, what was saved and wasted, what was found, and the cost for each hunk, run, pull request and
    finding. A month that is not over is compared with as much of the month before.
    """
    from bot.app.cost.month import read_month
    from bot.app.cost.page_facts import Asked

    now, zone = flags.now(), flags.zone_of(time_zone)
    chosen = month_of(month, now, zone)
    where = flags.chosen(repo, team, author, simulated=simulated)
    with flags.opened(ledger) as opened:
        made = read_month(opened.reader, chosen, where, zone, now)
        write_beside(opened.reader, Asked(period_at(Span.MONTH, chosen.start, zone), now, zone, where), html)
    flags.print_report(made, format)
