"""What is particular to each model, and how much room an answer gets."""

from __future__ import annotations

import pytest

from bot.core.models import DEFAULT_MODELS, TIER_EFFORT, ModelTraits, least_output_tokens, output_tokens, traits_of

LISTED = [
    ("claude-haiku-5-5", 512, 1_000_000, 128_000),
    ("claude-sonnet-5-5", 512, 1_000_000, 128_000),
    ("claude-opus-5-5", 512, 1_000_000, 128_000),
    ("claude-fable-5-2", 512, 1_000_000, 128_000),
    ("claude-sonnet-5", 1024, 1_000_000, 128_000),
    ("claude-opus-5", 512, 1_000_000, 128_000),
    ("claude-sonnet-4-6", 1024, 1_000_000, 128_000),
    ("claude-haiku-4-5", 4096, 200_000, 64_000),
]


@pytest.mark.parametrize(("model", "cacheable", "context", "most"), LISTED)
def test_sizes_are_the_provider_s(model: str, cacheable: int, context: int, most: int) -> None:
    """A wrong minimum pays for cache writes that never happen; a wrong maximum is a 400."""
    traits = traits_of(model)
    assert (traits.least_cacheable_tokens, traits.context_tokens, traits.max_output_tokens) == (
        cacheable,
        context,
        most,
    )


@pytest.mark.parametrize(
    ("model", "same_as"),
    [
        ("claude-haiku-4-5-20251015", "claude-haiku-4-5"),
        ("anthropic.claude-sonnet-5-5", "claude-sonnet-5-5"),
        ("us.anthropic.claude-opus-5-5-v1", "claude-opus-5-5"),
    ],
)
def test_dates_and_prefixes_do_not_hide_a_model(model: str, same_as: str) -> None:
    """The longest known name decides: claude-sonnet-5-5 is not claude-sonnet-5."""
    assert traits_of(model) == traits_of(same_as)
    assert traits_of("claude-sonnet-5-5") != traits_of("claude-sonnet-5")


def test_a_stranger_is_asked_without_settings() -> None:
    """An unknown model may refuse thinking and effort, so neither is sent."""
    assert traits_of("some-other-model") == ModelTraits()
    assert ModelTraits().thinking is None
    assert not ModelTraits().effort


@pytest.mark.parametrize(("model", "cacheable", "context", "most"), LISTED)
@pytest.mark.parametrize("hunks", [1, 2, 20, 1_000_000])
def test_an_answer_gets_room_within_what_the_model_gives(
    model: str, cacheable: int, context: int, most: int, hunks: int
) -> None:
    """More hunks never get less room, none gets more than the model's most or less than the least worth paying."""
    del cacheable, context
    for effort in (None, "low", "medium", "high"):
        traits = traits_of(model)
        room = output_tokens(hunks, effort, traits)
        assert least_output_tokens(effort, traits) < room <= most
        assert output_tokens(hunks + 1, effort, traits) >= room


def test_only_thinking_models_get_room_to_think() -> None:
    """Thinking counts towards max_tokens: without room for it a thinking model's answer is cut."""
    thinks, does_not = traits_of("claude-opus-5-5"), traits_of("claude-haiku-5-5")
    assert output_tokens(1, "high", thinks) > output_tokens(1, "low", thinks)
    assert output_tokens(1, "high", does_not) == output_tokens(1, None, does_not)


def test_every_tier_has_a_model_and_an_effort_that_is_known() -> None:
    """A tier without either would fail at the first request."""
    for tier, model in DEFAULT_MODELS.items():
        output_tokens(1, TIER_EFFORT[tier], traits_of(model))
