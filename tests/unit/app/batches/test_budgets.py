"""Batches against budgets over time, with a ledger that others have spent from."""

from __future__ import annotations

from decimal import Decimal

from bot.core.excerpt import SkipReason
from bot.core.ledger.budgets import Budgets, OnExhausted
from bot.core.ledger.entry import Opening, RunFacts
from bot.core.receipt import Receipt, Status
from tests.unit.app.batches.pulls import World
from tests.unit.app.runs import CHEAP
from tests.unit.core.ledger.budgets import budgets, limit


def a_world(rules: Budgets, spent: str) -> World:
    """A pull request of three files, where others have spent so much."""
    world = World(rules=rules)
    now = world.clock.now()
    row = Opening("other", now, "review", "m", "p", "K", "standard", "", 1, 1, 1, Decimal(spent))
    world.ledger.reserve(RunFacts("other", now, "acme/web"), [row])
    world.push(1, 2, 3)
    return world


def submitted(world: World) -> Receipt:
    """The receipt of a run that hands in."""
    posted = world.submit()
    assert posted is not None
    return posted.receipt


def test_nothing_is_handed_in_past_the_end() -> None:
    """Half the price is a price: a budget that is used up for good stops batches too, and nothing is left waiting."""
    world = a_world(budgets(limit("1")), "1")
    receipt = submitted(world)
    assert world.api.held == []
    assert receipt.status is Status.PARTIAL
    assert {one.skipped.reason for one in receipt.coverage.skipped} == {SkipReason.BUDGET}
    assert receipt.notes[0].startswith("The budget of everybody for November 2026 ($1.00) is used up.")
    assert world.recall().intents == ()
    assert world.recall().state.open_runs == ()


def test_a_batch_of_the_cheap_model() -> None:
    """Where one budget asks for batches and another for the cheap model, both get their way."""
    rules = budgets(limit("1", then=OnExhausted.CHEAP, hard="9"), limit("1", then=OnExhausted.BATCH, hard="9"))
    world = a_world(rules, "2")
    receipt = submitted(world)
    assert {request.model for batch in world.api.held for _, request in batch.requests} == {CHEAP}
    assert {call.why for call in receipt.calls} == {"the budget of everybody for November 2026 is used up"}
    assert {one.skipped.reason for one in receipt.coverage.skipped} == {SkipReason.WAITS}


def test_a_budget_that_asks_for_batches_is_content_with_one() -> None:
    """It is handed in as planned, and the sentence says why it was."""
    world = a_world(budgets(limit("1", then=OnExhausted.BATCH, hard="9")), "2")
    receipt = submitted(world)
    assert sum(len(batch.requests) for batch in world.api.held) == 3
    assert "so reviews are handed in as message batches, at half the price, up to $9.00." in receipt.notes[0]


def test_what_the_ledger_has_no_room_for_is_named() -> None:
    """The riskiest is handed in; the rest is left out, and the first sentence says whose budget it was."""
    world = World()
    world.push(1, 2, 3)
    submitted(world)
    worst = world.ledger.total().unsettled_usd
    world = a_world(budgets(limit(str(worst))), str(worst / 2))
    receipt = submitted(world)
    assert 0 < sum(len(batch.requests) for batch in world.api.held) < 3
    assert SkipReason.BUDGET in {one.skipped.reason for one in receipt.coverage.skipped}
    assert receipt.notes[0].startswith("The budget of everybody for November 2026 ($")
    assert "did not cover everything" in receipt.notes[0]
    [period] = receipt.budget.periods
    assert period.committed_usd <= worst
