"""What a plan would cost, without asking anybody: the value that `hunkwise quote` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.app.caching import CachePlanner, Prefixes
from bot.app.followup import ReviewJob
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.requests import RequestMaker
from bot.app.tiers import TierModel, tier_models
from bot.core.budget import Amount, worst_case, worst_usage
from bot.core.pricing import PriceList
from bot.core.prompt.templates import Templates
from bot.core.report.quote_facts import PriceRange, QuotedRequest, QuoteFacts, TierQuote
from bot.core.size import excerpt_tokens
from bot.core.tokens import BYTES_PER_TOKEN, bound_tokens
from bot.core.usage import Usage
from bot.ports import PrefixHistory

_SILENT_ANSWER_TOKENS = 5
"""An answer that finds nothing and took no thinking."""

_MOST_BYTES_PER_TOKEN = 5
"""What prose on an older model's tokenizer comes near to: no prompt of ours takes fewer tokens than this gives."""


@dataclass(frozen=True, slots=True)
class _Sized:
    """A job with the size of its hunks in tokens: estimated, and at most."""

    job: ReviewJob
    hunk_tokens: int
    hunk_bound: int


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
    """
    tiers = tier_models(options)
    planner = CachePlanner(prepared, options, prices, history)
    prefixes = planner.prefixes(tiers)
    maker = RequestMaker(prepared, templates, prefixes)
    quoter = _Quoter(maker, prices, prefixes)
    sized = [quoter.size(job) for job in maker.jobs(tiers)]
    uncached = [replace(one, job=replace(one.job, cached=False)) for one in sized]
    planned = quoter.price(sized)
    return QuoteFacts(
        hunks=prepared.hunks,
        duplicates=prepared.duplicates,
        reused=prepared.reused,
        requests=tuple(quoter.request(one) for one in sized),
        system_tokens=maker.estimated_prefix(),
        highest_tokens=sum(quoter.worst_usage(one).total_tokens for one in sized),
        tiers=tuple(_on_one_tier(tier, sized, planner, templates) for tier in tiers.values()),
        planned=planned,
        with_cache=planned,
        without_cache=quoter.price(uncached),
        limit_usd=options.limits.usd,
        limit_tokens=options.limits.tokens,
        skipped=prepared.skipped,
        notes=prepared.notes,
    )


def worst_of_plan(
    prepared: Prepared,
    options: Options,
    templates: Templates,
    prices: PriceList,
    history: PrefixHistory | None = None,
) -> Amount:
    """The most the plan can cost if every request is made once."""
    tiers = tier_models(options)
    prefixes = CachePlanner(prepared, options, prices, history).prefixes(tiers)
    maker = RequestMaker(prepared, templates, prefixes)
    quoter = _Quoter(maker, prices, prefixes)
    return sum((quoter.worst(quoter.size(job)) for job in maker.jobs(tiers)), Amount())


def _on_one_tier(tier: TierModel, sized: Sequence[_Sized], planner: CachePlanner, templates: Templates) -> TierQuote:
    """The whole plan on one tier, cached as that many requests to its model would be."""
    plan = planner.plan(tier, [one.job.batch for one in sized])
    prefixes: Prefixes = {tier.prefix: plan}
    moved = [replace(one, job=replace(one.job, tier=tier, cached=plan.cached)) for one in sized]
    quoter = _Quoter(RequestMaker(planner.prepared, templates, prefixes), planner.prices, prefixes)
    return TierQuote(tier.tier.value, tier.model, quoter.price(moved))


@dataclass(frozen=True, slots=True)
class _Quoter:
    maker: RequestMaker
    prices: PriceList
    prefixes: Prefixes

    def size(self, job: ReviewJob) -> _Sized:
        """Render the job's hunks once, since only what is really sent gives a true bound."""
        blocks = self.maker.request(job).hunks
        tokens = sum(excerpt_tokens(excerpt) for excerpt in job.batch.excerpts)
        return _Sized(job, tokens, sum(bound_tokens(block) for block in blocks))

    def worst(self, sized: _Sized) -> Amount:
        request = self.maker.request_without_hunks(sized.job)
        return worst_case(request, request.prefix_tokens + sized.hunk_bound, self.prices)

    def worst_usage(self, sized: _Sized) -> Usage:
        request = self.maker.request_without_hunks(sized.job)
        return worst_usage(request, request.prefix_tokens + sized.hunk_bound)

    def request(self, sized: _Sized) -> QuotedRequest:
        batch = sized.job.batch
        return QuotedRequest(
            tier=sized.job.tier.tier.value,
            model=sized.job.model,
            hunks=sum(excerpt.part[0] == 1 for excerpt in batch.excerpts),
            files=tuple(dict.fromkeys(excerpt.path for excerpt in batch.excerpts)),
            input_tokens=self.maker.estimated_prefix() + sized.hunk_tokens,
            risk=batch.risk,
            why=batch.route.why,
        )

    def price(self, sized: Sequence[_Sized]) -> PriceRange:
        led: set[tuple[str, str | None]] = set()
        lowest = Decimal(0)
        for one in sized:
            lowest += self.prices.cost(
                one.job.model, self._least(one, leads=one.job.prefix not in led), one.job.tier.tariff
            )
            led.add(one.job.prefix)
        return PriceRange(lowest, sum((self.worst(one).usd for one in sized), Decimal(0)))

    def _least(self, sized: _Sized, *, leads: bool) -> Usage:
        """The usage of an answer that finds nothing: the leader writes the prefix, the others read it."""
        plan = self.prefixes[sized.job.prefix]
        system, facts = _at_least(plan.system_tokens), _at_least(plan.facts_tokens)
        prefix = plan.usage(system, facts, leads=leads) if sized.job.cached else Usage(input_tokens=system + facts)
        return prefix + Usage(input_tokens=_at_least(sized.hunk_tokens), output_tokens=_SILENT_ANSWER_TOKENS)


def _at_least(estimate: int) -> int:
    """The fewest tokens that a text of this estimate can be."""
    return estimate * BYTES_PER_TOKEN // _MOST_BYTES_PER_TOKEN
