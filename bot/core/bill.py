"""What a run cost and what it saved, added up from its calls and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from bot.core.calls import Call, Feature, Outcome
from bot.core.excerpt import Excerpt, Tier
from bot.core.pricing import LIVE, PriceList, Tariff
from bot.core.receipt import Bill, RoutingFacts, Savings, TierShare
from bot.core.route import Routing
from bot.core.size import excerpt_tokens
from bot.core.usage import Usage
from bot.core.verify import Verify

ANSWER_TOKENS_A_HUNK = 150
"""What an answer spends on one hunk on average, findings and thinking shared out: for estimates only."""


class TierPrice(Protocol):
    """The model of a tier, and what it charges."""

    @property
    def model(self) -> str:
        """The model's id."""
        ...

    @property
    def tariff(self) -> Tariff:
        """What its prices depend on."""
        ...


FIRST_LOOKS = frozenset({Feature.REVIEW, Feature.DRAFT})
"""Calls that ask about a hunk for the first time; all others (triage, confirm, verify) are what routing costs."""

_LOOKS = FIRST_LOOKS | {Feature.CONFIRM}


def bill(
    calls: Sequence[Call],
    duplicates: Iterable[Excerpt],
    standard_model: str,
    prices: PriceList,
    spared: Iterable[Excerpt] = (),
    tariff: Tariff = LIVE,
) -> Bill:
    """Add up the calls. `duplicates` are excerpts that an equal hunk answered for, each as often as it did, `spared`
    those that triage left out; `tariff` is that of the preferred provider, whose `standard_model` savings are measured
    against.
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
        saved=_savings(calls, duplicates, standard_model, prices, spared, tariff),
    )


def routing_facts(
    mode: Routing,
    verify: Verify,
    calls: Sequence[Call],
    tiers: Mapping[Tier, TierPrice],
    prices: PriceList,
    spared: Sequence[Excerpt] = (),
) -> RoutingFacts:
    """What the run's routing did, beside one review of everything on the standard model, or on the strong one.

    The estimates price this run's own tokens anew, and what triage spared by its size.
    """
    paid = sum((call.cost_usd for call in calls), Decimal(0))
    all_standard = _all_on(tiers[Tier.STANDARD].model, calls, prices, spared, tiers[Tier.STANDARD].tariff)
    all_strong = _all_on(tiers[Tier.STRONG].model, calls, prices, spared, tiers[Tier.STRONG].tariff)
    return RoutingFacts(
        mode=mode.value,
        verify=verify.value,
        all_standard_usd=all_standard,
        all_strong_usd=all_strong,
        saved_vs_standard_usd=all_standard - paid,
        saved_vs_strong_usd=all_strong - paid,
        by_tier={tier.value: _share(tier, calls) for tier in Tier},
    )


def _share(tier: Tier, calls: Sequence[Call]) -> TierShare:
    own = [call for call in calls if call.tier == tier.value]
    asked = sum(call.hunks for call in own if call.feature in _LOOKS and call.outcome == Outcome.ANSWERED)
    return TierShare(asked, sum((call.cost_usd for call in own), Decimal(0)))


def _all_on(model: str, calls: Sequence[Call], prices: PriceList, spared: Iterable[Excerpt], tariff: Tariff) -> Decimal:
    """What one look at everything would have cost on one model; what went into batches, in batches there, too."""
    looks = (call for call in calls if call.feature in FIRST_LOOKS)
    first = (prices.cost(model, call.usage, replace(tariff, batch=call.tariff.batch)) for call in looks)
    return sum(first, Decimal(0)) + price_of(spared, model, prices, tariff)


def _savings(
    calls: Sequence[Call],
    duplicates: Iterable[Excerpt],
    standard_model: str,
    prices: PriceList,
    spared: Iterable[Excerpt],
    tariff: Tariff,
) -> Savings:
    """Estimates, each against the bill after the one before it: no caching, no duplicates, one tier, then no batch.

    What was asked elsewhere, at other prices, says nothing of what routing saved.
    """
    cached = sum(
        (prices.cost_uncached(call.model, call.usage, call.tariff) - call.cost_usd for call in calls), Decimal(0)
    )
    at_home = [call for call in calls if _live(call.tariff) == tariff]
    paid = sum((call.cost_usd for call in at_home), Decimal(0))
    in_batches = [call for call in calls if call.tariff.batch]
    at_once = (prices.cost(call.model, call.usage, _live(call.tariff)) - call.cost_usd for call in in_batches)
    return Savings(
        prompt_cache=cached,
        duplicates=price_of(duplicates, standard_model, prices, tariff),
        routing=_all_on(standard_model, at_home, prices, spared, tariff) - paid,
        batch=sum(at_once, Decimal(0)),
    )


def _live(tariff: Tariff) -> Tariff:
    """The same tariff for what is answered at once."""
    return replace(tariff, batch=False)


def price_of(excerpts: Iterable[Excerpt], model: str, prices: PriceList, tariff: Tariff = LIVE) -> Decimal:
    """What asking about these excerpts would likely cost in dollars, beside requests that are made anyway."""
    sizes = [excerpt_tokens(excerpt) for excerpt in excerpts]
    return prices.cost(model, Usage(input_tokens=sum(sizes), output_tokens=ANSWER_TOKENS_A_HUNK * len(sizes)), tariff)
