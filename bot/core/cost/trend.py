"""`hunkwise cost trend`: what was spent day by day, and where it is heading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.buckets import Bucket, Step, buckets
from bot.core.cost.measures import success_rate
from bot.core.cost.report import Column, Kind, Report, Table, Value
from bot.core.cost.shares import change, per, ratio
from bot.core.cost.words import SPENT, narrowed, simulated_note, time_words
from bot.core.ledger.account import Span, period_at
from bot.core.ledger.sums import Sums, Where
from bot.core.report.figures import about_dollars

WEEK = 7
"""Days of the moving average: whole weeks, so that weekends do not show in it."""

_COLUMNS = (
    Column("day", "Day"),
    Column("spent_usd", "Spent", Kind.USD),
    Column("average_usd", "7-day average", Kind.USD),
    Column("change", "In 7 days", Kind.CHANGE),
    Column("attempts", "Attempts", Kind.COUNT),
    Column("success_rate", "Success", Kind.RATIO),
    Column("of_dearest", "", Kind.BAR),
)

_AVERAGES = (
    "An average is of a day and the six before it, and is beside the one a week earlier; without a whole week of"
    " history there is none. Today is not over, so its average is still rising."
)


def days_until(now: datetime, count: int, zone: ZoneInfo) -> tuple[Bucket, ...]:
    """So many days of the zone's calendar, the last being today, and two weeks before them for the averages."""
    today = period_at(Span.DAY, now, zone)
    first = today.start.astimezone(zone).date() - timedelta(days=count - 1 + 2 * WEEK)
    # Noon is in its own day in every zone, so that a midnight that is missing does no harm.
    start = period_at(Span.DAY, datetime.combine(first, time(12), tzinfo=zone), zone).start
    return buckets(start, today.end, zone, Step.DAY)


def trend_report(
    days: Sequence[Bucket],
    sums: Sequence[Sums],
    before: Sums,
    first: datetime | None,
    where: Where,
    zone: ZoneInfo,
    now: datetime,
) -> Report:
    """The report on `days_until` and their sums; `before` is what the same time before them spent.

    `first` is when the ledger's first row began: averages of days before it would not be averages.
    """
    shown = range(2 * WEEK, len(days))
    averages = [_average(days, sums, at, first) for at in range(len(days))]
    dearest = max((sums[at].spent_usd for at in shown), default=Decimal(0))
    rows = tuple(_row(days[at], sums[at], averages[at], averages[at - WEEK], dearest) for at in shown)
    whole = sum((sums[at] for at in shown), Sums())
    total = ("Total", whole.spent_usd, None, None, whole.attempts, success_rate(whole), None)
    table = Table("days", "By day", _COLUMNS, rows, total)
    notes = (
        _beside(whole, before, len(shown)),
        _AVERAGES,
        SPENT,
        *simulated_note(where),
    )
    covers = time_words(days[2 * WEEK].start, now, zone) + narrowed(where)
    return Report("trend", "What reviews cost day by day", covers, (table,), notes)


def _average(days: Sequence[Bucket], sums: Sequence[Sums], at: int, first: datetime | None) -> Decimal | None:
    begin = at - WEEK + 1
    if begin < 0 or first is None or first >= days[begin].end:
        return None
    return per(sum((one.spent_usd for one in sums[begin : at + 1]), Decimal(0)), WEEK)


def _row(
    day: Bucket, sums: Sums, average: Decimal | None, week_before: Decimal | None, dearest: Decimal
) -> tuple[Value, ...]:
    changed = change(average, week_before) if average is not None and week_before is not None else None
    bar = ratio(sums.spent_usd, dearest)
    return day.label, sums.spent_usd, average, changed, sums.attempts, success_rate(sums), bar


def _beside(whole: Sums, before: Sums, days: int) -> str:
    spent, then = about_dollars(whole.spent_usd), about_dollars(before.spent_usd)
    changed = change(whole.spent_usd, before.spent_usd)
    if changed is None:
        return f"{spent} were spent in these {days} days; nothing in the {days} days before."
    return f"{spent} were spent in these {days} days, {then} in the {days} days before: {changed:+.1%}."
