"""What tokens cost, held against the provider's price page to the last digit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.models import DEFAULT_MODELS
from bot.core.pricing import ModelPrice, PriceList, Tariff
from bot.core.usage import Usage
from bot.errors import UnknownPrice
from tests.fakes import NOON

PRICES = PriceList(NOON, {})
KINDS = ("input_tokens", "output_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens")

TABLE = {
    "claude-haiku-5-5": (".10", ".50", ".125", ".20", ".01"),
    "claude-sonnet-5-5": ("2", "10", "2.5", "4", ".10"),
    "claude-opus-5-5": ("4", "20", "5", "8", ".20"),
    "claude-fable-5-2": ("8", "40", "10", "16", ".20"),
    "claude-sonnet-5": ("2", "10", "2.5", "4", ".20"),
    "claude-opus-5": ("5", "25", "6.25", "10", ".50"),
    "claude-sonnet-4-6": ("3", "15", "3.75", "6", ".30"),
    "claude-haiku-4-5": ("1", "5", "1.25", "2", ".10"),
}
"""Dollars per million tokens, in the order of KINDS (the provider's page, November 2026)."""

LONG_PROMPT = list(zip(KINDS, (".50", "2.50", ".625", "1.00", ".05"), strict=True))
"""Haiku 5.5 over 100,000 prompt tokens."""

ROWS = [
    (model, kind, Decimal(price)) for model, prices in TABLE.items() for kind, price in zip(KINDS, prices, strict=True)
]


@pytest.mark.parametrize(("model", "kind", "price"), ROWS)
def test_each_kind_of_token_has_the_listed_price(model: str, kind: str, price: Decimal) -> None:
    """A receipt is only as true as the price of each kind; 1,000 tokens stay below every price step."""
    assert PRICES.cost(model, Usage(**{kind: 1_000})) == price / 1_000


@pytest.mark.parametrize(("kind", "price"), LONG_PROMPT)
def test_haiku_charges_all_tokens_of_a_long_prompt_more(kind: str, price: str) -> None:
    """Past 100,000 prompt tokens, whatever their kind, every token has the higher price."""
    prompt = Usage(input_tokens=100_001)
    alone = PRICES.cost("claude-haiku-5-5", prompt)
    assert alone == Decimal(100_001) * Decimal(".50") / 1_000_000
    more = PRICES.cost("claude-haiku-5-5", prompt + Usage(**{kind: 1_000}))
    assert more - alone == Decimal(price) / 1_000


def test_kinds_add_up() -> None:
    """A mixed usage costs the sum of its parts, and thinking is not charged on top of output."""
    usage = Usage(1_000, 2_000, 3_000, 4_000, 5_000, thinking_tokens=4_500)
    parts = [PRICES.cost("claude-sonnet-5-5", Usage(**{kind: getattr(usage, kind)})) for kind in KINDS]
    assert PRICES.cost("claude-sonnet-5-5", usage) == sum(parts)


def test_what_is_given_wins_over_the_list() -> None:
    """A price in the configuration counts for its model and for no other."""
    own = PriceList(NOON, {"claude-opus-5": ModelPrice(*map(Decimal, ("1", "2", "3", "4", "5")))})
    assert own.cost("claude-opus-5", Usage(*(1_000_000,) * 5)) == 1 + 3 + 4 + 5 + 2
    assert own.cost("claude-sonnet-5", Usage(input_tokens=1_000_000)) == 2


def test_a_model_without_a_price_is_refused_with_advice() -> None:
    """No budget can be kept for it, so nothing may be asked; the reader learns the two ways out."""
    with pytest.raises(UnknownPrice, match="'gpt-unheard-of'") as caught:
        PRICES.check(["claude-opus-5", "gpt-unheard-of"])
    assert "prices:" in caught.value.next_step


def test_every_default_model_has_a_price() -> None:
    """A run without any settings must start."""
    PRICES.check(DEFAULT_MODELS.values())


def test_the_uncached_price_counts_every_token_as_plain_input() -> None:
    """Savings are measured against the same tokens without a cache, thinking and output unchanged."""
    usage = Usage(100, 200, 300, 400, 50)
    assert PRICES.cost_uncached("claude-sonnet-5-5", usage) == (1_000 * Decimal(2) + 50 * Decimal(10)) / 1_000_000


def test_a_batch_costs_half() -> None:
    """The Message Batches API charges half of every kind of token, by the kept list and by prices of one's own."""
    usage = Usage(1_000, 2_000, 3_000, 4_000, 5_000)
    batch = Tariff(batch=True)
    for model in (*DEFAULT_MODELS.values(), "mine"):
        prices = PriceList(NOON, {"mine": ModelPrice(*map(Decimal, "12345"))})
        assert prices.cost(model, usage, batch) * 2 == prices.cost(model, usage)


def test_a_platform_may_charge_more() -> None:
    """A region of Bedrock charges a tenth more than Anthropic's own API for the same tokens."""
    usage = Usage(input_tokens=1_000_000)
    regional = PRICES.cost("us.anthropic.claude-sonnet-5-5-v1:0", usage, Tariff("aws"))
    assert regional == PRICES.cost("claude-sonnet-5-5", usage) * Decimal("1.1")
