"""A history priced anew: what the same tokens would have cost on other models and in other ways.

Sums of many calls are priced by unit prices (`PriceList.unit_price`), never as if they were one long request. A part
that a change leaves as it was keeps what was paid for it, to the last digit. Where only the way changes and the model
stays, the part's bill is scaled: paid * list price of the tokens as changed / list price of the tokens as they were.
That carries along what a contract or a region adds. On another model, the list price counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.core.bill import FIRST_LOOKS
from bot.core.excerpt import Tier
from bot.core.ledger.entry import Untaken
from bot.core.ledger.sums import Field, Group
from bot.core.models import DEFAULT_MODELS
from bot.core.money import to_the_digit
from bot.core.pricing import LIVE, PriceList, Tariff
from bot.core.usage import Usage
from bot.errors import UnknownPrice

BY = (Field.MODEL, Field.PLATFORM, Field.BATCH, Field.FEATURE, Field.TIER, Field.OUTCOME)
"""What the ledger's rows are grouped by to be priced anew."""

_UNTAKEN = frozenset(one.value for one in Untaken)
_FIRST = frozenset(one.value for one in FIRST_LOOKS)


@dataclass(frozen=True, slots=True)
class Part:
    """Calls that agree in all that a price depends on. `cost_usd` is what their returned usage cost."""

    model: str
    platform: str
    batch: bool
    feature: str
    tier: str
    usage: Usage
    cost_usd: Decimal

    @property
    def is_first_look(self) -> bool:
        """Whether they asked about hunks for the first time (bot/core/bill.py says the same of a receipt)."""
        return self.feature in _FIRST


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from how it was; None leaves it. `first_looks_only` drops all later looks and triage."""

    model: str | None = None
    platform: str = LIVE.platform
    batch: bool | None = None
    cached: bool = True
    first_looks_only: bool = False


AS_IT_WAS = Change()


def parts_of(groups: Iterable[Group]) -> tuple[Part, ...]:
    """Groups by BY as parts. What was not asked (reused, duplicate, spared) has no tokens to price."""
    return tuple(_part(group) for group in groups)


def _part(group: Group) -> Part:
    model, platform, batch, feature, tier, outcome = group.key
    usage = Usage() if outcome in _UNTAKEN else group.sums.usage
    return Part(model, platform, batch == "1", feature, tier, usage, group.sums.cost_usd)


def price_of(parts: Iterable[Part], change: Change, prices: PriceList) -> Decimal:
    """Dollars for all parts under the change; raises UnknownPrice for a model named in the change."""
    counted = (part for part in parts if part.is_first_look or not change.first_looks_only)
    return sum((_price(part, change, prices) for part in counted), Decimal(0))


def _price(part: Part, change: Change, prices: PriceList) -> Decimal:
    model, platform = (part.model, part.platform) if change.model is None else (change.model, change.platform)
    batch = part.batch if change.batch is None else change.batch
    usage = part.usage if change.cached else uncached(part.usage)
    same_model = (model, platform) == (part.model, part.platform)
    if same_model and batch == part.batch and usage == part.usage:
        return part.cost_usd
    if not same_model:
        return to_the_digit(prices.unit_price(model, Tariff(platform, batch)).cost(usage))
    try:
        before = prices.unit_price(model, Tariff(platform, part.batch)).cost(part.usage)
        after = prices.unit_price(model, Tariff(platform, batch)).cost(usage)
    except UnknownPrice:
        return part.cost_usd
    return to_the_digit(part.cost_usd * after / before) if before else part.cost_usd


def uncached(usage: Usage) -> Usage:
    """The same tokens, had nothing been written to a cache or read from one."""
    return Usage(
        input_tokens=usage.total_input_tokens,
        output_tokens=usage.output_tokens,
        thinking_tokens=usage.thinking_tokens,
    )


def unpriced(parts: Iterable[Part], prices: PriceList) -> tuple[str, ...]:
    """The models of this history that the price list does not know: they keep their price where the model stays."""
    return tuple(sorted({part.model for part in parts if part.usage.total_tokens and not _is_known(part, prices)}))


def _is_known(part: Part, prices: PriceList) -> bool:
    return has_price(prices, part.model, Tariff(part.platform))


def has_price(prices: PriceList, model: str, tariff: Tariff = LIVE) -> bool:
    """Whether the list knows the model on this platform."""
    try:
        prices.unit_price(model, tariff)
    except UnknownPrice:
        return False
    return True


def tier_models(parts: Sequence[Part], prices: PriceList) -> dict[Tier, tuple[str, str]]:
    """Model and platform of each tier: those that this history used most for it (in tokens), else the usual one."""
    chosen = {tier: (model, LIVE.platform) for tier, model in DEFAULT_MODELS.items()}
    for tier in Tier:
        tokens: dict[tuple[str, str], int] = {}
        for part in parts:
            if part.tier == tier.value and _is_known(part, prices):
                place = (part.model, part.platform)
                tokens[place] = tokens.get(place, 0) + part.usage.total_tokens
        if tokens:
            chosen[tier] = max(sorted(tokens), key=lambda place: tokens[place])
    return chosen
