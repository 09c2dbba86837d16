"""The report `hunkwise cost compare`: this history priced anew, cheapest first, with what must be known to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.core.cost.compare import (
    AS_IT_WAS,
    Change,
    Part,
    has_price,
    price_of,
    tier_models,
    unpriced,
)
from bot.core.cost.report import Column, Kind, Report, Table, Value
from bot.core.models import KNOWN_MODELS, traits_of
from bot.core.pricing import LIVE, PriceList
from bot.core.report.figures import about_dollars, exact_dollars
from bot.errors import UnknownPrice

_SUBJECTS = {
    "nothing cached": "Without the prompt cache, everything",
    "all in batches": "Sending everything by batch",
    "nothing in batches": "Sending nothing by batch",
}
"""The ways that leave models and routing as they were, as subjects of a sentence."""

_COLUMNS = (
    Column("change", "What if"),
    Column("usd", "It costs", Kind.USD),
    Column("difference_usd", "Difference", Kind.USD),
    Column("difference_ratio", "Of what was paid", Kind.RATIO),
)
_MODEL_COLUMNS = (
    Column("model", "All on"),
    Column("usd", "Else as was", Kind.USD),
    Column("batch_usd", "In batches", Kind.USD),
    Column("live_usd", "At once", Kind.USD),
    Column("uncached_usd", "Uncached", Kind.USD),
)
_MODEL_WAYS = (Change(), Change(batch=True), Change(batch=False), Change(cached=False))

_AS_IT_WAS = "'As it was' is what returned usage cost, and what a change leaves as it was keeps that price."
_TOKENS = """The same tokens are assumed for every model. Tokenizers differ: Claude models from 4.7 on count about \
30 % more tokens than older ones for the same text. Models also think at different lengths."""
_BATCHES = """Batches may take up to a day, and are assumed to read the cache as often as the calls did; where a \
platform has no batch price, theirs is the live one. Hunkwise's own batches take one look and verify nothing."""
_ONE_LOOK = "'One look' leaves out triage, confirmation and verification. Quality is not priced in anywhere."

_CACHED_FROM = 512
"""The least prefix in tokens that current models cache; others want more."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way it could have been, and what that would have cost in dollars."""

    words: str
    usd: Decimal


def models_to_compare(named: str, parts: Sequence[Part], prices: PriceList) -> tuple[str, ...]:
    """The models that were named, with commas between; for 'all', those whose particulars are known and this history's
    own, as far as Anthropic's list has a price. Raises UnknownPrice for a named one that it has none for.
    """
    names = tuple(dict.fromkeys(one.strip() for one in named.split(",") if one.strip()))
    if names and names != ("all",):
        for name in names:
            if not has_price(prices, name):
                raise UnknownPrice(f"Anthropic's price list has no model '{name}'.", next_step="Check its name.")
        return names
    known = dict.fromkeys((*KNOWN_MODELS, *sorted({part.model for part in parts})))
    return tuple(name for name in known if has_price(prices, name))


def scenarios(parts: Sequence[Part], models: Sequence[str], prices: PriceList) -> tuple[Scenario, ...]:
    """Every way, cheapest first; equal ones in the order of their words."""
    ways = {
        "as it was": AS_IT_WAS,
        "nothing cached": Change(cached=False),
        "all in batches": Change(batch=True),
        "nothing in batches": Change(batch=False),
    }
    for tier, (model, platform) in tier_models(parts, prices).items():
        ways[f"one look, {tier.value} tier ({model})"] = Change(model, platform, first_looks_only=True)
    ways |= {f"all on {model}": Change(model) for model in models}
    priced = (Scenario(words, price_of(parts, change, prices)) for words, change in ways.items())
    return tuple(sorted(priced, key=lambda one: (one.usd, one.words)))


def compare_report(
    parts: Sequence[Part], models: Sequence[str], prices: PriceList, period: str, unsettled_usd: Decimal
) -> Report:
    """The whole report. `unsettled_usd` is what was reserved and never settled: it has no tokens to price anew."""
    ways = scenarios(parts, models, prices)
    paid = price_of(parts, AS_IT_WAS, prices)
    rows = tuple(_row(one, paid) for one in ways) if parts else ()
    return Report(
        name="compare",
        title="What it would have cost",
        period=period,
        tables=(
            Table("changes", "One thing changed, the rest as it was", _COLUMNS, rows),
            Table("models", "Every call on one model", _MODEL_COLUMNS, _model_rows(parts, models, prices)),
        ),
        notes=(*_conclusions(ways, paid), *_assumptions(parts, models, prices, unsettled_usd)),
    )


def _row(one: Scenario, paid: Decimal) -> tuple[Value, ...]:
    return (one.words, one.usd, one.usd - paid, float((one.usd - paid) / paid) if paid else None)


def _model_rows(parts: Sequence[Part], models: Sequence[str], prices: PriceList) -> tuple[tuple[Value, ...], ...]:
    if not parts:
        return ()
    priced = {model: [price_of(parts, replace(way, model=model), prices) for way in _MODEL_WAYS] for model in models}
    return tuple((model, *priced[model]) for model in sorted(models, key=lambda model: (priced[model][0], model)))


def _conclusions(ways: Sequence[Scenario], paid: Decimal) -> list[str]:
    """What a reader may do about it: the cheapest way that leaves the answers alone, then the cheapest of the rest."""
    if not paid:
        return ["Nothing was paid in this time, so there is nothing to compare."]
    cheaper = [one for one in ways if one.usd < paid]
    same_answers = [one for one in cheaper if one.words in _SUBJECTS]
    others = [one for one in cheaper if one.words not in _SUBJECTS]
    said = ["With the same models and routing, no other way would have been cheaper."]
    if same_answers:
        said = [f"{_SUBJECTS[same_answers[0].words]} would have cost {_less(same_answers[0], paid)}."]
    if others:
        less = _less(others[0], paid)
        said.append(f"Of all changes the cheapest, {others[0].words}, would have cost {less}, with other answers.")
    return said


def _less(one: Scenario, paid: Decimal) -> str:
    less = paid - one.usd
    return f"{about_dollars(less)} less ({float(less / paid):.1%})"


def _assumptions(parts: Sequence[Part], models: Sequence[str], prices: PriceList, unsettled_usd: Decimal) -> list[str]:
    said = [
        f"{_AS_IT_WAS} Everything else is priced by the list of {prices.at:%Y-%m-%d}, for requests of ordinary length.",
        _TOKENS,
        _BATCHES,
        _ONE_LOOK,
    ]
    shy = [name for name in models if traits_of(name).least_cacheable_tokens > _CACHED_FROM]
    if shy:
        said.append(f"A short prefix may be too short to be cached on {_listed(shy)}.")
    strangers = unpriced(parts, prices)
    if strangers:
        said.append(f"No list price is known for {_listed(strangers)}: it is priced anew on other models only.")
    if any(part.platform != LIVE.platform for part in parts):
        said.append("Every call on one model is priced as bought from Anthropic, whatever platform was asked.")
    if unsettled_usd:
        said.append(f"Besides, {exact_dollars(unsettled_usd)} are reserved and not settled; no row above holds them.")
    return said


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
