from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.core.cost.words import narrowed, period_words, simulated_note
from bot.core.ledger.account import Span, period_at
from bot.core.ledger.sums import EVERYTHING, Where

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "moment", "words"),
    [
        (Span.MONTH, NOW, "November 2026, so far (until 2026-11-26 13:00), Europe/Berlin"),
        (
            Span.MONTH,
            datetime(2026, 10, 31, 23, tzinfo=UTC),
            "November 2026, so far (until 2026-11-26 13:00), Europe/Berlin",
        ),
        (Span.MONTH, datetime(2026, 9, 3, tzinfo=UTC), "September 2026, Europe/Berlin"),
        (Span.WEEK, datetime(2026, 11, 5, tzinfo=UTC), "week 2026-W45, from Monday 2026-11-02, Europe/Berlin"),
        (Span.DAY, datetime(2026, 11, 5, tzinfo=UTC), "Thursday 2026-11-05, Europe/Berlin"),
    ],
)
def test_periods(span: Span, moment: datetime, words: str) -> None:
    """Which period it is, on whose clock, and whether it is over."""
    assert period_words(period_at(span, moment, BERLIN), NOW, BERLIN) == words


def test_what_was_left_out() -> None:
    """Who reads a part of the ledger must know that it is one."""
    assert narrowed(EVERYTHING) == ""
    where = Where(repository="acme/shop", team="search", author="ada", simulated=True)
    assert narrowed(where) == ", only acme/shop, only team search, only pull requests of ada, simulated runs only"
    assert not simulated_note(EVERYTHING)
    assert "nothing was really spent" in simulated_note(where)[0]
