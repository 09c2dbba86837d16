from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cli.cost.times import last, month_of, period_of
from bot.core.ledger.account import Span
from bot.errors import WrongUsage

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)


def test_the_current_one_is_the_zone_s() -> None:
    """Half an hour before midnight in UTC it is November in Berlin."""
    assert month_of("", NOW, BERLIN).label == "2026-11"
    assert period_of(Span.DAY, "", NOW, BERLIN).label == "2026-11-01"


def test_another_one() -> None:
    """A date or a month chooses the period that holds it."""
    assert period_of(Span.WEEK, "2026-11-26", NOW, BERLIN).label == "2026-W48"
    assert month_of("2026-03", NOW, BERLIN).label == "2026-03"


@pytest.mark.parametrize("written", ["yesterday", "2026-13-01", "2026-02-30"])
def test_what_is_no_date(written: str) -> None:
    """A date that cannot be read is refused with an example."""
    with pytest.raises(WrongUsage, match="is no date"):
        period_of(Span.MONTH, written, NOW, BERLIN)


@pytest.mark.parametrize("written", ["0001-01-01", "9999-12-31"])
def test_calendars_end_somewhere(written: str) -> None:
    """A day whose week or month cannot be computed is refused in words, not by an overflow."""
    with pytest.raises(WrongUsage, match="years"):
        period_of(Span.WEEK, written, NOW, BERLIN)
    with pytest.raises(WrongUsage, match="years"):
        month_of(written[:7], NOW, BERLIN)


@pytest.mark.parametrize("written", ["2026-13", "2026-1", "November", "2026-11-26", "0000-01"])
def test_what_is_no_month(written: str) -> None:
    """A month that cannot be read is refused with an example."""
    with pytest.raises(WrongUsage, match="is no month"):
        month_of(written, NOW, BERLIN)


def test_how_far_back() -> None:
    """Hours and days, as they are written in the manual."""
    assert last("last-24h") == timedelta(hours=24)
    assert last("last-7d") == timedelta(days=7)


@pytest.mark.parametrize("written", ["24h", "last-0h", "last-7w", "last-100000h", "last-1h\n"])
def test_what_is_no_period(written: str) -> None:
    """Anything else is refused rather than guessed."""
    with pytest.raises(WrongUsage, match="is no period"):
        last(written)
