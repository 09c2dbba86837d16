"""The failover chain as values: whom to ask, in which order, under which model names and at which prices."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.core.calls import ANTHROPIC
from bot.core.excerpt import Tier
from bot.core.pricing import LIVE, Tariff


class ProviderKind(StrEnum):
    """Whose API a provider speaks."""

    ANTHROPIC = "anthropic"
    BEDROCK = "bedrock"
    MANTLE = "mantle"
    VERTEX = "vertex"
    GATEWAY = "gateway"


PLATFORMS = {
    ProviderKind.ANTHROPIC: "anthropic",
    ProviderKind.BEDROCK: "aws",
    ProviderKind.MANTLE: "aws",
    ProviderKind.VERTEX: "google",
    ProviderKind.GATEWAY: "anthropic",
}
"""Under whose prices each is, as the price list names them."""

DEFAULT_REGIONS = {ProviderKind.VERTEX: "global"}
_REGIONAL_VERTEX = Decimal("1.10")
"""Google charges a tenth more where a region is named; the price list knows the global price only."""

_GEOGRAPHIES = (
    ("us-gov-", "us-gov"),
    ("us-", "us"),
    ("eu-", "eu"),
    ("ap-southeast-2", "au"),
    ("ap-southeast-4", "au"),
    ("ap-northeast-1", "jp"),
    ("ap-northeast-3", "jp"),
    ("ap-", "apac"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain: a provider, with one key.

    `name` is what calls and receipts call it. `key_env` names the variable that holds its key, '' for the platform's
    own way to sign in. `models` are its own ids. A secret is never in here.
    """

    name: str
    kind: ProviderKind
    models: Mapping[Tier, str]
    tariff: Tariff = LIVE
    base_url: str = ""
    region: str = ""
    project: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    key_env: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One of a provider's keys: the variable that holds it, its share of the runs, and what receipts call it."""

    env: str
    weight: float
    alias: str


def only_anthropic(models: Mapping[Tier, str]) -> Link:
    """The chain of those who configure none."""
    return Link(ANTHROPIC, ProviderKind.ANTHROPIC, models, key_env="ANTHROPIC_API_KEY")


def tariff_of(kind: ProviderKind, region: str, factor: Decimal | None = None) -> Tariff:
    """What a provider charges; `factor` where the configuration knows better than the price list."""
    regional = kind is ProviderKind.VERTEX and region != DEFAULT_REGIONS[kind]
    usual = _REGIONAL_VERTEX if regional else Decimal(1)
    return Tariff(PLATFORMS[kind], factor=usual if factor is None else factor)


def model_at(kind: ProviderKind, region: str, model: str) -> str:
    """What a platform calls a model of Anthropic's own name; ids that are the platform's already stay as they are.

    On Bedrock the id names the geography that the region lies in, so that code does not leave it; such ids cost a tenth
    more than `global.` ones.
    """
    if "anthropic." in model or model.startswith("arn:"):
        return model
    if kind is ProviderKind.MANTLE:
        return f"anthropic.{model}"
    if kind is ProviderKind.BEDROCK:
        return f"{_geography(region)}.anthropic.{model}"
    return model


def _geography(region: str) -> str:
    return next((name for start, name in _GEOGRAPHIES if region.startswith(start)), "global")


def in_order_for(target: str, keys: Sequence[Key]) -> list[Key]:
    """The keys, the target's own first, by weighted rendezvous hashing (Schindelhauer and Schomaker, 2005).

    Runs for one target ask with one key, so that they find the cache that the last one wrote. Of many targets each key
    gets its weight's share, and a key that comes or goes moves no target between the others.
    """
    return sorted(keys, key=lambda key: _score(target, key), reverse=True)


def _score(target: str, key: Key) -> float:
    digest = hashlib.sha256(f"{key.alias}\0{target}".encode("utf-8", "surrogatepass")).digest()
    between_0_and_1 = (int.from_bytes(digest[:6]) + 1) / (2**48 + 2)
    return -key.weight / math.log(between_0_and_1)
