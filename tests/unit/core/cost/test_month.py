from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.core.cost.month import time_before
from bot.core.ledger.account import Span, period_at

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("month", "now", "start", "end"),
    [
        ("2026-09-15", "2026-11-26T12:00", "2026-07-31T22:00", "2026-08-31T22:00"),
        ("2026-11-15", "2026-11-03T23:07", "2026-09-30T22:00", "2026-10-03T22:00"),
        ("2026-03-15", "2026-03-31T12:00", "2026-01-31T23:00", "2026-02-28T23:00"),
        ("2026-12-15", "2026-11-26T12:00", "2026-10-31T23:00", "2026-10-31T23:00"),
    ],
)
def test_what_a_month_is_compared_with(month: str, now: str, start: str, end: str) -> None:
    """A month that is over with the whole month before; one that is not with as much of it, never more than all."""
    period = period_at(Span.MONTH, at(f"{month}T12:00"), BERLIN)
    assert time_before(period, at(now), BERLIN) == (at(start), at(end))
