"""`hunkwise cost analyze`: one month in depth, beside the month before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.cost.bill_tables import bill_tables
from bot.core.cost.buckets import Step, quarter_start
from bot.core.cost.findings import findings_table
from bot.core.cost.outcomes import outcome_table
from bot.core.cost.period import parts_of, time_table
from bot.core.cost.ranking import ByName, ranking
from bot.core.cost.report import Column, Report, Table
from bot.core.cost.spending import Spending
from bot.core.cost.words import ACCEPTED, SPENT, narrowed, period_words, simulated_note, time_words
from bot.core.ledger.account import Period, period_at
from bot.core.ledger.sums import Field, Sums, Where

WHO = (Field.REPOSITORY, Field.TEAM, Field.AUTHOR, Field.MODEL, Field.FEATURE)
"""Who and what a month's spending is parted by."""

MOST = 10
"""Rows of each ranking; what the others spent is one row."""

_NAMES = {
    Field.REPOSITORY: ("repositories", "repository", "Repository"),
    Field.TEAM: ("teams", "team", "Team"),
    Field.AUTHOR: ("authors", "author", "Author"),
    Field.MODEL: ("models", "model", "Model"),
    Field.FEATURE: ("features", "feature", "For"),
}


@dataclass(frozen=True, slots=True)
class MonthSums:
    """A month, or as much of it as is compared: everything spent, and by whom."""

    spending: Spending
    who: Mapping[Field, ByName]


def time_before(month: Period, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The month before; of one that is not over as much of the month before as has passed of this one."""
    before = period_at(month.span, month.start - (month.end - month.start) / 2, zone)
    if now >= month.end:
        return before.start, before.end
    passed = max(now, month.start) - month.start
    return before.start, min(quarter_start(before.start + passed), before.end)


def month_report(
    month: Period, days: Sequence[Sums], of: MonthSums, before: MonthSums, where: Where, zone: ZoneInfo, now: datetime
) -> Report:
    """The report; `days` are the sums of `parts_of(month)`."""
    tables = (
        *bill_tables(of.spending, before.spending),
        *(_ranking(field, of, before) for field in WHO),
        outcome_table("How attempts ended, and what was wasted or is unsettled", _by_outcome(of.spending)),
        findings_table(of.spending.findings),
        time_table(parts_of(month, zone), days, now, Step.DAY),
    )
    start, end = time_before(month, now, zone)
    notes = (
        f"Before is {time_words(start, end, zone)}{_why_so_far(month, now)}",
        SPENT,
        ACCEPTED,
        *simulated_note(where),
    )
    return Report("analyze", "A month of reviews", period_words(month, now, zone) + narrowed(where), tables, notes)


def _ranking(field: Field, of: MonthSums, before: MonthSums) -> Table:
    name, column, title = _NAMES[field]
    head = f"By {column}, dearest first"
    return ranking(name, head, Column(column, title), of.who[field], MOST, before.who[field])


def _by_outcome(spending: Spending) -> dict[str, Sums]:
    added: dict[str, Sums] = {}
    for group in spending.endings:
        added[group.key[2]] = added.get(group.key[2], Sums()) + group.sums
    return added


def _why_so_far(month: Period, now: datetime) -> str:
    return "." if now >= month.end else ": as much of the month before as has passed of this one."
