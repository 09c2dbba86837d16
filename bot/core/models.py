"""What is particular to a model beyond its price: sizes, the least prefix it caches, thinking it accepts.

Source: the provider's model and prompt-caching pages, November 2026. A model that is not listed is asked
without thinking and effort settings, which every model accepts.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.excerpt import Tier


@dataclass(frozen=True, slots=True)
class ModelTraits:
    """Sizes in tokens. `thinking` is the mode to send (None: send nothing); `effort` whether the model takes one."""

    least_cacheable_tokens: int = 1024
    context_tokens: int = 200_000
    max_output_tokens: int = 64_000
    thinking: str | None = None
    effort: bool = False


_TRAITS = {
    "claude-haiku-5-5": ModelTraits(512, 1_000_000, 128_000, "disabled", effort=True),
    "claude-sonnet-5-5": ModelTraits(512, 1_000_000, 128_000, "adaptive", effort=True),
    "claude-opus-5-5": ModelTraits(512, 1_000_000, 128_000, "adaptive", effort=True),
    "claude-fable-5-2": ModelTraits(512, 1_000_000, 128_000, "adaptive", effort=True),
    "claude-sonnet-5": ModelTraits(1024, 1_000_000, 128_000, "adaptive", effort=True),
    "claude-opus-5": ModelTraits(512, 1_000_000, 128_000, "adaptive", effort=True),
    "claude-sonnet-4-6": ModelTraits(1024, 1_000_000, 128_000, "adaptive", effort=True),
    "claude-haiku-4-5": ModelTraits(4096, 200_000, 64_000),
}

KNOWN_MODELS = tuple(_TRAITS)
"""The models whose particulars are known, newest generation first."""

DEFAULT_MODELS = {
    Tier.CHEAP: "claude-haiku-5-5",
    Tier.STANDARD: "claude-sonnet-5-5",
    Tier.STRONG: "claude-opus-5-5",
}

TIER_EFFORT = {Tier.CHEAP: "low", Tier.STANDARD: "medium", Tier.STRONG: "high"}
"""How hard each tier thinks, where its model takes an effort setting."""

_THINKING_TOKENS = {None: 0, "low": 1_500, "medium": 3_000, "high": 6_000}
_ANSWER_TOKENS = 1_000
_FINDING_TOKENS = 350


def traits_of(model: str) -> ModelTraits:
    """The traits of a model id, dated ids and provider prefixes included; conservative ones for a stranger."""
    return _TRAITS.get(base_name(model), ModelTraits())


def base_name(model: str) -> str:
    """The name that the same model has everywhere, without a date, a region or a provider's prefix; a stranger's id."""
    known = [name for name in _TRAITS if name in model]
    return max(known, key=len) if known else model


def thinking_tokens(effort: str | None, traits: ModelTraits) -> int:
    """Room for thinking within `max_tokens`: none where the model does not think."""
    return 0 if traits.thinking in (None, "disabled") else _THINKING_TOKENS[effort]


def output_tokens(hunks: int, effort: str | None, traits: ModelTraits) -> int:
    """Room for an answer about so many hunks, in tokens: thinking (only where the model thinks), the answer's
    frame, and a finding for every other hunk. A truncated answer is asked again in halves with the same room a hunk.
    """
    thinking = thinking_tokens(effort, traits)
    return min(traits.max_output_tokens, thinking + _ANSWER_TOKENS + _FINDING_TOKENS * -(-hunks // 2))


def least_output_tokens(effort: str | None, traits: ModelTraits) -> int:
    """The least room worth paying for, in tokens: half the thinking and one short answer."""
    return thinking_tokens(effort, traits) // 2 + 500
