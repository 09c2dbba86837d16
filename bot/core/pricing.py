"""What tokens cost, in dollars, exactly. Prices are kept by the genai-prices project; ours only override them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bot.core.money import to_the_digit
from bot.core.usage import Usage
from bot.errors import UnknownPrice

_MILLION = Decimal(1_000_000)
_ORDINARY = 1_000
"""Tokens of a request that no price list takes for a long one."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a price depends on beside the model and its tokens.

    `platform` is the vendor as the kept list names it ('anthropic', 'aws', 'google'): some charge more for the same
    model. `batch` is True for the Message Batches API, which costs half. `factor` is what is charged of every price: a
    region's premium, a gateway's margin.
    """

    platform: str = "anthropic"
    batch: bool = False
    factor: Decimal = Decimal(1)


LIVE = Tariff()
"""Anthropic's own API, answered at once."""

BATCH_SHARE = Decimal("0.5")
"""What a batch costs of the live price, for prices of one's own; the kept list knows its own."""


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """A price given in the configuration: dollars per million tokens of each kind."""

    input: Decimal
    output: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    cache_read: Decimal

    def cost(self, usage: Usage) -> Decimal:
        """Dollars for this usage."""
        parts = (
            usage.input_tokens * self.input,
            usage.output_tokens * self.output,
            usage.cache_write_5m_tokens * self.cache_write_5m,
            usage.cache_write_1h_tokens * self.cache_write_1h,
            usage.cache_read_tokens * self.cache_read,
        )
        return sum(parts, Decimal(0)) / _MILLION


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices at a moment: `own` (by model id) wins over the kept list.

    What was priced once is remembered: the kept list's arithmetic takes a tenth of a millisecond, and a big diff asks
    it tens of thousands of times about a few hundred sizes.
    """

    at: datetime
    own: Mapping[str, ModelPrice]
    _known: dict[tuple[str, Usage, Tariff], Decimal] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def cost(self, model: str, usage: Usage, tariff: Tariff = LIVE) -> Decimal:
        """Dollars for `usage` on `model`, as exact as the ledger is; raises UnknownPrice where none is known."""
        if model in self.own:
            return to_the_digit(self.own[model].cost(usage) * tariff.factor * (BATCH_SHARE if tariff.batch else 1))
        known = self._known.get((model, usage, tariff))
        if known is None:
            known = self._known[model, usage, tariff] = to_the_digit(self._kept_cost(model, usage, tariff))
        return known

    def _kept_cost(self, model: str, usage: Usage, tariff: Tariff) -> Decimal:
        import genai_prices  # noqa: PLC0415  # takes as long as half a report, and most reports price nothing

        kept = genai_prices.Usage(
            input_tokens=usage.total_input_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_5m_tokens + usage.cache_write_1h_tokens,
            cache_write_1h_tokens=usage.cache_write_1h_tokens,
            output_tokens=usage.output_tokens,
        )
        try:
            priced = genai_prices.calc_price(
                kept,
                model,
                provider_id=tariff.platform,
                genai_request_timestamp=self.at,
                price_context={"processing": "batch"} if tariff.batch else None,
            )
        except LookupError:
            where = "" if tariff.platform == LIVE.platform else f" on the platform '{tariff.platform}'"
            raise UnknownPrice(
                f"No price is known for the model '{model}'{where}, so no budget could be kept.",
                next_step="Check the model's name, or give its price under `prices:` in the configuration file.",
            ) from None
        return priced.total_price * tariff.factor

    def unit_price(self, model: str, tariff: Tariff = LIVE) -> ModelPrice:
        """Dollars per million tokens of each kind, for requests of an ordinary size: what sums of many are priced by,
        since the kept list would take a sum for one long request. Raises UnknownPrice.
        """
        kinds = ("input_tokens", "output_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens")
        return ModelPrice(*(self.cost(model, Usage(**{kind: _ORDINARY}), tariff) * 1_000 for kind in kinds))

    def check(self, models: Iterable[str], tariff: Tariff = LIVE) -> None:
        """Raises UnknownPrice if any of the models has no price, before anything is spent."""
        for model in models:
            self.cost(model, Usage(input_tokens=1), tariff)

    def cost_uncached(self, model: str, usage: Usage, tariff: Tariff = LIVE) -> Decimal:
        """What the same tokens would have cost had nothing been cached."""
        plain = Usage(input_tokens=usage.total_input_tokens, output_tokens=usage.output_tokens)
        return self.cost(model, plain, tariff)
