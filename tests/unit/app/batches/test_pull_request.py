from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.budget import Amount, Limits
from bot.core.calls import ModelAnswer, ModelRequest, Outcome
from bot.core.excerpt import SkipReason
from bot.core.failure import FailureKind
from bot.core.message_batch import Ending, ItemResult
from bot.core.receipt import Receipt, Status
from bot.errors import NoBatches
from tests.fakes_batches import FakeBatches, a_report
from tests.unit.app.batches.pulls import NUMBER, World
from tests.unit.app.runs import some_options


def left_out(receipt: Receipt) -> set[tuple[SkipReason, str]]:
    """Why what was not reviewed was not."""
    return {(one.skipped.reason, one.skipped.detail) for one in receipt.coverage.skipped}


def submitted(world: World) -> Receipt:
    """The receipt of a run that hands in."""
    posted = world.submit()
    assert posted is not None
    return posted.receipt


def collected(world: World) -> Receipt:
    """The receipt of a run that collects."""
    posted = world.collect()
    assert posted is not None
    return posted.receipt


def test_leaders_go_alone_and_the_rest_when_they_have_ended() -> None:
    """Each request of the rest finds the prefix written; all of them ask for an hour of cache."""
    world = World()
    world.push(1, 2, 3)
    submitted(world)
    first, rest = world.api.held
    assert (len(first.requests), len(rest.requests)) == (1, 2)
    assert rest.created_at >= first.ends_at
    assert {request.cache_ttl for batch in world.api.held for _, request in batch.requests} == {"1h"}


def test_a_leader_is_not_waited_for_for_ever() -> None:
    """After ten minutes the rest goes all the same."""
    world = World()
    world.api.takes = timedelta(hours=5)
    world.push(1, 2)
    submitted(world)
    first, rest = world.api.held
    assert timedelta(minutes=10) <= rest.created_at - first.created_at < timedelta(minutes=11)


def test_a_single_request_is_not_cached() -> None:
    """Nobody would read what it writes."""
    world = World()
    world.push(1)
    submitted(world)
    [[(_, request)]] = [batch.requests for batch in world.api.held]
    assert request.cache_ttl is None


def test_what_is_handed_in_has_reviewed_nothing_yet() -> None:
    """The receipt is partial, everything waits at its price, and its worst case counts."""
    world = World()
    world.push(1, 2)
    receipt = submitted(world)
    assert receipt.status is Status.PARTIAL
    assert {reason for reason, _ in left_out(receipt)} == {SkipReason.WAITS}
    assert all(one.cost_to_review_usd for one in receipt.coverage.skipped)
    state = world.recall().state
    assert receipt.bill.total_usd == 0
    assert state.committed() == Amount(receipt.budget.spent_tokens, receipt.budget.spent_usd)
    assert state.committed().usd == receipt.bill.unsettled_usd > 0


def test_the_budget_is_that_of_the_pull_request() -> None:
    """Worst cases at the batch price are all reserved at once; what does not fit is named with its price."""
    world = World(options=some_options(limits=Limits(usd=Decimal("0.008"))))
    world.push(*range(1, 9))
    receipt = submitted(world)
    reasons = [one.skipped.reason for one in receipt.coverage.skipped]
    assert {SkipReason.WAITS, SkipReason.BUDGET} == set(reasons)
    assert world.recall().state.committed().usd <= Decimal("0.008")
    world.wait(1)
    assert collected(world).budget.spent_usd == world.api.billed().usd
    assert submitted(world).coverage.reused == reasons.count(SkipReason.WAITS)


def test_the_receipt_says_what_half_the_price_saved() -> None:
    """Each call is of a batch, and the saving is what the bill would have been more."""
    world = World()
    world.push(1, 2, 3)
    submitted(world)
    world.wait(1)
    bill = collected(world).bill
    assert bill.saved.batch == bill.total_usd == world.api.billed().usd > 0
    assert bill.saved.routing == 0


@pytest.mark.parametrize("ending", [Ending.EXPIRED, Ending.ERRORED, Ending.CANCELED])
def test_what_failed_for_no_fault_of_its_own_is_handed_in_once_more(ending: Ending) -> None:
    """It costs nothing, is named, and is given up after the second time."""
    world = World()
    world.api.endings = lambda _name, _request: ending
    world.push(1)
    submitted(world)
    for _ in range(2):
        world.wait(1)
        receipt = collected(world)
    assert [name[-2:] for batch in world.api.held for name, _ in batch.requests] == ["-1", "-2"]
    assert {reason for reason, _ in left_out(receipt)} == {SkipReason.ERROR}
    assert receipt.status is Status.FAILED
    assert receipt.bill.total_usd == 0
    assert world.recall().intents == ()
    assert world.recall().state.committed() == Amount()


