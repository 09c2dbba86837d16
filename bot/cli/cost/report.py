"""`hunkwise cost report`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.cost import flags
from bot.cli.cost.page import HtmlBeside, write_beside
from bot.cli.cost.times import OnDate, period_of
from bot.core.ledger.account import Span, period_at


def report(
    period: Annotated[Span, typer.Option("--period", help="How long the period is.")] = Span.MONTH,
    date: OnDate = "",
    repo: flags.Repository = "",
    team: flags.Team = "",
    author: flags.Author = "",
    simulated: flags.Simulated = False,
    time_zone: flags.TimeZone = "UTC",
    format: flags.Printed = flags.Format.TEXT,
    html: HtmlBeside = "",
    ledger: flags.LedgerPlace = None,
) -> None:
    """What a day, week or month cost so far, by its hours or days.

    Also what became of the money, what each means saved, tokens, and the cost for each hunk, run, pull request and
    finding. Open reservations count in full, as they do for budgets.
    """
    from bot.app.cost.page_facts import Asked
    from bot.app.cost.period import read_period

    now, zone = flags.now(), flags.zone_of(time_zone)
    chosen = period_of(period, date, now, zone)
    where = flags.chosen(repo, team, author, simulated=simulated)
    with flags.opened(ledger) as opened:
        made = read_period(opened.reader, chosen, where, zone, now)
        write_beside(opened.reader, Asked(period_at(Span.MONTH, chosen.start, zone), now, zone, where), html)
    flags.print_report(made, format)
