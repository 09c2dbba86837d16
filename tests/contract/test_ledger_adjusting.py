"""What every Ledger keeps to when it is brought to the provider's bill: the fake and the real one on both databases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.ledger.entry import ADJUSTMENT, Entry, RunFacts, Settlement, State, Untaken
from bot.core.ledger.sums import Where
from tests.contract.ledgers import ADA, EVERYBODY, NOON, Kept, answered, limit, opening

NAME = "adjustment:2026-11-26:claude-haiku-4-5:standard"
NOBODY = RunFacts("reconcile", NOON)


def adjustment(taken: str = "0", *, added: str = "0", why: str = "the bill", name: str = NAME) -> Entry:
    """A row that takes from reservations, or adds a cost."""
    one = opening("0", id=name, feature=ADJUSTMENT, hunks=0, attempt=0, reserved_tokens=0, kinds={}, why=why)
    state = State.UNSETTLED if taken != "0" else State.SETTLED
    ending = Settlement(state, Untaken.ADJUSTED.value, cost_usd=Decimal(added), unsettled_usd=Decimal(taken))
    return Entry(NOBODY, one, ending)


def counted(kept: Kept) -> tuple[Decimal, Decimal]:
    """What the account and the rows say."""
    return kept.book.committed(EVERYBODY, simulated=False), kept.reader.total().spent_usd


def test_an_adjustment_moves_the_accounts_that_cover_it(kept: Kept) -> None:
    """Budgets and reports say the same afterwards."""
    kept.book.reserve(ADA, [opening("0.5")], [limit("1")])
    assert kept.book.adjust([adjustment("-0.2")]) == 1
    assert counted(kept) == (Decimal("0.3"), Decimal("0.3"))
    assert kept.reader.total().unsettled_usd == Decimal("0.3")


def test_the_same_adjustment_changes_nothing_and_another_corrects_it(kept: Kept) -> None:
    """It is one row, whoever writes it again; from less to more as well."""
    kept.book.reserve(ADA, [opening("0.5")], [limit("1")])
    assert kept.book.adjust([adjustment("-0.2")]) == 1
    assert kept.elsewhere().adjust([adjustment("-0.2")]) == 0
    assert kept.elsewhere().adjust([adjustment("-0.1", why="a later bill")]) == 1
    assert counted(kept) == (Decimal("0.4"), Decimal("0.4"))
    assert kept.book.adjust([adjustment(added="0.25")]) == 1
    assert counted(kept) == (Decimal("0.75"), Decimal("0.75"))
    row = next(row for row in kept.reader.rows() if row.opening.id == NAME)
    assert row == replace(adjustment(added="0.25"), run=replace(NOBODY, began=NOON))
    assert kept.book.adjust([adjustment()]) == 1
    assert counted(kept) == (Decimal("0.5"), Decimal("0.5"))


def test_only_dollars_are_adjusted(kept: Kept) -> None:
    """Counts of attempts, and what was wasted, are those of what was really asked."""
    one = opening("0.5")
    kept.book.reserve(ADA, [one])
    kept.book.settle(one.id, answered("0.3"))
    kept.book.adjust([adjustment(added="0.1")])
    total = kept.reader.total()
    assert (total.rows, total.attempts, total.requests, total.answered, total.retried) == (2, 1, 1, 1, 0)
    assert (total.cost_usd, total.wasted_usd) == (Decimal("0.4"), Decimal(0))


def test_no_other_row_is_written_over(kept: Kept) -> None:
    """What an attempt cost is not for anybody to change."""
    one = opening("0.5", id="row-of-a-run")
    kept.book.reserve(ADA, [one])
    with pytest.raises(ValueError, match="is no adjustment"):
        kept.book.adjust([Entry(ADA, one, answered())])
    with pytest.raises(ValueError, match="is the id of another row"):
        kept.book.adjust([adjustment("-0.2", name="row-of-a-run")])
    assert kept.reader.total().spent_usd == Decimal("0.5")


def test_open_rows_are_those_without_an_end(kept: Kept) -> None:
    """Oldest first, of the runs that were asked for."""
    late, early = opening("0.2", at=NOON), opening("0.1", at=NOON.replace(hour=3))
    ended = opening("0.3")
    simulated = replace(ADA, run_id="run-2", simulated=True)
    kept.book.reserve(ADA, [late, early, ended])
    kept.book.reserve(simulated, [opening("0.4")])
    kept.book.settle(ended.id, answered())
    assert [row.opening for row in kept.reader.open_rows()] == [early, late]
    assert all(row.settlement is None for row in kept.reader.open_rows())
    assert [row.opening.reserved_usd for row in kept.reader.open_rows(Where(simulated=True))] == [Decimal("0.4")]
