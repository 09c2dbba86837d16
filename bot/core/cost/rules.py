"""What each rule of the system prompt costs, and what it finds.

Every answer's prompt is paid for, so each of its sections carries a part of the price: its part of the prompt's tokens,
at what the prompt's tokens cost. How much of a request's dollars went to the prompt is an estimate (`prompt_usd`); the
remainder stays with hunks and answers, so that the parts add up to the total to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from bot.core.calls import Feature
from bot.core.cost.shares import split_usd
from bot.core.ledger.sums import Field, SectionSums, Sums
from bot.core.money import DIGITS
from bot.core.pricing import ModelPrice, PriceList, Tariff
from bot.core.usage import Usage
from bot.errors import UnknownPrice

BY = (Field.MODEL, Field.PLATFORM, Field.BATCH, Field.FEATURE)
"""What the sums by section are parted by: what a token's price depends on, and who has a prompt of its own."""

_FINEST = Decimal(1).scaleb(-DIGITS)


@dataclass(frozen=True, slots=True)
class SectionCost:
    """One section: its tokens where it was longest, how many of them were sent in all, and their dollars."""

    prompt_tokens: int = 0
    sent_tokens: int = 0
    usd: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class SectionCosts:
    """All sections by name; `unpriced` are the models whose price is not known, so that no part could be taken."""

    sections: Mapping[str, SectionCost]
    unpriced: tuple[str, ...] = ()

    @property
    def usd(self) -> Decimal:
        """The prompt's share of everything that was settled."""
        return sum((one.usd for one in self.sections.values()), Decimal(0))


def section_costs(sections: Iterable[SectionSums], prices: PriceList) -> SectionCosts:
    """Share the prompt's price out over its sections; `sections` are parted by BY.

    Triage has a prompt of its own, so its requests carry none of these sections.
    """
    added: dict[str, SectionCost] = {}
    unpriced: set[str] = set()
    for one in sections:
        model, platform, batch, feature = one.key
        tokens = {name: count for name, count in one.sections.items() if count > 0}
        if not tokens or feature == Feature.TRIAGE or not one.sums.answered:
            continue
        price = _price(prices, model, Tariff(platform, batch == "1"))
        if price is None:
            unpriced.add(model)
        usd = Decimal(0) if price is None else prompt_usd(one.sums, sum(tokens.values()), price)
        for (name, count), part in zip(tokens.items(), split_usd(usd, list(tokens.values())), strict=True):
            known = added.get(name, SectionCost())
            longest = max(known.prompt_tokens, count)
            added[name] = SectionCost(longest, known.sent_tokens + count * one.sums.answered, known.usd + part)
    return SectionCosts(added, tuple(sorted(unpriced)))


def prompt_usd(sums: Sums, prompt_tokens: int, price: ModelPrice) -> Decimal:
    """What a prompt of so many tokens cost in these answers, never more than they did.

    The prompt stands at the beginning of each request, so its tokens are the first to be written to the cache and read
    from it: they take what cached tokens cost on average, and the plain price for what was not cached. The list's
    prices only decide which part of the real cost that is.
    """
    usage = sums.usage
    written, read = usage.cache_write_5m_tokens + usage.cache_write_1h_tokens, usage.cache_read_tokens
    sent = prompt_tokens * sums.answered
    from_cache = min(sent, written + read)
    plain = min(sent - from_cache, usage.input_tokens)
    whole = price.cost(usage)
    if not whole:
        return Decimal(0)
    cached = Usage(0, usage.cache_write_5m_tokens, usage.cache_write_1h_tokens, read)
    estimated = price.cost(Usage(input_tokens=plain))
    if from_cache:
        estimated += price.cost(cached) * from_cache / (written + read)
    part = (sums.cost_usd * estimated / whole).quantize(_FINEST, ROUND_DOWN)
    return min(part, sums.cost_usd - sums.wasted_usd)


def _price(prices: PriceList, model: str, tariff: Tariff) -> ModelPrice | None:
    try:
        return prices.unit_price(model, tariff)
    except UnknownPrice:
        return None