def test_a_request_that_was_wrong_is_not_repeated() -> None:
    """A second one would be as wrong."""
    world = World()
    world.api = Wrong(world.clock, world.api.prices, world.effects)
    world.push(1)
    submitted(world)
    world.wait(1)
    assert {detail for _, detail in left_out(collected(world))} == {"it errored in its batch: so it is"}
    assert len(world.api.held) == 1
    assert world.recall().intents == ()


class Wrong(FakeBatches):
    """An API that finds every request invalid."""

    def result(self, batch: object, name: str, request: ModelRequest) -> ItemResult:
        """As it says."""
        return ItemResult(name, Ending.ERRORED, detail="so it is", invalid=True)


@pytest.mark.parametrize("outcome", [Outcome.TRUNCATED, Outcome.REFUSED, None])
def test_an_answer_that_is_no_use_is_paid_for_and_named(outcome: Outcome | None) -> None:
    """It is waste, its hunk counts as not reviewed, and it is not handed in again by itself."""

    def no_use(request: ModelRequest) -> ModelAnswer:
        answer = a_report(request)
        return replace(answer, outcome=outcome) if outcome else replace(answer, text="no JSON")

    world = World()
    world.api.answer = no_use
    world.push(1)
    submitted(world)
    world.wait(1)
    receipt = collected(world)
    assert receipt.bill.wasted_usd == receipt.bill.total_usd == world.api.billed().usd > 0
    assert {reason for reason, _ in left_out(receipt)} == {SkipReason.ERROR}
    assert len(world.api.held) == 1
    assert len(world.submit().receipt.coverage.skipped) == 1  # type: ignore[union-attr]
    assert len(world.api.held) == 2, "the next push asks about it anew"


def test_a_cancelled_batch_is_settled_and_not_repeated() -> None:
    """Whoever wants it back does not want it again."""
    world = World()
    world.api.takes = timedelta(hours=3)
    world.push(1, 2)
    submitted(world)
    world.cancel()
    receipt = collected(world)
    assert {detail for _, detail in left_out(receipt)} == {"its batch was cancelled"}
    assert len(world.api.held) == 2
    assert world.recall().state.committed() == Amount()


def test_nothing_new_is_no_news() -> None:
    """A schedule that looks every twenty minutes must not edit every summary each time."""
    world = World()
    world.api.takes = timedelta(hours=3)
    world.push(1)
    submitted(world)
    before = list(world.host.comments(NUMBER))
    assert world.collect() is None
    assert list(world.host.comments(NUMBER)) == before


def test_a_closed_pull_request_is_settled_and_not_commented_on() -> None:
    """Its money is accounted for and its summary tells what was found; nobody reads its lines any more."""
    world = World()
    world.push(1)
    submitted(world)
    world.wait(1)
    world.collect(inline=False)
    assert world.host.inline_comments(NUMBER) == ()
    [summary] = world.host.comments(NUMBER)
    assert "marker_0001" in summary.body
    assert world.recall().state.spent == world.api.billed()


def test_where_there_are_no_batches_nothing_is_noted() -> None:
    """The caller may ask live then, with the whole budget."""
    world = World()
    world.api.refuse = [FailureKind.NOT_FOUND]
    world.push(1, 2)
    assert world.submit() is None
    [refusal] = world.refusals
    assert isinstance(refusal, NoBatches)
    memory = world.recall()
    assert (memory.intents, memory.state.committed()) == ((), Amount())


def test_an_intent_that_somebody_deleted_counts_in_full() -> None:
    """Without it nobody can ask for the results, so a day later its reservation is spent for good."""
    world = World()
    world.push(1)
    submitted(world)
    reserved = world.recall().state.committed()
    [summary] = world.host.comments(NUMBER)
    head, _, _ = summary.body.partition("<!-- hunkwise:intents")
    world.host.edit_comment(summary.id, head)
    world.wait(30)
    assert world.recall().state.spent == reserved


def test_what_waits_in_a_batch_does_not_expire_by_the_day() -> None:
    """Its results say for 29 days what it cost; after that it counts in full."""
    world = World()
    world.push(1)
    submitted(world)
    reserved = world.recall().state.committed()
    world.wait(24 * 20)
    assert world.recall().state.spent == Amount()
    world.api.archived = {"msgbatch_0"}
    assert world.collect() is None, "another key may still read it"
    world.wait(24 * 10)
    receipt = collected(world)
    assert world.recall().state.spent == reserved
    assert [call.outcome for call in receipt.calls] == ["lost", "waiting"], "and it is handed in once more"
