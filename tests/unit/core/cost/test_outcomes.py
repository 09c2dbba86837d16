from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.calls import Outcome
from bot.core.cost.outcomes import outcome_table
from bot.core.failure import FailureKind
from bot.core.ledger.entry import State, Untaken
from bot.core.ledger.sums import Sums

EVERY_OUTCOME = [*Outcome, *FailureKind, *Untaken, State.OPEN]


@pytest.mark.parametrize("outcome", EVERY_OUTCOME)
def test_each_outcome_is_explained(outcome: str) -> None:
    """Whoever reads the table need not know our words."""
    [row] = outcome_table("", {str(outcome): Sums(rows=1)}).rows
    assert row[-1]


def test_what_each_cost() -> None:
    """The most frequent comes first; what was not asked is no attempt, and so has no share of them."""
    table = outcome_table(
        "",
        {
            "timed_out": Sums(rows=1, attempts=1, unsettled_usd=Decimal(2)),
            "answered": Sums(rows=3, attempts=3, cost_usd=Decimal(5)),
            "reused": Sums(rows=2),
        },
    )
    assert [row[:6] for row in table.rows] == [
        ("answered", 3, 0.75, 5, 0, 0),
        ("reused", 2, None, 0, 0, 0),
        ("timed_out", 1, 0.25, 2, 0, 2),
    ]
