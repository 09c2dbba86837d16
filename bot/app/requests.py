"""Makes the requests of a run: the shared parts once, the hunks of each batch when its turn comes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace

from bot.app.caching import SCHEMA_TOKENS, Prefixes
from bot.app.followup import ReviewJob
from bot.app.guard import with_margin
from bot.app.prepare import Prepared
from bot.app.tiers import TierModel
from bot.core.answer import REVIEW
from bot.core.calls import ModelRequest, Purpose
from bot.core.excerpt import Batch, Tier
from bot.core.prompt.hunk import render_hunk
from bot.core.prompt.templates import Templates
from bot.core.show import show
from bot.core.shown import ShownHunk
from bot.core.tokens import bound_tokens, estimate_tokens
from bot.ports import TokenCounter

_SCHEMA_BYTES = len(str(REVIEW.schema))
UNCOUNTED_OVERHEAD_TOKENS = 2_000
"""What the API may add to a prompt that could not be counted: its own instructions for structured output."""


@dataclass(slots=True)
class RequestMaker:
    """Renders batches into requests. `prefixes` says where each model's prompt has its breakpoints; `prefix_tokens`
    (by model) bounds system, schema and facts.
    """

    prepared: Prepared
    templates: Templates
    prefixes: Prefixes
    prefix_tokens: dict[str, int] = field(default_factory=dict)

    def jobs(self, tiers: Mapping[Tier, TierModel]) -> list[ReviewJob]:
        """The plan's batches as jobs, in the plan's order; the first of a prefix asks for diagnostics where wanted."""
        jobs, led = [], set[Hashable]()
        for rank, batch in enumerate(self.prepared.batches):
            job = self.as_planned(ReviewJob(batch, tiers[batch.route.tier], cached=False, rank=rank))
            first = job.prefix not in led
            led.add(job.prefix)
            jobs.append(replace(job, diagnosed=job.cached and first and self.prefixes[job.prefix].diagnosed))
        return jobs

    def as_planned(self, job: ReviewJob) -> ReviewJob:
        """A job cached as every other with its prefix, also where it was planned for another model."""
        plan = self.prefixes.get(job.prefix)
        return replace(job, cached=plan is not None and plan.cached)

    def estimated_prefix(self) -> int:
        """System, schema and facts in tokens, by their size."""
        return estimate_tokens(self.prepared.system) + estimate_tokens(self.prepared.facts) + SCHEMA_TOKENS

    def measure_prefix(self, jobs: list[ReviewJob], counter: TokenCounter) -> None:
        """Count each model's prefix once, so that reservations need no guess about it; bound it where that fails."""
        for job in {job.model: job for job in jobs}.values():
            counted = counter.count(self.request_without_hunks(job))
            self.prefix_tokens[job.model] = self.bound_prefix() if counted is None else with_margin(counted)

    def bound_prefix(self) -> int:
        """The most tokens that system, schema and facts can be."""
        texts = bound_tokens(self.prepared.system) + bound_tokens(self.prepared.facts)
        return texts + _SCHEMA_BYTES + UNCOUNTED_OVERHEAD_TOKENS

    def request(self, job: ReviewJob) -> ModelRequest:
        """The whole request of a job."""
        fence = self.prepared.boundary
        return self._request(job, tuple(render_hunk(self.templates, fence, one) for one in shown(job.batch)))

    def request_without_hunks(self, job: ReviewJob) -> ModelRequest:
        """What all requests of the job's model share: for counting and for prices."""
        return self._request(job, ())

    def _least_room(self, job: ReviewJob) -> int:
        """How far a tight budget may shrink the answer's room: not at all while the batch can be halved instead.

        A squeezed answer about many hunks is cut off, and then all of its price is wasted.
        """
        room = job.tier.room(len(job.batch.excerpts), times=job.room)
        return room if len(job.batch.excerpts) > 1 else min(room, job.tier.least_room())

    def _request(self, job: ReviewJob, hunks: tuple[str, ...]) -> ModelRequest:
        tier = job.tier
        plan = self.prefixes.get(job.prefix) if job.cached else None
        return ModelRequest(
            model=tier.model,
            system=self.prepared.system,
            facts=self.prepared.facts,
            hunks=hunks,
            contract=REVIEW,
            max_tokens=tier.room(len(job.batch.excerpts), times=job.room),
            least_output_tokens=self._least_room(job),
            prefix_tokens=self.prefix_tokens.get(tier.model, self.bound_prefix()),
            purpose=Purpose(tier.tier.value, job.batch.route.why, len(job.batch.excerpts)),
            cache_ttl=plan.system_ttl if plan else None,
            facts_ttl=plan.facts_ttl if plan else None,
            thinking=tier.thinking,
            effort=tier.effort,
            rank=job.rank,
            provider=tier.provider,
            tariff=tier.tariff,
            diagnosed=job.diagnosed,
            previous_message_id=plan.previous_message_id if plan and job.diagnosed else None,
        )


def shown(batch: Batch) -> tuple[ShownHunk, ...]:
    """A batch's excerpts as the model sees them."""
    return tuple(show(excerpt) for excerpt in batch.excerpts)
