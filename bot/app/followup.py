"""What follows when a request is over: its hunks count as reviewed, are asked again, or are left out.

A pure function of the job and how it ended, so that every row can be tested.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.app.dispatch import Ended
from bot.app.tiers import TierModel
from bot.core.calls import Outcome
from bot.core.excerpt import Batch, Route, SkipReason
from bot.core.failure import RULES, FailureKind

SHORT_OF_DOLLARS = "the budget in dollars ran short"
"""Why a batch went to the cheaper tier, on its calls."""

_SENTENCES = {
    Outcome.TRUNCATED: "the answer was cut off twice at its token limit",
    Outcome.REFUSED: "the model refused to answer, twice",
    Outcome.UNPARSEABLE: "the answer could not be read, twice",
}
_SHORT_OF_BUDGET = (FailureKind.BUDGET_USD, FailureKind.BUDGET_TOKENS)
_LEFT_OUT = {
    FailureKind.BUDGET_USD: (SkipReason.BUDGET, RULES[FailureKind.BUDGET_USD].meaning),
    FailureKind.BUDGET_TOKENS: (SkipReason.BUDGET, RULES[FailureKind.BUDGET_TOKENS].meaning),
    FailureKind.OVERRUN: (SkipReason.BUDGET, RULES[FailureKind.OVERRUN].meaning),
    FailureKind.DEADLINE: (SkipReason.DEADLINE, RULES[FailureKind.DEADLINE].meaning),
    FailureKind.STOPPED: (SkipReason.INTERRUPTED, RULES[FailureKind.STOPPED].meaning),
}


@dataclass(frozen=True, slots=True)
class ReviewJob:
    """A batch to ask about. `again` is True for a second try; `room` multiplies the room for its answer. `rank` is its
    place in the plan, 0 for the riskiest. `diagnosed` says that the API is asked about the cache along with it.
    """

    batch: Batch
    tier: TierModel
    cached: bool
    rank: int = 0
    again: bool = False
    room: int = 1
    diagnosed: bool = False

    @property
    def model(self) -> str:
        """The model that is asked."""
        return self.tier.model

    @property
    def prefix(self) -> tuple[str, str | None]:
        """What its cached prefix hangs on."""
        return self.tier.prefix

    def halves(self) -> tuple[ReviewJob, ...]:
        """The same hunks in two requests, the first half first; one job where there is nothing to halve."""
        excerpts = self.batch.excerpts
        middle = (len(excerpts) + 1) // 2
        parts = [part for part in (excerpts[:middle], excerpts[middle:]) if part]
        return tuple(replace(self, batch=replace(self.batch, excerpts=part)) for part in parts)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The batch was answered."""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """These jobs take the batch's place."""

    jobs: tuple[ReviewJob, ...]


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """The batch is given up. Where `ends_run`, everything else not yet answered is given up with it."""

    reason: SkipReason
    detail: str
    ends_run: bool = False


def follow_up(
    ended: Ended[ReviewJob], cheaper: TierModel | None, *, hopeless: bool = False
) -> Reviewed | AskAgain | LeaveOut:
    """Decide. `cheaper` is the tier that may take over when dollars run short, or None; `hopeless` says that not even
    the batch's smallest hunk would fit the budget on any tier.
    """
    job = ended.job
    if ended.failure is not None:
        kind = ended.failure.kind
        if hopeless and kind in _SHORT_OF_BUDGET:
            return LeaveOut(*_LEFT_OUT[kind])
        return _after_failure(job, kind, ended.failure.message, cheaper)
    outcome = ended.answer.outcome if ended.answer else Outcome.UNPARSEABLE
    if outcome is Outcome.ANSWERED:
        return Reviewed()
    if job.again:
        return LeaveOut(SkipReason.ERROR, _SENTENCES[outcome])
    room = 2 if outcome is Outcome.TRUNCATED else 1
    return AskAgain(tuple(replace(part, again=True, room=room) for part in job.halves()))


def _after_failure(job: ReviewJob, kind: FailureKind, message: str, cheaper: TierModel | None) -> AskAgain | LeaveOut:
    if kind is FailureKind.BAD_REQUEST and job.diagnosed:  # a gateway may know nothing of diagnostics
        return AskAgain((replace(job, diagnosed=False),))
    divisible = len(job.batch.excerpts) > 1
    if kind is FailureKind.BUDGET_USD and cheaper is not None and cheaper.model != job.model:
        route = Route(cheaper.tier, SHORT_OF_DOLLARS)
        return AskAgain((replace(job, tier=cheaper, batch=replace(job.batch, route=route)),))
    if divisible and RULES[kind].shrinks:
        return AskAgain(job.halves())
    reason, detail = _LEFT_OUT.get(kind, (SkipReason.ERROR, f"{RULES[kind].meaning} ({message})"))
    return LeaveOut(reason, detail, ends_run=RULES[kind].ends_run)
