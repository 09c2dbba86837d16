from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.buckets import Step
from bot.core.cost.period import parts_of, time_table
from bot.core.ledger.account import Span, period_at
from bot.core.ledger.sums import Sums

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 11, 26, 12, 30, tzinfo=UTC)
WEEK = period_at(Span.WEEK, NOW, UTC_ZONE)


def test_days_to_come_are_left_out() -> None:
    """On a Thursday the week has four days; days without a row stay, so that a gap is seen."""
    parts = parts_of(WEEK, UTC_ZONE)
    sums = [Sums(rows=1, cost_usd=Decimal(2)), *[Sums()] * 6]
    table = time_table(parts, sums, NOW, Step.DAY)
    assert [row[0] for row in table.rows] == ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"]


def test_a_row_from_the_future_is_not_lost() -> None:
    """Where clocks of runners are ahead, their rows are shown all the same."""
    sums = [*[Sums()] * 5, Sums(rows=1, cost_usd=Decimal(2)), Sums()]
    table = time_table(parts_of(WEEK, UTC_ZONE), sums, NOW, Step.DAY)
    assert table.rows[-1][:2] == ("2026-11-28", 2)
    assert table.total is not None
    assert table.total[1] == 2


def test_bars_are_beside_the_dearest() -> None:
    """The longest bar is the dearest day's."""
    sums = [Sums(cost_usd=Decimal(usd)) for usd in (1, 4, 2, 0, 0, 0, 0)]
    table = time_table(parts_of(WEEK, UTC_ZONE), sums, NOW, Step.DAY)
    assert [row[-1] for row in table.rows] == [0.25, 1.0, 0.5, 0.0]


def test_a_day_is_parted_by_hours() -> None:
    """Days have hours, longer periods have days."""
    day = period_at(Span.DAY, NOW, UTC_ZONE)
    assert len(parts_of(day, UTC_ZONE)) == 24
    assert len(parts_of(WEEK, UTC_ZONE)) == 7
