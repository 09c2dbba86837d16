"""The row that brings a day to its bill."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from bot.core.cost.adjustment import adjustment, adjustment_id
from bot.core.ledger.entry import State
from tests.unit.core.cost.reconciling import MONDAY, bill, booked, compared, on


def test_what_is_taken_is_taken_from_reservations() -> None:
    """Negative and unsettled, so that sums of settled cost stay what usage cost."""
    one = compared({on(MONDAY): booked("2", lost="1")}, {on(MONDAY): bill("2.25")})[on(MONDAY)]
    row = adjustment(one, simulated=False)
    assert row.settlement is not None
    assert (row.settlement.state, row.settlement.outcome) == (State.UNSETTLED, "adjusted")
    assert (row.settlement.cost_usd, row.settlement.unsettled_usd) == (Decimal(0), Decimal("-0.75"))
    assert row.opening.at == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert (row.opening.feature, row.opening.attempt, row.opening.hunks) == ("adjustment", 0, 0)


def test_what_is_added_is_a_cost() -> None:
    """It was billed, and belongs to nobody."""
    one = compared({}, {on(MONDAY, batch=True): bill("3")})[on(MONDAY, batch=True)]
    row = adjustment(one, simulated=True)
    assert row.settlement is not None
    assert (row.settlement.state, row.settlement.cost_usd, row.settlement.unsettled_usd) == (
        State.SETTLED,
        Decimal(3),
        Decimal(0),
    )
    assert (row.run.repository, row.run.author, row.run.team, row.run.simulated) == ("", "", "", True)
    assert row.opening.batch


def test_the_id_names_day_model_and_mode() -> None:
    """So that the same day is never adjusted by two rows."""
    assert adjustment_id(on(MONDAY)) == "adjustment:2026-11-23:claude-haiku-5-5:standard"
    assert adjustment_id(on(MONDAY, batch=True)) == "adjustment:2026-11-23:claude-haiku-5-5:batch"
