"""The chain's values: what models are called where, what they cost, and whose key a target gets."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from bot.core.chain import Key, ProviderKind, in_order_for, model_at, tariff_of
from bot.core.models import DEFAULT_MODELS, base_name
from bot.core.pricing import PriceList
from bot.core.usage import Usage
from tests.fakes import NOON

USAGE = Usage(1_000, 2_000, 3_000, 4_000, 500)


@pytest.mark.parametrize(
    ("kind", "region", "model"),
    [
        (ProviderKind.ANTHROPIC, "", "claude-sonnet-5-5"),
        (ProviderKind.GATEWAY, "", "claude-sonnet-5-5"),
        (ProviderKind.VERTEX, "global", "claude-sonnet-5-5"),
        (ProviderKind.MANTLE, "us-east-1", "anthropic.claude-sonnet-5-5"),
        (ProviderKind.BEDROCK, "us-east-1", "us.anthropic.claude-sonnet-5-5"),
        (ProviderKind.BEDROCK, "eu-central-1", "eu.anthropic.claude-sonnet-5-5"),
        (ProviderKind.BEDROCK, "ap-southeast-2", "au.anthropic.claude-sonnet-5-5"),
        (ProviderKind.BEDROCK, "ap-northeast-1", "jp.anthropic.claude-sonnet-5-5"),
        (ProviderKind.BEDROCK, "ap-south-1", "apac.anthropic.claude-sonnet-5-5"),
        (ProviderKind.BEDROCK, "sa-east-1", "global.anthropic.claude-sonnet-5-5"),
    ],
)
def test_a_model_has_its_platform_s_name(kind: ProviderKind, region: str, model: str) -> None:
    """And is known by it as the model that it is; an id that is the platform's already stays."""
    assert model_at(kind, region, "claude-sonnet-5-5") == model
    assert base_name(model) == "claude-sonnet-5-5"
    assert model_at(kind, region, "global.anthropic.claude-opus-5-5") == "global.anthropic.claude-opus-5-5"


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"])
@pytest.mark.parametrize("kind", ProviderKind)
@pytest.mark.parametrize("model", DEFAULT_MODELS.values())
def test_every_default_has_a_price_everywhere(kind: ProviderKind, region: str, model: str) -> None:
    """A chain of defaults can always be priced, and no region is cheaper than the API itself."""
    prices = PriceList(NOON, {})
    there = prices.cost(model_at(kind, region, model), USAGE, tariff_of(kind, region))
    assert there >= prices.cost(model, USAGE)


def test_a_region_costs_a_tenth_more() -> None:
    """On Bedrock by the id, on Vertex by the region; a budget must know."""
    prices = PriceList(NOON, {})
    at_home = prices.cost("claude-sonnet-5-5", USAGE)
    aws = tariff_of(ProviderKind.BEDROCK, "eu-central-1")
    assert prices.cost("eu.anthropic.claude-sonnet-5-5", USAGE, aws) == at_home * Decimal("1.1")
    assert prices.cost("global.anthropic.claude-sonnet-5-5", USAGE, aws) == at_home
    for region, factor in (("global", 1), ("europe-west1", Decimal("1.1"))):
        google = tariff_of(ProviderKind.VERTEX, region)
        assert prices.cost("claude-sonnet-5-5", USAGE, google) == at_home * factor


def test_a_price_factor_counts_for_prices_of_one_s_own_too() -> None:
    """What the configuration says of a provider wins."""
    tariff = tariff_of(ProviderKind.VERTEX, "europe-west1", Decimal("0.5"))
    assert PriceList(NOON, {}).cost("claude-sonnet-5-5", USAGE, tariff) * 2 == PriceList(NOON, {}).cost(
        "claude-sonnet-5-5", USAGE
    )


KEYS = [Key("A", 3, "a"), Key("B", 1, "b"), Key("C", 1, "c")]


def test_a_target_keeps_its_key() -> None:
    """Pushes of one pull request find the cache that the last one wrote, however the keys are listed."""
    for number in range(50):
        target = f"owner/repo#{number}"
        assert in_order_for(target, KEYS) == in_order_for(target, KEYS[::-1])


def test_many_targets_share_the_keys_by_weight() -> None:
    """Three fifths go to the key that weighs three of five."""
    firsts = Counter(in_order_for(f"owner/repo#{number}", KEYS)[0].alias for number in range(5_000))
    assert firsts["a"] == pytest.approx(3_000, rel=0.05)
    assert firsts["b"] == pytest.approx(1_000, rel=0.1)


def test_a_key_that_goes_moves_only_its_own_targets() -> None:
    """The others' caches stay worth something."""
    for number in range(200):
        target = f"owner/repo#{number}"
        before, after = in_order_for(target, KEYS), in_order_for(target, KEYS[:2])
        assert after == [key for key in before if key.alias != "c"]
