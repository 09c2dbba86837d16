"""What a run cost and what it saved, added up from its calls and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.core.calls import Call, Outcome
from bot.core.excerpt import Excerpt
from bot.core.pricing import LIVE, PriceList, Tariff
from bot.core.receipt import Bill, Savings
from bot.core.size import excerpt_tokens
from bot.core.usage import Usage

ANSWER_TOKENS_A_HUNK = 150
"""What an answer spends on one hunk on average, findings and thinking shared out: for estimates only."""


def bill(
    calls: Sequence[Call],
    duplicates: Iterable[Excerpt],
    standard_model: str,
    prices: PriceList,
    tariff: Tariff = LIVE,
) -> Bill:
    """Add up the calls. `duplicates` are excerpts that an equal hunk answered for, each as often as it did; `tariff` is
    that of the preferred provider, whose `standard_model` savings are measured against.
    """
    by_model: dict[str, Decimal] = {}
    usage = Usage()
    for call in calls:
        usage += call.usage
        if call.cost_usd:
            by_model[call.model] = by_model.get(call.model, Decimal(0)) + call.cost_usd
    return Bill(
        requests=sum(call.attempt == 1 for call in calls),
        attempts=len(calls),
        usage=usage,
        total_usd=sum((call.cost_usd for call in calls), Decimal(0)),
        unsettled_usd=sum((call.unsettled_usd for call in calls), Decimal(0)),
        wasted_usd=sum((call.cost_usd for call in calls if call.outcome != Outcome.ANSWERED), Decimal(0)),
        by_model=by_model,
        saved=_savings(calls, duplicates, standard_model, prices, tariff),
    )


def _savings(
    calls: Sequence[Call], duplicates: Iterable[Excerpt], standard_model: str, prices: PriceList, tariff: Tariff
) -> Savings:
    """Estimates, each against the bill after the one before it: no caching, no duplicates, one tier, then no batch.

    What was asked elsewhere, at other prices, says nothing of what routing saved.
    """
    cached = sum(
        (prices.cost_uncached(call.model, call.usage, call.tariff) - call.cost_usd for call in calls), Decimal(0)
    )
    at_home = [call for call in calls if _live(call.tariff) == tariff]
    routed = sum((prices.cost(standard_model, call.usage, call.tariff) - call.cost_usd for call in at_home), Decimal(0))
    in_batches = [call for call in calls if call.tariff.batch]
    at_once = (prices.cost(call.model, call.usage, _live(call.tariff)) - call.cost_usd for call in in_batches)
    return Savings(
        prompt_cache=cached,
        duplicates=price_of(duplicates, standard_model, prices, tariff),
        routing=routed,
        batch=sum(at_once, Decimal(0)),
    )


def _live(tariff: Tariff) -> Tariff:
    """The same tariff for what is answered at once."""
    return replace(tariff, batch=False)


def price_of(excerpts: Iterable[Excerpt], model: str, prices: PriceList, tariff: Tariff = LIVE) -> Decimal:
    """What asking about these excerpts would likely cost in dollars, beside requests that are made anyway."""
    sizes = [excerpt_tokens(excerpt) for excerpt in excerpts]
    return prices.cost(model, Usage(input_tokens=sum(sizes), output_tokens=ANSWER_TOKENS_A_HUNK * len(sizes)), tariff)
