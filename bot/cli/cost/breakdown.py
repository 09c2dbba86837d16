"""`hunkwise cost breakdown`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.cost import flags
from bot.cli.cost.times import OnDate, period_of
from bot.core.cost.breakdown import By
from bot.core.cost.words import narrowed, period_words
from bot.core.ledger.account import Span


class Time(StrEnum):
    """Which time a breakdown is about."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


def breakdown(
    by: Annotated[By, typer.Option("--by", help="What spending is parted by.")],
    period: Annotated[Time, typer.Option("--period", help="Of which time; 'all' is the whole ledger.")] = Time.MONTH,
    date: OnDate = "",
    top: Annotated[int, typer.Option(min=0, help="Show so many, and all others as one (0: show all).")] = 0,
    repo: flags.Repository = "",
    team: flags.Team = "",
    author: flags.Author = "",
    simulated: flags.Simulated = False,
    time_zone: flags.TimeZone = "UTC",
    format: flags.Printed = flags.Format.TEXT,
    ledger: flags.LedgerPlace = None,
) -> None:
    """Who or what spent it, dearest first; the rows add up to the total to the last digit.

    By file-kind, a request about several kinds of files is shared out over its hunks. By rule, each part of the system
    prompt carries its share of what the prompt cost, beside what it found and what was accepted.
    """
    from bot.app.cost.breakdown import read_breakdown
    from bot.core.pricing import PriceList

    now, zone = flags.now(), flags.zone_of(time_zone)
    where = flags.chosen(repo, team, author, simulated=simulated)
    covers = "everything in the ledger" + narrowed(where)
    if period is not Time.ALL:
        chosen = period_of(Span(period.value), date, now, zone)
        covers = period_words(chosen, now, zone) + narrowed(where)
        where = flags.within(where, chosen.start, chosen.end)
    with flags.opened(ledger) as opened:
        made = read_breakdown(opened.reader, by, where, covers, PriceList(now, {}), top)
    flags.print_report(made, format)
