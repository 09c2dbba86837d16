"""What follows each ending of a request: every row of the table, and that the table has an end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app.dispatch import Ended
from bot.app.followup import AskAgain, LeaveOut, Reviewed, ReviewJob, follow_up
from bot.app.tiers import TierModel, tier_models
from bot.core.calls import ModelAnswer, Outcome
from bot.core.excerpt import Batch, Route, SkipReason, Tier
from bot.core.failure import RULES, Billing, FailureKind
from bot.core.usage import Usage
from bot.errors import CallFailed
from tests.unit.app.runs import a_change, some_options
from tests.unit.core.changes import excerpts

TIERS = tier_models(some_options())
CHEAP = TIERS[Tier.CHEAP]
PAID_FOR_NOTHING = [Outcome.TRUNCATED, Outcome.REFUSED, Outcome.UNPARSEABLE]
SMALLER_MAY_DO = {FailureKind.BUDGET_USD, FailureKind.BUDGET_TOKENS, FailureKind.TOO_LARGE}
REASONS = {
    FailureKind.BUDGET_USD: SkipReason.BUDGET,
    FailureKind.BUDGET_TOKENS: SkipReason.BUDGET,
    FailureKind.OVERRUN: SkipReason.BUDGET,
    FailureKind.DEADLINE: SkipReason.DEADLINE,
    FailureKind.STOPPED: SkipReason.INTERRUPTED,
}


def a_job(hunks: int, *, again: bool = False, tier: Tier = Tier.STANDARD) -> ReviewJob:
    """A job about so many hunks."""
    batch = Batch(excerpts(*a_change(hunks).files), Route(tier, "because"))
    return ReviewJob(batch, TIERS[tier], cached=True, again=again)


def answered(job: ReviewJob, outcome: Outcome) -> Ended[ReviewJob]:
    """The job came back with usage."""
    return Ended(job, ModelAnswer("", Usage(), outcome, None))


def failed(job: ReviewJob, kind: FailureKind) -> Ended[ReviewJob]:
    """The job came back without."""
    return Ended(job, failure=CallFailed(kind, "so it was"))


@pytest.mark.parametrize("hunks", [1, 2])
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("cheaper", [None, CHEAP])
def test_an_answer_is_a_review(hunks: int, again: bool, cheaper: TierModel | None) -> None:  # noqa: FBT001  # a table
    """Whatever came before it."""
    assert follow_up(answered(a_job(hunks, again=again), Outcome.ANSWERED), cheaper) == Reviewed()


@pytest.mark.parametrize("outcome", PAID_FOR_NOTHING)
@pytest.mark.parametrize(("hunks", "parts"), [(1, [1]), (2, [1, 1]), (5, [3, 2]), (20, [10, 10])])
def test_a_useless_answer_is_asked_again_once_in_halves(outcome: Outcome, hunks: int, parts: list[int]) -> None:
    """No hunk is lost, none is asked twice, and a cut answer gets twice the room a hunk."""
    job = a_job(hunks)
    decision = follow_up(answered(job, outcome), CHEAP)
    assert isinstance(decision, AskAgain)
    assert [len(one.batch.excerpts) for one in decision.jobs] == parts
    assert sum((one.batch.excerpts for one in decision.jobs), ()) == job.batch.excerpts
    assert all(one.again and one.tier is job.tier and one.cached for one in decision.jobs)
    assert {one.room for one in decision.jobs} == {2 if outcome is Outcome.TRUNCATED else 1}


@pytest.mark.parametrize("outcome", PAID_FOR_NOTHING)
@pytest.mark.parametrize("hunks", [1, 2])
def test_a_second_useless_answer_is_the_last(outcome: Outcome, hunks: int) -> None:
    """Three times the money would not make it an answer; the reader is told what happened."""
    decision = follow_up(answered(a_job(hunks, again=True), outcome), CHEAP)
    assert isinstance(decision, LeaveOut)
    assert (decision.reason, decision.ends_run) == (SkipReason.ERROR, False)
    assert "twice" in decision.detail


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("hunks", [1, 2])
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("cheaper", [None, CHEAP, TIERS[Tier.STANDARD]])
def test_each_failure_has_its_consequence(
    kind: FailureKind,
    hunks: int,
    again: bool,  # noqa: FBT001  # a table
    cheaper: TierModel | None,
) -> None:
    """Dollars short: the cheaper model. Else too much at once: halves. Else it is left out, with its reason."""
    job = a_job(hunks, again=again)
    decision = follow_up(failed(job, kind), cheaper)
    if kind is FailureKind.BUDGET_USD and cheaper is CHEAP:
        short = replace(job.batch, route=Route(Tier.CHEAP, "the budget in dollars ran short"))
        assert decision == AskAgain((replace(job, tier=CHEAP, batch=short),))
    elif kind in SMALLER_MAY_DO and hunks > 1:
        assert decision == AskAgain(job.halves())
        assert len(job.halves()) == 2
    else:
        assert isinstance(decision, LeaveOut)
        assert decision.reason is REASONS.get(kind, SkipReason.ERROR)
        assert decision.ends_run == RULES[kind].ends_run
        assert decision.detail


def test_an_error_s_own_words_reach_the_receipt() -> None:
    """'400' alone helps nobody."""
    decision = follow_up(failed(a_job(1), FailureKind.BAD_REQUEST), None)
    assert isinstance(decision, LeaveOut)
    assert "so it was" in decision.detail


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("outcome", [None, *PAID_FOR_NOTHING])
def test_following_up_comes_to_an_end(kind: FailureKind, outcome: Outcome | None) -> None:
    """However often the same trouble meets 20 hunks, each is given up in the end, exactly once."""
    pending, left_out, steps = [a_job(20, tier=Tier.STRONG)], [], 0
    while pending:
        steps += 1
        assert steps < 200
        job = pending.pop(0)
        ended = answered(job, outcome) if outcome and not job.again else failed(job, kind)
        decision = follow_up(ended, CHEAP)
        if isinstance(decision, AskAgain):
            pending[:0] = decision.jobs
        else:
            left_out += [excerpt.key for excerpt in job.batch.excerpts]
    assert len(left_out) == len(set(left_out)) == 20


def test_a_question_about_the_cache_that_is_refused_is_left_away() -> None:
    """A gateway may not know it, and the hunks are worth more than the reason for a miss; the refusal costs nothing."""
    asking = replace(a_job(3), diagnosed=True)
    decision = follow_up(failed(asking, FailureKind.BAD_REQUEST), None)
    assert decision == AskAgain((replace(asking, diagnosed=False),))
    assert RULES[FailureKind.BAD_REQUEST].billing is not Billing.UNKNOWN
    assert isinstance(follow_up(failed(a_job(3), FailureKind.BAD_REQUEST), None), LeaveOut)
