"""Hours and days on the clock of a zone, and sums for each of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.ledger.sums import Group, Sums

QUARTER = timedelta(minutes=15)
"""The ledger's finest time: what `Field.QUARTER` counts since 1970."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Step(StrEnum):
    """How long a bucket is."""

    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Bucket:
    """From `start` (included) to `end` (excluded), in UTC. `label` is the zone's own clock, ISO 8601."""

    label: str
    start: datetime
    end: datetime


def quarter_start(moment: datetime) -> datetime:
    """The beginning of the quarter of an hour that a moment falls into, in UTC."""
    return _EPOCH + (moment - _EPOCH) // QUARTER * QUARTER


def quarter_end(moment: datetime) -> datetime:
    """The end of the quarter of an hour that a moment falls into: the first that leaves no row of it out."""
    return quarter_start(moment) + QUARTER


def moment_of(quarter: str) -> datetime:
    """When a quarter began, from the value of `Field.QUARTER`."""
    return _EPOCH + int(quarter) * QUARTER


def buckets(start: datetime, end: datetime, zone: ZoneInfo, step: Step) -> tuple[Bucket, ...]:
    """The hours or days between two moments, without a gap; the first and the last may be cut.

    A new one begins wherever the zone's clock shows another hour (or date), or is put forward or back: the hour that
    comes twice is two hours, and a day has 23, 24 or 25 of them.
    """
    starts: list[tuple[str, datetime]] = []
    at = quarter_start(start)
    while at < end:
        local = at.astimezone(zone)
        label = local.date().isoformat() if step is Step.DAY else _hour(local)
        if not starts or starts[-1][0] != label:
            starts.append((label, at))
        at += QUARTER
    ends = [begin for _, begin in starts[1:]] + [end]
    return tuple(Bucket(label, begin, until) for (label, begin), until in zip(starts, ends, strict=True))


def fold(groups: Iterable[Group], into: Sequence[Bucket]) -> list[Sums]:
    """Sums for each bucket, of groups whose first field is QUARTER; what lies outside counts to the nearest bucket."""
    starts = [bucket.start for bucket in into]
    added = [Sums() for _ in into]
    for group in groups:
        at = bisect_right(starts, moment_of(group.key[0])) - 1
        added[max(0, at)] += group.sums
    return added


def _hour(local: datetime) -> str:
    return local.replace(minute=0).isoformat(timespec="minutes")
