"""The time a report covers."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.core.cost.stretch import stretch
from bot.errors import WrongUsage

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_without_a_wish_it_is_this_month_so_far() -> None:
    """By the zone's midnight: November begins an hour earlier in Berlin than in UTC."""
    covered = stretch("", None, NOW, BERLIN)
    assert (covered.since, covered.words) == (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), "2026-11 so far")
    assert stretch("2026-11", None, NOW, BERLIN) == covered


def test_a_month_that_is_over_is_whole() -> None:
    """October 2026 has 31 days and an hour in Berlin, where the clocks went back."""
    covered = stretch("2026-10", None, NOW, BERLIN)
    assert covered.words == "2026-10"
    assert (covered.until - covered.since).total_seconds() == (31 * 24 + 1) * 3600


def test_days_are_complete_ones() -> None:
    """Today is not over, so that it would pull every mean down."""
    covered = stretch("", 3, NOW, BERLIN)
    assert covered.words == "2026-11-19 to 2026-11-21"
    assert covered.until == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)


def test_days_when_clocks_change_have_their_own_length() -> None:
    """The day on which Berlin's clocks go back has 25 hours."""
    covered = stretch("", 1, datetime(2026, 10, 26, 12, 0, tzinfo=UTC), BERLIN)
    assert (covered.until - covered.since).total_seconds() == 25 * 3600


@pytest.mark.parametrize(
    ("month", "days", "message"),
    [
        ("2026-11", 3, "Both --month and --days"),
        ("November", None, "is no month"),
        ("2026-13", None, "is no month"),
        ("2026-1", None, "is no month"),
        ("0001-01", None, "years that a ledger"),
        ("9999-12", None, "years that a ledger"),
        ("2026-12", None, "has not begun"),
    ],
)
def test_what_names_no_time_is_said(month: str, days: int | None, message: str) -> None:
    """A slip gives a sentence, not an empty report."""
    with pytest.raises(WrongUsage, match=message):
        stretch(month, days, NOW, BERLIN)
