"""One step of a run: batches asked to their end, each of them answered or left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.app.asking import Asking
from bot.app.dispatch import Dispatcher, Ended
from bot.app.followup import AskAgain, LeaveOut, ReviewJob, follow_up
from bot.app.guard import MOST_BYTES_PER_TOKEN
from bot.app.paid import PaidAnswers
from bot.app.requests import RequestMaker
from bot.app.tiers import TierModel
from bot.core.answer import Answer
from bot.core.calls import ModelRequest
from bot.core.excerpt import Excerpt
from bot.core.failure import RULES, FailureKind
from bot.errors import CallFailed
from bot.ports import TokenCounter

_REFUSALS_BEFORE_GIVING_UP = 3
"""So many 400s before any answer mean that the requests themselves are wrong, not one hunk in them."""


class Take(Protocol):
    """What is done with an answer; `reused` says that an earlier run had paid for it."""

    def __call__(self, job: ReviewJob, answer: Answer, *, reused: bool) -> None:
        """Take it."""
        ...


@dataclass(slots=True)
class Step:
    """Asks jobs and hands over what comes of them, each excerpt exactly once unless the run ends before.

    `take` gets a job and its answer, `leave_out` a job that is given up and the reason. `cheaper` is the tier that may
    take over when dollars run short, or None. `saw` hears of every job that ended.
    """

    asking: Asking
    maker: RequestMaker
    paid: PaidAnswers
    counter: TokenCounter
    cheaper: TierModel | None
    take: Take
    leave_out: Callable[[ReviewJob, LeaveOut], None]
    saw: Callable[[Ended[ReviewJob]], None]
    _refused: int = field(default=0, init=False)
    _answered: bool = field(default=False, init=False)

    def without_paid(self, jobs: Sequence[ReviewJob]) -> list[ReviewJob]:
        """Take the answers that a run which died has paid for already; what is left must be asked."""
        if not self.paid.at_hand:
            return list(jobs)
        left = []
        for job in jobs:
            answer = self.paid.find(self.maker.request(job))
            if answer is None:
                left.append(job)
            else:
                self.take(job, answer, reused=True)
        return left

    def ask(self, jobs: Sequence[ReviewJob]) -> None:
        """Ask every job to its end, or to the end of the run."""
        if jobs and not self.asking.over:
            self.maker.measure_prefix(jobs, self.counter)
            self.asking.ask(jobs, self._request, self._consume)

    def _consume(self, dispatcher: Dispatcher[ReviewJob], ended_jobs: Iterator[Ended[ReviewJob]]) -> None:
        for ended in ended_jobs:
            self.saw(ended)
            decision = follow_up(ended, self.cheaper, hopeless=self._hopeless(ended))
            if isinstance(decision, AskAgain):
                dispatcher.ask_next(*map(self.maker.as_planned, decision.jobs))
            elif isinstance(decision, LeaveOut):
                self.leave_out(ended.job, decision)
                if decision.ends_run or self._requests_are_wrong(ended):
                    for job in dispatcher.drop_pending():
                        self.leave_out(job, decision)
            elif ended.answer is not None:
                self._answered = True
                self.paid.keep(self.maker.request(ended.job), ended.answer)
                self.take(ended.job, ended.answer.parsed, reused=False)

    def _request(self, job: ReviewJob) -> ModelRequest:
        """The job's request; what no budget could carry is refused before it is rendered, since there may be much."""
        obstacle = self._obstacle(job)
        if obstacle is not None:
            raise CallFailed(obstacle, RULES[obstacle].meaning)
        return self.maker.request(job)

    def _hopeless(self, ended: Ended[ReviewJob]) -> bool:
        """Whether not even the batch's smallest hunk would fit, on its tier or on the one that takes over from it."""
        if ended.failure is None:
            return False
        cheaper = self.cheaper if ended.failure.kind is FailureKind.BUDGET_USD else None
        tiers = [ended.job.tier, *([cheaper] if cheaper else [])]
        return all(self._obstacle(self.maker.as_planned(replace(ended.job, tier=tier))) for tier in tiers)

    def _obstacle(self, job: ReviewJob) -> FailureKind | None:
        """Why not even the smallest hunk of the batch could be afforded, alone and with the least room; or None."""
        smallest = min(job.batch.excerpts, key=_raw_bytes)
        request = self.maker.request_without_hunks(replace(job, batch=replace(job.batch, excerpts=(smallest,))))
        least = replace(request, max_tokens=request.least_output_tokens)
        return self.asking.obstacle_alone(least, request.prefix_tokens + _raw_bytes(smallest) // MOST_BYTES_PER_TOKEN)

    def _requests_are_wrong(self, ended: Ended[ReviewJob]) -> bool:
        refused = ended.failure is not None and ended.failure.kind is FailureKind.BAD_REQUEST
        self._refused += refused
        return refused and not self._answered and self._refused >= _REFUSALS_BEFORE_GIVING_UP


def _raw_bytes(excerpt: Excerpt) -> int:
    return sum(len(line.raw) for line in excerpt.lines)
