"""What the stand-in charges, in dollars per million tokens: the published prices, written down a second time.

Nothing is shared with what is tested against it (bot/core/pricing), so that a wrong price on either side is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.simulator.log import UsageFigures

BATCH = Decimal("0.5")
"""What a batch costs of the live price."""

KINDS = {
    "uncached_input_tokens": "input_tokens",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m_tokens",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "output_tokens": "output_tokens",
}
"""The kinds of tokens as the cost report names them, and as the log does."""

_MILLION = Decimal(1_000_000)
_LONG = 100_000
"""Input tokens of a request beyond which Claude Haiku 5.5 costs more, for all of them."""


@dataclass(frozen=True, slots=True)
class Price:
    """One model's prices, in the order of KINDS."""

    input: Decimal
    write_5m: Decimal
    write_1h: Decimal
    read: Decimal
    output: Decimal

    def of(self, kind: str) -> Decimal:
        """The price of a million tokens of a kind of KINDS."""
        position = list(KINDS).index(kind)
        return (self.input, self.write_5m, self.write_1h, self.read, self.output)[position]


def _price(*words: str) -> Price:
    return Price(*map(Decimal, words))


PRICES = {
    "claude-fable-5-2": _price("8", "10", "16", "0.20", "40"),
    "claude-haiku-5-5": _price("0.10", "0.125", "0.20", "0.01", "0.50"),
    "claude-sonnet-5-5": _price("2", "2.5", "4", "0.10", "10"),
    "claude-opus-5-5": _price("4", "5", "8", "0.20", "20"),
    "claude-sonnet-5": _price("2", "2.5", "4", "0.20", "10"),
    "claude-opus-5": _price("5", "6.25", "10", "0.50", "25"),
    "claude-sonnet-4-6": _price("3", "3.75", "6", "0.30", "15"),
    "claude-haiku-4-5": _price("1", "1.25", "2", "0.10", "5"),
}
_LONG_PRICES = {"claude-haiku-5-5": _price("0.50", "0.625", "1.00", "0.05", "2.50")}


def cost_of(model: str, usage: UsageFigures, kind: str, *, batch: bool) -> Decimal:
    """Dollars for one request's tokens of one kind."""
    read = usage.input_tokens + usage.cache_write_5m_tokens + usage.cache_write_1h_tokens + usage.cache_read_tokens
    price = _LONG_PRICES[model] if model in _LONG_PRICES and read > _LONG else PRICES[model]
    tokens: int = getattr(usage, KINDS[kind])
    return tokens * price.of(kind) / _MILLION * (BATCH if batch else 1)
