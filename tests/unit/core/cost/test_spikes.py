from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.spikes import compared, hours_with_day_before, spike_table
from bot.core.ledger.sums import Sums

UTC_ZONE = ZoneInfo("UTC")


def usd(amount: int) -> Sums:
    """Sums of so many dollars."""
    return Sums(attempts=1, cost_usd=Decimal(amount))


def table_of(spent: dict[int, int], hours: int = 2) -> tuple[str, list[tuple[object, ...]]]:
    """The title and the rows for the last hours before 2026-11-26 12:00; `spent` is by hours before then."""
    end = datetime(2026, 11, 26, 12, tzinfo=UTC)
    start = end - timedelta(hours=hours)
    buckets = hours_with_day_before(start, end, UTC_ZONE)
    sums = [usd(spent.get(int((end - bucket.start).total_seconds()) // 3600, 0)) for bucket in buckets]
    table = spike_table(compared(buckets, sums, start, UTC_ZONE))
    return table.title, list(table.rows)


def test_more_than_three_times_as_much() -> None:
    """Three times is no spike yet; more is, and stands beside the same hour of the day before."""
    title, rows = table_of({1: 7, 25: 2, 2: 6, 26: 2})
    assert rows == [("2026-11-26T11:00+00:00", 7, 2, 3.5, 1)]
    assert title.startswith("Spikes: 1 hour spent more than 3 times")


def test_nothing_the_day_before_is_no_spike() -> None:
    """Three times nothing is nothing: Mondays are not unusual. How many such hours there were is said."""
    title, rows = table_of({1: 7, 2: 1})
    assert not rows
    assert title.endswith("; 2 hours ($8.0000) had nothing the day before to be compared with.")


def test_the_same_hour_is_the_clock_s() -> None:
    """On the day after clocks were put back, nine is beside nine, which is 25 hours earlier."""
    berlin = ZoneInfo("Europe/Berlin")
    nine = datetime(2026, 10, 25, 9, tzinfo=berlin).astimezone(UTC)
    hours = hours_with_day_before(nine, nine + timedelta(hours=1), berlin)
    sums = [usd(number) for number, _ in enumerate(hours, 1)]
    [hour] = compared(hours, sums, nine, berlin)
    assert len(hours) == 26
    assert hour.before_usd == 1
    assert hours[0].label == "2026-10-24T09:00+02:00"
