from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.report import Report
from bot.core.cost.trend import days_until, trend_report
from bot.core.ledger.sums import EVERYTHING, Sums

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def trend_of(usd: list[int], first: datetime | None = LONG_AGO, before: int = 0) -> Report:
    """The trend of two days; `usd` are what all sixteen spent, with the two weeks before them."""
    days = days_until(NOW, 2, UTC_ZONE)
    sums = [Sums(cost_usd=Decimal(one)) for one in usd]
    return trend_report(days, sums, Sums(cost_usd=Decimal(before)), first, EVERYTHING, UTC_ZONE, NOW)


def test_an_average_is_of_seven_days() -> None:
    """The average of a day is that of it and the six before, and its change is against the one a week earlier."""
    [table] = trend_of([7] * 9 + [14] * 7).tables
    assert [row[0] for row in table.rows] == ["2026-11-25", "2026-11-26"]
    assert [row[2] for row in table.rows] == [13, 14]
    assert [row[3] for row in table.rows] == [float(Decimal(6) / 7), 1.0]


def test_no_average_before_there_was_a_ledger() -> None:
    """Days before the first row were not free of charge: they are not known."""
    begins_on_the_20th = datetime(2026, 11, 20, 9, tzinfo=UTC)
    [table] = trend_of([0] * 10 + [7] * 6, begins_on_the_20th).tables
    assert [row[2:4] for row in table.rows] == [(None, None), (Decimal(6), None)]


def test_the_days_before_are_beside_them() -> None:
    """One sentence says whether it went up or down, and none invents a ratio of nothing."""
    assert (
        "$20.0000 were spent in these 2 days, $10.0000 in the 2 days before: +100.0%."
        in trend_of([10] * 16, before=10).notes
    )
    assert "$20.0000 were spent in these 2 days; nothing in the 2 days before." in trend_of([10] * 16).notes


def test_days_are_those_of_the_calendar() -> None:
    """A day of 25 hours is one day of the trend."""
    days = days_until(datetime(2026, 10, 26, 12, tzinfo=UTC), 3, ZoneInfo("Europe/Berlin"))
    assert [day.label for day in days[-3:]] == ["2026-10-24", "2026-10-25", "2026-10-26"]
    assert len(days) == 17
