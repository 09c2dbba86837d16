"""The `providers:` of the settings file: checked, so that no secret can be led astray, and made a chain.

A settings file is as trusted as the base branch is, and a key is worth more than that: the file names variables, and
only such as are meant for this; addresses are encrypted; headers hold nothing that looks like a secret.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from bot.core.chain import DEFAULT_REGIONS, Key, Link, ProviderKind, in_order_for, model_at, tariff_of
from bot.core.excerpt import Tier
from bot.core.redact import redact_text
from bot.settings.section import Section

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "x-api-key", "cookie", "api-key"})
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}: [\x20-\x7e]{0,500}")


def _encrypted(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("an address must begin with https://, since a key is sent there")
    if parts.username or parts.password or parts.query or parts.fragment or not parts.hostname:
        raise ValueError("an address is a host and a path, and holds nothing secret")
    return address


def _harmless(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        line = f"{name}: {value}"
        if not _HEADER.fullmatch(line):
            raise ValueError(f"'{name}' is no header of plain letters")
        if name.lower() in _CREDENTIALS or redact_text(line) != line:
            raise ValueError(f"'{name}' would put a secret into the settings file; name its variable as key_env")
    return headers


KeyEnv = Annotated[str, Field(pattern=r"^((ANTHROPIC|HUNKWISE)_[A-Z0-9_]+|AWS_BEARER_TOKEN_BEDROCK)$", max_length=100)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,29}$")]
Place = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,63}$")]
Model = Annotated[str, Field(min_length=1, max_length=300)]


class ProviderModelsSection(Section):
    """A provider's own model id for each tier."""

    cheap: Model | None = None
    standard: Model | None = None
    strong: Model | None = None


class KeySection(Section):
    """One of several keys."""

    env: KeyEnv
    weight: Annotated[float, Field(gt=0, le=1_000)] | None = None
    alias: Name | None = None

    def key(self) -> Key:
        """The key as a value."""
        return Key(self.env, self.weight or 1.0, self.alias or self.env.lower().replace("_", "-"))


class ProviderSection(Section):
    """One provider of the chain."""

    name: Name
    kind: Literal["anthropic", "bedrock", "mantle", "vertex", "gateway"]
    base_url: Annotated[str, Field(max_length=300), AfterValidator(_encrypted)] | None = None
    region: Place | None = None
    project: Place | None = None
    headers: Annotated[dict[str, str], AfterValidator(_harmless)] = {}
    key_env: KeyEnv | None = None
    keys: list[KeySection] = []
    models: ProviderModelsSection = ProviderModelsSection()
    price_factor: Annotated[Decimal, Field(gt=0, le=10)] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        kind = ProviderKind(self.kind)
        if kind is ProviderKind.GATEWAY and self.base_url is None:
            raise ValueError("a gateway needs base_url")
        if kind in {ProviderKind.BEDROCK, ProviderKind.MANTLE} and self.region is None:
            raise ValueError(f"{kind} needs region")
        if kind is ProviderKind.VERTEX and self.project is None:
            raise ValueError("vertex needs project")
        if self.keys and self.key_env is not None:
            raise ValueError("key_env names one key and keys several; give one of the two")
        aliases = [key.key().alias for key in self.keys]
        if len(set(aliases)) < len(aliases):
            raise ValueError("two keys have the same alias")
        return self


def all_different(sections: list[ProviderSection]) -> list[ProviderSection]:
    """The sections, if no two have one name; raises ValueError."""
    names = [section.name for section in sections]
    if len(set(names)) < len(names):
        raise ValueError("two providers have the same name")
    return sections


_USUAL_KEYS = {
    ProviderKind.ANTHROPIC: "ANTHROPIC_API_KEY",
    ProviderKind.BEDROCK: "AWS_BEARER_TOKEN_BEDROCK",
    ProviderKind.MANTLE: "AWS_BEARER_TOKEN_BEDROCK",
}


def chain_from(
    sections: Sequence[ProviderSection], models: Mapping[Tier, str], said: Collection[Tier], target: str
) -> tuple[Link, ...]:
    """The chain in its order. A provider with several keys is as many links, the target's own key first.

    `models` are Anthropic's names; a provider's own ids win over them, but not over those that a flag has `said`.
    """
    return tuple(link for section in sections for link in _links(section, models, said, target))


def _links(
    section: ProviderSection, models: Mapping[Tier, str], said: Collection[Tier], target: str
) -> tuple[Link, ...]:
    kind = ProviderKind(section.kind)
    region = section.region or DEFAULT_REGIONS.get(kind, "")
    own = {tier: getattr(section.models, tier.value) for tier in Tier if tier not in said}
    link = Link(
        name=section.name,
        kind=kind,
        models={tier: own.get(tier) or model_at(kind, region, models[tier]) for tier in Tier},
        tariff=tariff_of(kind, region, section.price_factor),
        base_url=section.base_url or "",
        region=region,
        project=section.project or "",
        headers=section.headers,
        key_env=section.key_env or _USUAL_KEYS.get(kind, ""),
    )
    keys = in_order_for(target, [key.key() for key in section.keys])
    return tuple(replace(link, name=f"{link.name}/{key.alias}", key_env=key.env) for key in keys) or (link,)
