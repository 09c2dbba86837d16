"""Tiers made concrete: each model is asked only what it takes."""

from __future__ import annotations

import pytest

from bot.app.options import Options
from bot.app.tiers import tier_models
from bot.core.excerpt import Tier
from tests.unit.app.runs import some_options


def test_the_defaults_ask_three_models_as_each_wants_it() -> None:
    """Cheap does not think; the others do, harder the dearer they are."""
    said = {tier: (one.model, one.thinking, one.effort) for tier, one in tier_models(Options()).items()}
    assert said == {
        Tier.CHEAP: ("claude-haiku-5-5", "disabled", "low"),
        Tier.STANDARD: ("claude-sonnet-5-5", "adaptive", "medium"),
        Tier.STRONG: ("claude-opus-5-5", "adaptive", "high"),
    }


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "nobody-knows-it"])
def test_a_model_without_settings_is_sent_none(model: str) -> None:
    """Effort on a model that takes none is a 400 for every request."""
    tiers = tier_models(some_options(models=dict.fromkeys(Tier, model)))
    assert {(one.thinking, one.effort) for one in tiers.values()} == {(None, None)}


def test_more_room_is_never_more_than_the_model_has() -> None:
    """Twice the room of a large answer may be over max_tokens, which is a 400."""
    tier = tier_models(some_options(models=dict.fromkeys(Tier, "claude-haiku-4-5")))[Tier.STANDARD]
    assert tier.room(1, times=2) == 2 * tier.room(1)
    assert tier.room(100_000, times=2) == 64_000
    assert tier.least_room() < tier.room(1)


def test_what_is_cached_apart_has_another_prefix() -> None:
    """One model at two efforts is two caches, so tiers that share the standard model share its effort too."""
    models = {Tier.CHEAP: "claude-opus-5-5", Tier.STANDARD: "claude-sonnet-5-5", Tier.STRONG: "claude-opus-5-5"}
    apart = tier_models(some_options(models=models))
    assert len({one.prefix for one in apart.values()}) == 3
    for model in ("claude-sonnet-5-5", "claude-haiku-4-5"):
        together = tier_models(some_options(models=dict.fromkeys(Tier, model)))
        assert len({one.prefix for one in together.values()}) == 1
