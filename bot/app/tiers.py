"""A tier made concrete: which model, how hard it thinks, how much room its answer gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.app.options import Options
from bot.core.excerpt import Tier
from bot.core.models import ModelTraits, least_output_tokens, output_tokens, thinking_tokens, traits_of


@dataclass(frozen=True, slots=True)
class TierModel:
    """A tier's model with the settings it accepts; `effort` and `thinking` are None where it takes none."""

    tier: Tier
    model: str
    traits: ModelTraits
    effort: str | None

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


def tier_models(options: Options) -> Mapping[Tier, TierModel]:
    """Each tier's model and settings. Tiers that share the standard tier's model share its effort, and so its cache."""
    models = {}
    for tier in Tier:
        traits = traits_of(options.models[tier])
        shared = options.models[tier] == options.models[Tier.STANDARD]
        effort = options.effort[Tier.STANDARD if shared else tier] if traits.effort else None
        models[tier] = TierModel(tier, options.models[tier], traits, effort)
    return models
