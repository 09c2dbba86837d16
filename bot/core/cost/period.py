"""`hunkwise cost report`: what a day, a week or a month cost, by its hours or days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.cost.bill_tables import bill_tables
from bot.core.cost.buckets import Bucket, Step, buckets
from bot.core.cost.measures import MEASURES, measures
from bot.core.cost.report import Column, Kind, Report, Table, Value
from bot.core.cost.shares import ratio
from bot.core.cost.spending import Spending
from bot.core.cost.words import ACCEPTED, SPENT, narrowed, period_words, simulated_note
from bot.core.ledger.account import Period, Span
from bot.core.ledger.sums import Sums, Where

_BAR = Column("of_dearest", "", Kind.BAR)


def parts_of(period: Period, zone: ZoneInfo) -> tuple[Bucket, ...]:
    """The hours of a day, the days of a week or a month."""
    return buckets(period.start, period.end, zone, Step.HOUR if period.span is Span.DAY else Step.DAY)


def time_table(parts: Sequence[Bucket], sums: Sequence[Sums], now: datetime, step: Step) -> Table:
    """A row for each part of a time; those that have not begun are left out, as long as nothing is in them."""
    while parts and parts[-1].start > now and not sums[-1].rows:
        parts, sums = parts[:-1], sums[:-1]
    whole = sum(sums, Sums())
    dearest = max((one.spent_usd for one in sums), default=None)
    rows: list[tuple[Value, ...]] = [
        (part.label, *measures(one, whole), dearest and ratio(one.spent_usd, dearest))
        for part, one in zip(parts, sums, strict=True)
    ]
    columns = (Column(step.value, step.value.capitalize()), *MEASURES, _BAR)
    title = f"By {step.value}"
    return Table("time", title, columns, tuple(rows), ("Total", *measures(whole, whole), None))


def period_report(
    period: Period, sums: Sequence[Sums], spending: Spending, where: Where, zone: ZoneInfo, now: datetime
) -> Report:
    """The report; `sums` are those of `parts_of(period)`, in their order."""
    step = Step.HOUR if period.span is Span.DAY else Step.DAY
    table = time_table(parts_of(period, zone), sums, now, step)
    notes = (SPENT, ACCEPTED, *simulated_note(where))
    covers = period_words(period, now, zone) + narrowed(where)
    return Report("report", "What reviews cost", covers, (table, *bill_tables(spending)), notes)
