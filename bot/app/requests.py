"""Makes the requests of a run: the shared parts once, the hunks of each batch when its turn comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.app.followup import ReviewJob
from bot.app.guard import with_margin
from bot.app.prepare import Prepared
from bot.app.tiers import TierModel
from bot.core.answer import REVIEW
from bot.core.calls import ModelRequest, Purpose
from bot.core.excerpt import Batch, Tier
from bot.core.pricing import LIVE, Tariff
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
    """Renders batches into requests. `prefix_tokens` (by model) bounds system, schema and facts; `tariff` is what their
    tokens will cost.
    """

    prepared: Prepared
    templates: Templates
    cache_ttl: str | None
    prefix_tokens: dict[str, int] = field(default_factory=dict)
    tariff: Tariff = LIVE

    def jobs(self, tiers: Mapping[Tier, TierModel]) -> list[ReviewJob]:
        """The plan's batches as jobs, in the plan's order."""
        batches = self.prepared.batches
        cached = self._worth_caching(tiers)
        return [
            ReviewJob(one, tiers[one.route.tier], tiers[one.route.tier].prefix in cached, rank)
            for rank, one in enumerate(batches)
        ]

    def _worth_caching(self, tiers: Mapping[Tier, TierModel]) -> frozenset[tuple[str, str | None]]:
        """The prefixes worth writing: asked with at least twice, and long enough to be cached.

        A single request would pay the write's premium and nobody would read it.
        """
        if self.cache_ttl is None:
            return frozenset()
        asked = [tiers[batch.route.tier] for batch in self.prepared.batches]
        times = Counter(one.prefix for one in asked)
        size = self.estimated_prefix()
        return frozenset(
            one.prefix for one in asked if times[one.prefix] > 1 and size >= one.traits.least_cacheable_tokens
        )

    def estimated_prefix(self) -> int:
        """System, schema and facts in tokens, by their size."""
        return estimate_tokens(self.prepared.system) + estimate_tokens(self.prepared.facts) + _SCHEMA_BYTES // 3

    def measure_prefix(self, jobs: list[ReviewJob], counter: TokenCounter) -> None:
        """Count each model's prefix once, so that reservations need no guess about it; bound it where that fails."""
        for job in {job.model: job for job in jobs}.values():
            counted = counter.count(self.request_without_hunks(job))
            self.prefix_tokens[job.model] = self.bound_prefix() if counted is None else with_margin(counted)

    def bound_prefix(self) -> int:
        """The most tokens that system, schema and facts can be."""
        texts = bound_tokens(self.prepared.system) + bound_tokens(self.prepared.facts)
        return texts + _SCHEMA_BYTES + UNCOUNTED_OVERHEAD_TOKENS

    def shown(self, batch: Batch) -> tuple[ShownHunk, ...]:
        """The batch's excerpts as the model sees them."""
        return tuple(show(excerpt) for excerpt in batch.excerpts)

    def request(self, job: ReviewJob) -> ModelRequest:
        """The whole request of a job."""
        fence = self.prepared.boundary
        return self._request(job, tuple(render_hunk(self.templates, fence, one) for one in self.shown(job.batch)))

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
            cache_ttl=self.cache_ttl if job.cached else None,
            thinking=tier.thinking,
            effort=tier.effort,
            rank=job.rank,
            tariff=self.tariff,
        )
