"""Open reservations: which are lost, and what they then count as."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.core.cost.lost import BATCH_ENDS_AFTER, Ages, OpenRows, grouped, lost
from bot.core.ledger.entry import Entry, Opening, RunFacts, State

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def opened(hours: float, *, batch: bool = False, usd: str = "0.5", repository: str = "acme/shop") -> Entry:
    """A row that has been open for so long."""
    at = NOW - timedelta(hours=hours)
    opening = Opening(
        id=f"{hours}",
        at=at,
        feature="review",
        model="claude-haiku-5-5",
        provider="anthropic",
        key="KEY",
        tier="cheap",
        why="",
        hunks=1,
        attempt=1,
        reserved_tokens=900,
        reserved_usd=Decimal(usd),
        batch=batch,
    )
    return Entry(RunFacts("run", at, repository), opening)


@pytest.mark.parametrize(
    ("hours", "batch", "gone"),
    [(24, False, False), (24.1, False, True), (26, True, False), (29 * 24, True, False), (29 * 24.1, True, True)],
)
def test_a_reservation_is_lost_when_it_can_have_no_end(hours: float, *, batch: bool, gone: bool) -> None:
    """A request at once ends within a day; a batch's results can be collected for 29 days."""
    assert Ages().is_lost(opened(hours, batch=batch), NOW) is gone


def test_a_batch_can_be_given_up_when_it_has_ended() -> None:
    """Whoever will not collect results any more need not wait for 29 days."""
    ages = Ages(batch=BATCH_ENDS_AFTER)
    assert ages.is_lost(opened(26, batch=True), NOW)
    assert not ages.is_lost(opened(24.5, batch=True), NOW)


def test_what_is_lost_is_charged_in_full() -> None:
    """The amounts of the reservation, and no usage."""
    ending = lost(opened(30))
    assert (ending.state, ending.outcome) == (State.UNSETTLED, "lost")
    assert (ending.unsettled_usd, ending.unsettled_tokens, ending.cost_usd) == (Decimal("0.5"), 900, Decimal(0))


def test_open_reservations_are_added_by_day_model_mode_and_repository() -> None:
    """What --close would take is among them."""
    rows = [opened(1), opened(13, usd="0.25"), opened(49), opened(50, batch=True), opened(2, repository="acme/search")]
    today, before = NOW.date(), NOW.date() - timedelta(days=2)
    model = "claude-haiku-5-5"
    assert grouped(rows, Ages(), NOW) == (
        OpenRows(before, model, "batch", "acme/shop", 1, Decimal("0.5"), 0, Decimal(0)),
        OpenRows(before, model, "standard", "acme/shop", 1, Decimal("0.5"), 1, Decimal("0.5")),
        OpenRows(today - timedelta(days=1), model, "standard", "acme/shop", 1, Decimal("0.25"), 0, Decimal(0)),
        OpenRows(today, model, "standard", "acme/search", 1, Decimal("0.5"), 0, Decimal(0)),
        OpenRows(today, model, "standard", "acme/shop", 1, Decimal("0.5"), 0, Decimal(0)),
    )
