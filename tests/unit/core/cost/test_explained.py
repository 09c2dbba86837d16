"""Sentences about differences."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.cost.billed import Bill
from bot.core.cost.explained import explanation, is_settled
from bot.core.cost.reconcile import Booked
from tests.unit.core.cost.reconciling import LONG_AFTER, MONDAY, TUESDAY, bill, booked, compared, on

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ours", "theirs", "now", "words"),
    [
        (booked("2"), bill("2"), LONG_AFTER, ""),
        (
            booked("2", lost="1"),
            bill("2"),
            LONG_AFTER,
            "the $1.0000 of 1 reservation charged in full were never billed",
        ),
        (booked("2", opened="1"), bill("2"), LONG_AFTER, "billed, with 1 reservation still open"),
        (booked("2", lost="1"), bill("2.25"), LONG_AFTER, "$0.2500, which lies within the $1.0000 of reservations"),
        (booked("2", lost="1"), bill("5"), LONG_AFTER, "$2.0000 more than this ledger knows"),
        (booked("2"), bill("1.5"), LONG_AFTER, "The ledger settled $0.5000 that the provider did not bill"),
        (booked("2"), bill("2.5", tokens=2_000_000), LONG_AFTER, "charged $0.5000 more for them: the price list"),
        (booked("2"), bill("1.5", tokens=2_000_000), LONG_AFTER, "charged $0.5000 less for them"),
        (booked("2"), bill("1.5"), NOON, "$0.5000 are not in the provider's report yet"),
    ],
)
def test_each_difference_is_explained(ours: Booked, theirs: Bill, now: datetime, words: str) -> None:
    """The sentence says how much, why, and what to do; where nothing differs there is none."""
    said = explanation(compared({on(MONDAY): ours}, {on(MONDAY): theirs}, now)[on(MONDAY)])
    assert words in said
    assert bool(said) is bool(words)


def test_both_days_of_a_midnight_are_explained() -> None:
    """Neither looks like a mistake, and both are settled."""
    cells = compared(
        {on(MONDAY): booked("4"), on(TUESDAY): booked("1")}, {on(MONDAY): bill("1"), on(TUESDAY): bill("4")}
    )
    assert "$3.0000 were handed in on this day and processed on the next." in explanation(cells[on(MONDAY)])
    assert "$3.0000 were handed in the day before and processed on this day." in explanation(cells[on(TUESDAY)])
    assert all(is_settled(one) for one in cells.values())


def test_the_day_before_may_explain_it() -> None:
    """Its reservations are named where this day's own do not suffice."""
    cells = compared({on(MONDAY): booked(lost="3")}, {on(TUESDAY): bill("1")})
    assert "within the $3.0000 of reservations of this day and the day before" in explanation(cells[on(TUESDAY)])


def test_a_written_adjustment_settles_a_day() -> None:
    """What is left is no difference any more."""
    cells = compared({on(MONDAY): booked("2", lost="1", adjusted="-0.75")}, {on(MONDAY): bill("2.25")})
    assert is_settled(cells[on(MONDAY)])
    assert not is_settled(compared({on(MONDAY): booked("2", lost="1")}, {on(MONDAY): bill("2.25")})[on(MONDAY)])
