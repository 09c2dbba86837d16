"""Which requests a batch may hold: their worst cases are all reserved before the first of them is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.app.dispatch import Ended
from bot.app.followup import AskAgain, LeaveOut, ReviewJob, follow_up
from bot.app.guard import MOST_BYTES_PER_TOKEN, with_margin
from bot.app.requests import RequestMaker
from bot.app.tiers import TierModel
from bot.core.budget import Amount, Budget, largest_output, worst_case
from bot.core.calls import ModelRequest
from bot.core.failure import RULES
from bot.core.pricing import PriceList
from bot.core.tokens import bound_tokens
from bot.errors import CallFailed
from bot.ports import TokenCounter


@dataclass(frozen=True, slots=True)
class Admission:
    """A job that may be sent, with what is reserved for it."""

    job: ReviewJob
    request: ModelRequest
    reserved: Amount


@dataclass(slots=True)
class Admitted:
    """What fits the budget, in the plan's order, and what does not."""

    admissions: list[Admission] = field(default_factory=list)
    left_out: list[tuple[ReviewJob, LeaveOut]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Admitting:
    """Reserves requests one by one. In a batch no reservation frees room for the next, so each counts in full."""

    maker: RequestMaker
    budget: Budget
    prices: PriceList
    counter: TokenCounter
    cheaper: TierModel | None

    def admit(self, jobs: Sequence[ReviewJob]) -> Admitted:
        """Reserve in the plan's order. Where not everything fits by its bytes, each request is counted by the API."""
        self.maker.measure_prefix(list(jobs), self.counter)
        requests = {job: self.maker.request(job) for job in jobs}
        worst = (worst_case(one, _by_bytes(one), self.prices) for one in requests.values())
        tight = not self.budget.fits(sum(worst, Amount()))
        admitted = Admitted()
        waiting = list(jobs)
        while waiting:
            job = waiting.pop(0)
            admission = self._admission(job, requests.get(job) or self.maker.request(job), tight=tight)
            if isinstance(admission, Admission):
                admitted.admissions.append(admission)
                continue
            then = follow_up(Ended(job, failure=admission), self.cheaper)
            if isinstance(then, AskAgain):
                waiting[:0] = map(self.maker.as_planned, then.jobs)
            elif isinstance(then, LeaveOut):
                admitted.left_out.append((job, then))
        return admitted

    def _admission(self, job: ReviewJob, request: ModelRequest, *, tight: bool) -> Admission | CallFailed:
        bound = self._bound(request, tight=tight)
        room = largest_output(request, bound, self.prices, self.budget.left())
        if tight and request.least_output_tokens <= room < request.max_tokens:
            request = replace(request, max_tokens=room)
        worst = worst_case(request, bound, self.prices)
        obstacle = self.budget.obstacle(worst)
        if obstacle is not None:
            return CallFailed(obstacle, RULES[obstacle].meaning)
        self.budget.reserve(worst)
        return Admission(job, request, worst)

    def _bound(self, request: ModelRequest, *, tight: bool) -> int:
        """The most input tokens the request can be; counted only where that could make it fit."""
        by_bytes = _by_bytes(request)
        at_best = request.prefix_tokens + (by_bytes - request.prefix_tokens) // MOST_BYTES_PER_TOKEN
        least = replace(request, max_tokens=request.least_output_tokens)
        if not tight or not self.budget.fits(worst_case(least, at_best, self.prices)):
            return by_bytes
        counted = self.counter.count(request)
        return by_bytes if counted is None else min(by_bytes, with_margin(counted))


def _by_bytes(request: ModelRequest) -> int:
    return request.prefix_tokens + sum(bound_tokens(block) for block in request.hunks)
