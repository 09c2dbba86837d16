"""Makes the requests of a run: the shared parts once, the hunks of each batch when its turn comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.app.caching import SCHEMA_TOKENS, CachePlanner
from bot.app.followup import ReviewJob
from bot.app.guard import with_margin
from bot.app.prepare import Prepared
from bot.app.tiers import TierModel
from bot.core.answer import REVIEW
from bot.core.calls import Feature, ModelRequest, Purpose
from bot.core.claims import MOST_CLAIMS, Claim
from bot.core.excerpt import Batch, Excerpt, Tier
from bot.core.prefix_plan import PrefixPlan
from bot.core.prompt.claims import Asked, render_claims, that_fit
from bot.core.prompt.hunk import render_hunk
from bot.core.prompt.templates import Templates
from bot.core.show import show
from bot.core.shown import ShownHunk
from bot.core.size import excerpt_tokens
from bot.core.tokens import bound_tokens, estimate_tokens
from bot.ports import TokenCounter

_SCHEMA_BYTES = len(str(REVIEW.schema))
_ASKED = {Feature.CONFIRM: Asked.DRAFT, Feature.VERIFY: Asked.VERIFY}
UNCOUNTED_OVERHEAD_TOKENS = 2_000
"""What the API may add to a prompt that could not be counted: its own instructions for structured output."""


@dataclass(slots=True)
class RequestMaker:
    """Renders batches into requests. `prefixes` says where each model's prompt has its breakpoints, as `planner` has
    planned them step by step; `prefix_tokens` (by model) bounds system, schema and facts.
    """

    prepared: Prepared
    templates: Templates
    planner: CachePlanner
    prefix_tokens: dict[str, int] = field(default_factory=dict)
    prefixes: dict[Hashable, PrefixPlan] = field(default_factory=dict)
    _led: set[Hashable] = field(default_factory=set, init=False)

    def jobs(self, tiers: Mapping[Tier, TierModel]) -> list[ReviewJob]:
        """The plan's batches as jobs, in the plan's order."""
        self._plan(list(tiers.values()), self.prepared.batches, tiers)
        return self._jobs(self.prepared.batches, tiers, self.prepared.feature, ())

    def jobs_for(
        self,
        batches: Sequence[Batch],
        tiers: Mapping[Tier, TierModel],
        feature: Feature,
        claims: Collection[Claim] = (),
    ) -> list[ReviewJob]:
        """Batches as the jobs of one step, in the order given; each job takes those `claims` that are about it, as far
        as one request has room for them.
        """
        self._plan([tiers[batch.route.tier] for batch in batches], batches, tiers)
        return self._jobs(batches, tiers, feature, claims)

    def _jobs(
        self, batches: Sequence[Batch], tiers: Mapping[Tier, TierModel], feature: Feature, claims: Collection[Claim]
    ) -> list[ReviewJob]:
        """The first job of a prefix asks for diagnostics where they are wanted."""
        jobs = []
        for rank, batch in enumerate(batches):
            keys = {excerpt.key for excerpt in batch.excerpts}
            own = tuple(that_fit([claim for claim in claims if claim.about in keys]))
            job = ReviewJob(batch, tiers[batch.route.tier], cached=False, rank=rank, feature=feature, claims=own)
            job = self.as_planned(job)
            first = job.prefix not in self._led
            self._led.add(job.prefix)
            jobs.append(replace(job, diagnosed=job.cached and first and self.prefixes[job.prefix].diagnosed))
        return jobs

    def _plan(self, asked: Sequence[TierModel], batches: Sequence[Batch], tiers: Mapping[Tier, TierModel]) -> None:
        """Plan the prefixes of a step. What an earlier step writes is read by this one, so its breakpoints stay."""
        for tier in {one.prefix: one for one in asked}.values():
            own = [batch for batch in batches if tiers[batch.route.tier].prefix == tier.prefix]
            known = self.prefixes.get(tier.prefix)
            if known is None or not known.requests:
                self.prefixes[tier.prefix] = self.planner.plan(tier, own)
            elif own:
                plan = known if known.cached else self.planner.plan(tier, own)
                added = sum(excerpt_tokens(excerpt) for batch in own for excerpt in batch.excerpts)
                self.prefixes[tier.prefix] = replace(
                    plan, requests=known.requests + len(own), hunk_tokens=known.hunk_tokens + added
                )

    def as_planned(self, job: ReviewJob) -> ReviewJob:
        """A job cached as every other with its prefix, also where it was planned for another model."""
        plan = self.prefixes.get(job.prefix)
        return replace(job, cached=plan is not None and plan.cached)

    def estimated_prefix(self) -> int:
        """System, schema and facts in tokens, by their size."""
        return estimate_tokens(self.prepared.system) + estimate_tokens(self.prepared.facts) + SCHEMA_TOKENS

    def measure_prefix(self, jobs: Iterable[ReviewJob], counter: TokenCounter) -> None:
        """Count each model's prefix once, so that reservations need no guess about it; bound it where that fails."""
        for job in {job.model: job for job in jobs if job.model not in self.prefix_tokens}.values():
            counted = counter.count(self.request_without_hunks(job))
            self.prefix_tokens[job.model] = self.bound_prefix() if counted is None else with_margin(counted)

    def bound_prefix(self) -> int:
        """The most tokens that system, schema and facts can be."""
        texts = bound_tokens(self.prepared.system) + bound_tokens(self.prepared.facts)
        return texts + _SCHEMA_BYTES + UNCOUNTED_OVERHEAD_TOKENS

    def request(self, job: ReviewJob) -> ModelRequest:
        """The whole request of a job."""
        fence = self.prepared.boundary
        blocks = [render_hunk(self.templates, fence, one) for one in shown(job.batch)]
        if job.feature in _ASKED:
            blocks.append(render_claims(self.templates, fence, _ASKED[job.feature], job.claims))
        return self._request(job, tuple(blocks))

    def request_without_hunks(self, job: ReviewJob) -> ModelRequest:
        """What all requests of the job's model share: for counting and for prices."""
        return self._request(job, ())

    def most_room(self, job: ReviewJob) -> int:
        """The room for the job's answer, had it all the claims that a request takes."""
        return self._room(job, MOST_CLAIMS)

    def _room(self, job: ReviewJob, claims: int) -> int:
        """Room for a finding for every other hunk, or for every claim where there are more of them; half as much for
        a claim that is verified, which comes back in few words.
        """
        each = 1 if job.feature is Feature.VERIFY else 2
        return job.tier.room(max(len(job.batch.excerpts), each * claims), times=job.room)

    def _least_room(self, job: ReviewJob) -> int:
        """How far a tight budget may shrink the answer's room: not at all while the batch can be halved instead.

        A squeezed answer about many hunks is cut off, and then all of its price is wasted.
        """
        room = self._room(job, len(job.claims))
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
            max_tokens=self._room(job, len(job.claims)),
            least_output_tokens=self._least_room(job),
            prefix_tokens=self.prefix_tokens.get(tier.model, self.bound_prefix()),
            purpose=Purpose(
                tier.tier.value, job.batch.route.why, len(job.batch.excerpts), job.feature, kinds_of(job.batch.excerpts)
            ),
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


def kinds_of(excerpts: Iterable[Excerpt]) -> tuple[tuple[str, int], ...]:
    """How many excerpts are of which kind of file, by its name."""
    return tuple(sorted(Counter(excerpt.language for excerpt in excerpts).items()))
