"""What a plan would cost, without asking anybody: the value that `hunkwise quote` prints."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.app.caching import CachePlanner
from bot.app.followup import ReviewJob
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.quote_steps import StepPlanner
from bot.app.requests import RequestMaker
from bot.app.tiers import TierModel, tier_models
from bot.app.triage import TriageJob, TriageMaker
from bot.core.budget import Amount, worst_case
from bot.core.calls import Feature, ModelRequest
from bot.core.excerpt import Excerpt, ExcerptKey
from bot.core.prefix_plan import PrefixPlan
from bot.core.pricing import PriceList
from bot.core.prompt.claims import MOST_BYTES
from bot.core.prompt.hunk import render_hunk
from bot.core.prompt.templates import Templates
from bot.core.report.quote_facts import PriceRange, QuotedRequest, QuoteFacts, StepQuote, TierQuote
from bot.core.route import Routing
from bot.core.show import show
from bot.core.size import excerpt_tokens
from bot.core.tokens import BLOCK_OVERHEAD_TOKENS, BYTES_PER_TOKEN, bound_tokens, estimate_tokens
from bot.core.usage import Usage
from bot.ports import PrefixHistory

_SILENT_ANSWER_TOKENS = 5
"""An answer that finds nothing and took no thinking."""

_MOST_BYTES_PER_TOKEN = 5
"""What prose on an older model's tokenizer comes near to: no prompt of ours takes fewer tokens than this gives."""

_WITH_CLAIMS = frozenset({Feature.CONFIRM, Feature.VERIFY})


@dataclass(frozen=True, slots=True)
class _Sized:
    """A request without its hunks, and the sizes of prefix and hunks in tokens: estimated, and the hunks' at most."""

    request: ModelRequest
    prefix: Hashable
    prefix_tokens: int
    hunk_tokens: int
    hunk_bound: int
    plan: PrefixPlan | None = None

    @property
    def uncached(self) -> _Sized:
        """The same without prompt caching."""
        return replace(self, request=replace(self.request, cache_ttl=None, facts_ttl=None), plan=None)


@dataclass(frozen=True, slots=True)
class _Step:
    """A step's requests, at the least and at the most."""

    feature: Feature
    least: Sequence[_Sized]
    most: Sequence[_Sized]

    @property
    def uncached(self) -> _Step:
        """The same without prompt caching."""
        return _Step(self.feature, [one.uncached for one in self.least], [one.uncached for one in self.most])


def quote(
    prepared: Prepared,
    options: Options,
    templates: Templates,
    prices: PriceList,
    history: PrefixHistory | None = None,
) -> QuoteFacts:
    """Price the plan: at least (nothing found, every later request reads the cache), and at most (what would be
    reserved if every request were made once). Retries can add to the most, the budget caps it all. `history` lets it
    cache as a review with the same store would.

    What a step asks may hang on what an earlier one says: the least is that it says the cheapest thing, the most that
    it says the dearest.
    """
    quoter = _Quoter(CachePlanner(prepared, options, prices, history), templates)
    steps = quoter.steps()
    planned = quoter.price(steps)
    return QuoteFacts(
        hunks=prepared.hunks,
        duplicates=prepared.duplicates,
        reused=prepared.reused,
        requests=tuple(quoter.requests()),
        system_tokens=quoter.estimated_prefix,
        highest_tokens=sum(quoter.worst(one).tokens for step in steps for one in step.most),
        tiers=tuple(quoter.tier(tier) for tier in tier_models(options).values()),
        planned=planned,
        with_cache=planned,
        without_cache=quoter.price([step.uncached for step in steps]),
        limit_usd=options.limits.usd,
        limit_tokens=options.limits.tokens,
        skipped=prepared.skipped,
        notes=prepared.notes,
        steps=tuple(StepQuote(one.feature.value, len(one.most), quoter.price([one])) for one in steps if one.most),
    )


def worst_of_plan(
    prepared: Prepared,
    options: Options,
    templates: Templates,
    prices: PriceList,
    history: PrefixHistory | None = None,
) -> Amount:
    """The most the plan can cost if every request is made once."""
    quoter = _Quoter(CachePlanner(prepared, options, prices, history), templates)
    return sum((quoter.worst(one) for step in quoter.steps() for one in step.most), Amount())


