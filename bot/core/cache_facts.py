"""What became of the prompt cache in a run, beside what was predicted, and what a reader should know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.core.cache_plan import OFF, TTL_SECONDS
from bot.core.calls import Call
from bot.core.prefix_plan import PrefixPlan
from bot.core.pricing import PriceList
from bot.core.receipt import CacheFacts, ModelCache
from bot.core.report.figures import about_dollars
from bot.core.report.words import counted
from bot.core.usage import Usage

MIXED = "mixed"
"""The time to live of a run whose models differ in it."""

_REASONS = {
    "model_changed": "The API says that the model or its speed differs from that run's: let no gateway choose them.",
    "system_changed": "The API says that the system prompt differs: keep style guide, instructions and language as they"
    " are, and let no gateway add to it.",
    "tools_changed": "The API says that the tools differ: Hunkwise sends none, so keep a gateway from adding any.",
    "messages_changed": "The API says that only the part about the change differs, as it should, so the entry was given"
    " up early: nothing is to be done while that is rare.",
    "previous_message_not_found": "The API does not know that run's request: use keys of one workspace for all runs.",
    "unavailable": "The API cannot say why: thinking, effort or the form of the answer may differ, or a gateway"
    " changes them.",
}
_NO_REASON = "The API did not say why: nothing is to be done while that is rare."


@dataclass(frozen=True, slots=True)
class LeaderAnswer:
    """The answer of a prefix's first request: its usage, and the reason that the API gave for a miss, if any."""

    usage: Usage
    cache_miss: str | None = None


def cache_facts(plans: Iterable[PrefixPlan], calls: Sequence[Call], prices: PriceList) -> CacheFacts:
    """Plan and outcome side by side, by model and in all; a hit ratio is cache reads by all input tokens."""
    by_model: dict[str, list[PrefixPlan]] = {}
    asked = {call.model for call in calls}
    for plan in plans:
        if plan.requests or plan.model in asked:
            by_model.setdefault(plan.model, []).append(plan)
    models = [
        _model(group, [call for call in calls if call.model == model], prices) for model, group in by_model.items()
    ]
    predicted = sum((plan.predicted for group in by_model.values() for plan in group), Usage())
    ways = list(dict.fromkeys(one.ttl for one in models if one.requests))
    return CacheFacts(
        ttl=ways[0] if len(ways) == 1 else MIXED if ways else OFF,
        why=" ".join(dict.fromkeys(one.why for one in models if one.requests)),
        predicted_hit_ratio=hit_ratio(predicted),
        actual_hit_ratio=hit_ratio(sum((call.usage for call in calls), Usage())),
        by_model=tuple(models),
    )


def _model(plans: Sequence[PrefixPlan], calls: Sequence[Call], prices: PriceList) -> ModelCache:
    ways = sorted((plan.ttl for plan in plans), key=lambda way: TTL_SECONDS.get(way, 0.0))
    return ModelCache(
        model=plans[0].model,
        ttl=ways[-1],
        why=" ".join(dict.fromkeys(plan.why for plan in plans)),
        requests=sum(plan.requests for plan in plans),
        prefix_tokens=plans[0].system_tokens + plans[0].facts_tokens,
        predicted_hit_ratio=hit_ratio(sum((plan.predicted for plan in plans), Usage())),
        actual_hit_ratio=hit_ratio(sum((call.usage for call in calls), Usage())),
        writes=writes(calls),
        saved_usd=saved(calls, prices),
        expected_usd=plans[0].expected,
    )


def hit_ratio(usage: Usage) -> float:
    """The part of the input that was read from the cache, 0 to 1, with four decimals; 0 where there was no input."""
    return round(usage.cache_read_tokens / usage.total_input_tokens, 4) if usage.total_input_tokens else 0.0


def writes(calls: Iterable[Call]) -> int:
    """How many answers wrote a prefix."""
    return sum(call.usage.cache_write_5m_tokens + call.usage.cache_write_1h_tokens > 0 for call in calls)


def saved(calls: Iterable[Call], prices: PriceList) -> Decimal:
    """What caching saved in dollars; negative where it cost more than it saved."""
    spared = (prices.cost_uncached(call.model, call.usage, call.tariff) - call.cost_usd for call in calls)
    return sum(spared, Decimal(0))


def cache_notes(
    plans: Sequence[PrefixPlan],
    leaders: Mapping[str, LeaderAnswer],
    calls: Sequence[Call],
    prices: PriceList,
    now: datetime,
) -> Iterator[str]:
    """Sentences about what went otherwise than it should; `leaders` are first requests' answers by prefix hash."""
    for plan in plans:
        if plan.requests:
            yield from _shared(plan, leaders.get(plan.key), now)
            yield from _too_short(plan)
    yield from _lost([plan for plan in plans if plan.requests], calls, prices)


def _shared(plan: PrefixPlan, leader: LeaderAnswer | None, now: datetime) -> Iterator[str]:
    """Whether the prefix was the one that an earlier run left, and was found."""
    if leader is None:
        return
    reason = _REASONS.get(leader.cache_miss or "", _NO_REASON)
    if plan.drifted:
        yield (
            f"The prompt for {plan.model} is not the one of the last run, though model, settings, languages and prompt"
            f" files are the same; what that run left in the cache was of no use. {reason} After an upgrade of"
            " Hunkwise this happens once."
        )
    elif plan.left_by is not None and not leader.usage.cache_read_tokens:
        minutes = round((now - plan.left_by.last).total_seconds() / 60)
        yield (
            f"The prompt for {plan.model} was paid for anew, though a run of {counted(minutes, 'minute')} ago had left"
            f" it in the cache. {reason}"
        )


def _too_short(plan: PrefixPlan) -> Iterator[str]:
    if plan.too_short and plan.requests > 1:
        size = plan.system_tokens + plan.facts_tokens
        yield (
            f"The prompt of about {size:,} tokens is too short for the cache of {plan.model}, which begins at"
            f" {plan.least_tokens:,}: each of {plan.requests:,} requests paid for it in full. A model with a lower"
            " minimum or larger `batch_tokens` would cost less."
        )


def _lost(plans: Sequence[PrefixPlan], calls: Sequence[Call], prices: PriceList) -> Iterator[str]:
    """Where caching cost money in this run and was not meant to, for the sake of the next ones."""
    for_later = {plan.model for plan in plans if plan.for_later}
    counting = [call for call in calls if call.model not in for_later]
    loss = -saved(counting, prices)
    if loss <= 0:
        return
    written, expected = writes(counting), len({plan.key for plan in plans if plan.cached and not plan.for_later})
    advice = "`cache_ttl: auto` caches only where that is expected to pay."
    if written > expected:
        advice = (
            f"{counted(written, 'answer')} wrote the prompt where {expected:,} would have done, because the first was"
            " lost or slow: nothing is to be done while that is rare; else lower `concurrency`."
        )
    yield f"Caching cost about {about_dollars(loss)} more than it saved in this run. {advice}"
