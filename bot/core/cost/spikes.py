"""Hours that spent much more than the same hour of the day before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.buckets import Bucket, Step, buckets
from bot.core.cost.report import Column, Kind, Table
from bot.core.ledger.sums import Sums
from bot.core.report.figures import about_dollars
from bot.core.report.words import counted

TIMES = 3
"""An hour is a spike where it spent more than so many times as much."""

_COLUMNS = (
    Column("hour", "Hour"),
    Column("spent_usd", "Spent", Kind.USD),
    Column("day_before_usd", "The day before", Kind.USD),
    Column("times", "Times", Kind.NUMBER),
    Column("attempts", "Attempts", Kind.COUNT),
)


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour, and what the same hour on the clock spent the day before; zero also where that hour did not exist."""

    bucket: Bucket
    sums: Sums
    before_usd: Decimal

    @property
    def is_spike(self) -> bool:
        """Whether there was something the day before, and this is more than TIMES as much."""
        return 0 < self.before_usd * TIMES < self.sums.spent_usd


def hours_with_day_before(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[Bucket, ...]:
    """The hours of a time and of the day before it."""
    return buckets(day_before(start, zone), end, zone, Step.HOUR)


def compared(hours: Sequence[Bucket], sums: Sequence[Sums], start: datetime, zone: ZoneInfo) -> tuple[Hour, ...]:
    """The hours from `start` on, each beside the same of the day before; `sums` are those of all `hours`."""
    spent = {bucket.start: one.spent_usd for bucket, one in zip(hours, sums, strict=True)}
    return tuple(
        Hour(bucket, one, spent.get(day_before(bucket.start, zone), Decimal(0)))
        for bucket, one in zip(hours, sums, strict=True)
        if bucket.start >= start
    )


def spike_table(hours: Sequence[Hour]) -> Table:
    """The spikes, dearest first; the sentence says how many hours had nothing to be compared with."""
    spikes = sorted((one for one in hours if one.is_spike), key=lambda one: -one.sums.spent_usd)
    alone = [one for one in hours if one.sums.spent_usd and not one.before_usd]
    rows = tuple(
        (one.bucket.label, one.sums.spent_usd, one.before_usd, float(one.sums.spent_usd / one.before_usd), attempts)
        for one in spikes
        for attempts in [one.sums.attempts]
    )
    title = (
        f"Spikes: {counted(len(spikes), 'hour')} spent more than {TIMES} times what the same hour did the day before"
    )
    if alone:
        usd = about_dollars(sum((one.sums.spent_usd for one in alone), Decimal(0)))
        title += f"; {counted(len(alone), 'hour')} ({usd}) had nothing the day before to be compared with"
    return Table("spikes", f"{title}.", _COLUMNS, rows)


def day_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """The same time on the zone's clock, which is 23 or 25 hours earlier where clocks were changed in between."""
    return (moment.astimezone(zone) - timedelta(days=1)).astimezone(UTC)