class _Quoter:
    """Sizes and prices the requests of one plan. Each hunk is rendered once, and only what is really sent gives a true
    bound.
    """

    def __init__(self, cache: CachePlanner, templates: Templates) -> None:
        self._prepared = cache.prepared
        self._cache = cache
        self._planner = StepPlanner(cache, templates)
        self._maker = self._planner.maker
        self._triage = TriageMaker(cache.prepared, cache.options, templates)
        self._triages = cache.options.effective_routing is Routing.TRIAGE
        self._templates = templates
        self._prices = cache.prices
        self._bounds: dict[tuple[ExcerptKey, bool], int] = {}
        self.estimated_prefix = self._maker.estimated_prefix()

    def steps(self) -> list[_Step]:
        """Everything that may be asked, step by step."""
        asked = [
            _Step(step.feature, [self._sized(job) for job in step.least], [self._sized(job) for job in step.most])
            for step in self._planner.steps()
        ]
        if not self._triages:
            return asked
        sorting = [self._sized_triage(job) for job in self._triage.jobs()]
        return [_Step(Feature.TRIAGE, sorting, sorting), *asked]

    def requests(self) -> list[QuotedRequest]:
        """The requests that are sure to be made, in their order; triage may change what comes after it."""
        sorting = [self._quoted_triage(job) for job in self._triage.jobs()] if self._triages else []
        return [*sorting, *(self._quoted(job) for job in self._planner.sure())]

    def tier(self, tier: TierModel) -> TierQuote:
        """One look at the whole plan on one tier, cached as so many requests to its model would be."""
        jobs = self._planner.sure()
        alone = RequestMaker(self._prepared, self._templates, self._cache)
        alone.prefixes[tier.prefix] = self._cache.plan(tier, [job.batch for job in jobs])
        moved = [self._sized(alone.as_planned(replace(job, tier=tier)), alone) for job in jobs]
        return TierQuote(tier.tier.value, tier.model, self.price([_Step(Feature.REVIEW, moved, moved)]))

    def price(self, steps: Sequence[_Step]) -> PriceRange:
        """What these steps cost together."""
        led: set[Hashable] = set()
        lowest = Decimal(0)
        for one in (one for step in steps for one in step.least):
            lowest += self._prices.cost(one.request.model, _least(one, leads=one.prefix not in led), one.request.tariff)
            led.add(one.prefix)
        return PriceRange(lowest, sum((self.worst(one).usd for step in steps for one in step.most), Decimal(0)))

    def worst(self, sized: _Sized) -> Amount:
        """The most one request can cost."""
        size = sized.request.prefix_tokens + sized.hunk_bound
        return worst_case(sized.request, size, self._prices)

    def _sized(self, job: ReviewJob, maker: RequestMaker | None = None) -> _Sized:
        maker = maker or self._maker
        request = maker.request_without_hunks(job)
        bound = sum(self._bound(excerpt, wide=job.feature is Feature.VERIFY) for excerpt in job.batch.excerpts)
        if job.feature in _WITH_CLAIMS:
            request = replace(request, max_tokens=maker.most_room(job))
            bound += MOST_BYTES + bound_tokens(self._prepared.boundary) + BLOCK_OVERHEAD_TOKENS
        tokens = sum(excerpt_tokens(excerpt) for excerpt in job.batch.excerpts)
        plan = maker.prefixes.get(job.prefix) if job.cached else None
        return _Sized(request, job.prefix, self.estimated_prefix, tokens, bound, plan)

    def _bound(self, excerpt: Excerpt, *, wide: bool) -> int:
        key = (excerpt.key, wide)
        if key not in self._bounds:
            block = render_hunk(self._templates, self._prepared.boundary, show(excerpt))
            self._bounds[key] = bound_tokens(block)
        return self._bounds[key]

    def _sized_triage(self, job: TriageJob) -> _Sized:
        request = self._triage.request(job)
        prefix = estimate_tokens(request.system) + estimate_tokens(request.facts)
        (block,) = request.hunks
        return _Sized(request, job.prefix, prefix, estimate_tokens(block), bound_tokens(block))

    def _quoted(self, job: ReviewJob) -> QuotedRequest:
        batch = job.batch
        tokens = sum(excerpt_tokens(excerpt) for excerpt in batch.excerpts)
        return QuotedRequest(
            tier=job.tier.tier.value,
            model=job.model,
            hunks=sum(excerpt.part[0] == 1 for excerpt in batch.excerpts),
            files=tuple(dict.fromkeys(excerpt.path for excerpt in batch.excerpts)),
            input_tokens=self.estimated_prefix + tokens,
            risk=batch.risk,
            why=batch.route.why,
            feature=job.feature.value,
        )

    def _quoted_triage(self, job: TriageJob) -> QuotedRequest:
        sized = self._sized_triage(job)
        return QuotedRequest(
            tier=sized.request.purpose.tier,
            model=sized.request.model,
            hunks=len(job.excerpts),
            files=tuple(dict.fromkeys(excerpt.path for _, excerpt in job.excerpts)),
            input_tokens=sized.prefix_tokens + sized.hunk_tokens,
            risk=max(excerpt.risk for _, excerpt in job.excerpts),
            why=sized.request.purpose.why,
            feature=Feature.TRIAGE.value,
        )


def _least(sized: _Sized, *, leads: bool) -> Usage:
    """The usage of an answer that finds nothing: the leader writes the prefix, the others read it."""
    rest = Usage(input_tokens=_at_least(sized.hunk_tokens), output_tokens=_SILENT_ANSWER_TOKENS)
    if sized.plan is None:
        return rest + Usage(input_tokens=_at_least(sized.prefix_tokens))
    system, facts = _at_least(sized.plan.system_tokens), _at_least(sized.plan.facts_tokens)
    return rest + sized.plan.usage(system, facts, leads=leads)


def _at_least(estimate: int) -> int:
    """The fewest tokens that a text of this estimate can be."""
    return estimate * BYTES_PER_TOKEN // _MOST_BYTES_PER_TOKEN
