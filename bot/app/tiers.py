"""A tier made concrete: which model, how hard it thinks, how much room its answer gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.app.options import Options
from bot.core.bill import Yardstick
from bot.core.calls import ANTHROPIC
from bot.core.chain import Link, only_anthropic
from bot.core.excerpt import Tier
from bot.core.models import ModelTraits, least_output_tokens, output_tokens, thinking_tokens, traits_of
from bot.core.pricing import LIVE, PriceList, Tariff


@dataclass(frozen=True, slots=True)
class TierModel:
    """A tier's model with the settings it accepts; `effort` and `thinking` are None where it takes none."""

    tier: Tier
    model: str
    traits: ModelTraits
    effort: str | None
    provider: str = ANTHROPIC
    tariff: Tariff = LIVE

    @property
    def thinking(self) -> str | None:
        """The thinking mode to send."""
        return self.traits.thinking

    @property
    def prefix(self) -> tuple[str, str | None]:
        """What a cached prefix hangs on: the API caches apart what is asked at different efforts."""
        return self.model, self.effort

    def room(self, hunks: int, *, times: int = 1) -> int:
        """`max_tokens` for an answer about so many hunks; `times` widens it after a truncated answer."""
        return min(self.traits.max_output_tokens, times * output_tokens(hunks, self.effort, self.traits))

    def thinking_room(self) -> int:
        """The part of an answer's room that is for thinking."""
        return thinking_tokens(self.effort, self.traits)

    def least_room(self) -> int:
        """The least `max_tokens` worth paying for when a budget is tight."""
        return least_output_tokens(self.effort, self.traits)


def chain_of(options: Options) -> tuple[Link, ...]:
    """Who may be asked, the preferred one first; Anthropic alone where the configuration names nobody."""
    return options.providers or (only_anthropic(options.models),)


def tier_models(options: Options, link: Link | None = None) -> Mapping[Tier, TierModel]:
    """Each tier's model and settings at a link of the chain, the first unless said otherwise.

    Tiers that share the standard tier's model share its effort, and so its cache.
    """
    link = link or replace(chain_of(options)[0], models=options.models)
    models = {}
    for tier in Tier:
        traits = traits_of(link.models[tier])
        shared = link.models[tier] == link.models[Tier.STANDARD]
        effort = options.effort[Tier.STANDARD if shared else tier] if traits.effort else None
        models[tier] = TierModel(tier, link.models[tier], traits, effort, link.name, link.tariff)
    return models


def yardstick(options: Options, prices: PriceList) -> Yardstick:
    """What savings are measured against: the standard tier, where it is asked first."""
    standard = tier_models(options)[Tier.STANDARD]
    return Yardstick(standard.model, prices, standard.tariff)
