"""What a plan would cost, without asking anybody: the value that `hunkwise quote` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

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


def quote(prepared: Prepared, options: Options, templates: Templates, prices: PriceList) -> QuoteFacts:
    """Price the plan: at least (nothing found, every later request reads the cache), and at most (what would be
    reserved if every request were made once). Retries can add to the most, the budget caps it all.
    """
    tiers = tier_models(options)
    maker = RequestMaker(prepared, templates, options.cache_ttl)
    quoter = _Quoter(maker, prices)
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
        tiers=tuple(quoter.tier(tier, sized) for tier in tiers.values()),
        planned=planned,
        with_cache=planned,
        without_cache=quoter.price(uncached),
        limit_usd=options.limits.usd,
        limit_tokens=options.limits.tokens,
        skipped=prepared.skipped,
        notes=prepared.notes,
    )


def worst_of_plan(prepared: Prepared, options: Options, templates: Templates, prices: PriceList) -> Amount:
    """The most the plan can cost if every request is made once."""
    maker = RequestMaker(prepared, templates, options.cache_ttl)
    quoter = _Quoter(maker, prices)
    return sum((quoter.worst(quoter.size(job)) for job in maker.jobs(tier_models(options))), Amount())


@dataclass(frozen=True, slots=True)
class _Quoter:
    maker: RequestMaker
    prices: PriceList

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

    def tier(self, tier: TierModel, sized: Sequence[_Sized]) -> TierQuote:
        """The whole plan on one tier, cached as soon as it takes two requests."""
        cached = len(sized) > 1 and self.maker.cache_ttl is not None
        moved = [replace(one, job=replace(one.job, tier=tier, cached=cached)) for one in sized]
        return TierQuote(tier.tier.value, tier.model, self.price(moved))

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
        prefix = _at_least(self.maker.estimated_prefix())
        cached = sized.job.cached
        return Usage(
            input_tokens=_at_least(sized.hunk_tokens) + (0 if cached else prefix),
            cache_write_5m_tokens=prefix if cached and leads and self.maker.cache_ttl == "5m" else 0,
            cache_write_1h_tokens=prefix if cached and leads and self.maker.cache_ttl == "1h" else 0,
            cache_read_tokens=prefix if cached and not leads else 0,
            output_tokens=_SILENT_ANSWER_TOKENS,
        )


def _at_least(estimate: int) -> int:
    """The fewest tokens that a text of this estimate can be."""
    return estimate * BYTES_PER_TOKEN // _MOST_BYTES_PER_TOKEN
