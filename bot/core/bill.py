"""What a run cost and what it saved, added up from its calls and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from bot.core.calls import Call, Feature, Outcome
from bot.core.excerpt import Excerpt, Tier
from bot.core.pricing import LIVE, PriceList, Tariff
from bot.core.receipt import Bill, RoutingFacts, TierShare
from bot.core.route import Routing
from bot.core.savings import Saved
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


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Excerpts that cost nothing: an equal hunk answered for them (each as often as it did), an earlier run had paid
    for their answers, or triage left them out.
    """

    duplicates: Sequence[Excerpt] = ()
    reused: Sequence[Excerpt] = ()
    spared: Sequence[Excerpt] = ()


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What savings are measured against: the preferred provider's standard model, at its tariff."""

    model: str
    prices: PriceList
    tariff: Tariff = LIVE

    def price_of(self, excerpts: Iterable[Excerpt]) -> Decimal:
        """What asking about these would likely cost, in dollars."""
        return price_of(excerpts, self.model, self.prices, self.tariff)

    def saved_by(self, call: Call) -> Saved:
        """What each means saved on one call: caching, then another tier than the standard one, then a batch.

        What was asked elsewhere, at other prices, says nothing of what routing saved. A call that asks about nothing
        for the first time (triage, verification) is what routing costs.
        """
        prices, usage = self.prices, call.usage
        routing = Decimal(0)
        if _live(call.tariff) == self.tariff:
            standard = prices.cost(self.model, usage, replace(self.tariff, batch=call.tariff.batch))
            routing = (standard if call.feature in FIRST_LOOKS else Decimal(0)) - call.cost_usd
        return Saved(
            prompt_cache=prices.cost_uncached(call.model, usage, call.tariff) - call.cost_usd,
            routing=routing,
            batch=prices.cost(call.model, usage, _live(call.tariff)) - call.cost_usd
            if call.tariff.batch
            else Decimal(0),
        )


def bill(calls: Sequence[Call], against: Yardstick, not_asked: NotAsked = NotAsked()) -> Bill:  # frozen
    """Add up the calls, and what was saved."""
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
        saved=sum((against.saved_by(call) for call in calls), _saved_by_not_asking(against, not_asked)),
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


def _saved_by_not_asking(against: Yardstick, not_asked: NotAsked) -> Saved:
    return Saved(
        reuse=against.price_of(not_asked.reused),
        duplicates=against.price_of(not_asked.duplicates),
        routing=against.price_of(not_asked.spared),
    )


def _live(tariff: Tariff) -> Tariff:
    """The same tariff for what is answered at once."""
    return replace(tariff, batch=False)


def price_of(excerpts: Iterable[Excerpt], model: str, prices: PriceList, tariff: Tariff = LIVE) -> Decimal:
    """What asking about these excerpts would likely cost in dollars, beside requests that are made anyway."""
    sizes = [excerpt_tokens(excerpt) for excerpt in excerpts]
    return prices.cost(model, Usage(input_tokens=sum(sizes), output_tokens=ANSWER_TOKENS_A_HUNK * len(sizes)), tariff)
