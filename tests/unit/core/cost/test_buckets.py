from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.core.cost.buckets import QUARTER, Step, buckets, fold, moment_of, quarter_end, quarter_start
from bot.core.ledger.account import Span, period_at
from bot.core.ledger.sums import Group, Sums

BERLIN = ZoneInfo("Europe/Berlin")


def quarter(moment: datetime) -> str:
    """The value that the ledger groups a moment by."""
    return str(int(moment.timestamp()) // 900)


@pytest.mark.parametrize(
    ("day", "hours", "twice"),
    [
        ("2026-10-25", 25, ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]),
        ("2026-03-29", 23, []),
        ("2026-11-26", 24, []),
    ],
)
def test_hours_of_a_day(day: str, hours: int, twice: list[str]) -> None:
    """The hour that comes twice is two, told apart by their offset; the one that is left out is not there."""
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=BERLIN)
    period = period_at(Span.DAY, noon, BERLIN)
    parts = buckets(period.start, period.end, BERLIN, Step.HOUR)
    assert len(parts) == hours
    assert [part.label for part in parts if "T02" in part.label] == (twice or [f"{day}T02:00+01:00"] * (hours == 24))


def test_days_of_a_month() -> None:
    """A month has its days, the longer one among them, from midnight to midnight of the zone."""
    period = period_at(Span.MONTH, datetime(2026, 10, 15, tzinfo=UTC), BERLIN)
    parts = buckets(period.start, period.end, BERLIN, Step.DAY)
    assert [part.label for part in parts] == [f"2026-10-{day:02}" for day in range(1, 32)]
    assert {part.label: part.end - part.start for part in parts}["2026-10-25"] == timedelta(hours=25)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago"])
def test_there_is_no_gap(zone: str) -> None:
    """Each part begins where the one before ended, whatever clocks do."""
    start, end = datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 4, 10, tzinfo=UTC)
    for step in Step:
        parts = buckets(start, end, ZoneInfo(zone), step)
        assert (parts[0].start, parts[-1].end) == (start, end)
        assert all(one.end == two.start for one, two in pairwise(parts))


def test_sums_go_where_they_belong() -> None:
    """A quarter counts to the part that it begins in; what lies outside counts to the nearest, so nothing is lost."""
    start = datetime(2026, 11, 26, 10, tzinfo=UTC)
    parts = buckets(start, start + timedelta(hours=2), ZoneInfo("UTC"), Step.HOUR)
    times = [start - QUARTER, start, start + 3 * QUARTER, start + 4 * QUARTER, start + timedelta(hours=3)]
    groups = [Group((quarter(at),), Sums(rows=10**number)) for number, at in enumerate(times)]
    assert [sums.rows for sums in fold(groups, parts)] == [111, 11000]


def test_quarters() -> None:
    """The end of a quarter is after every row that began in it."""
    at = datetime(2026, 11, 26, 12, 7, 3, tzinfo=UTC)
    assert quarter_start(at) == datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert quarter_end(at) == datetime(2026, 11, 26, 12, 15, tzinfo=UTC)
    assert quarter_end(quarter_start(at)) == quarter_end(at)
    assert moment_of(quarter(at)) == quarter_start(at)
