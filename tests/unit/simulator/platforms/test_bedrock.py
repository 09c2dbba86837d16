"""The names in Bedrock's model ids."""

from __future__ import annotations

import pytest

from bot.simulator.api_error import ApiError
from bot.simulator.platforms.bedrock import model_name


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("anthropic.claude-sonnet-5-5", "claude-sonnet-5-5"),
        ("anthropic.claude-sonnet-5-5-v1:0", "claude-sonnet-5-5"),
        ("us.anthropic.claude-opus-5-v1", "claude-opus-5"),
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
        ("us-gov.anthropic.claude-haiku-5-5-v1:0", "claude-haiku-5-5"),
        ("arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-fable-5-2-v1:0", "claude-fable-5-2"),
    ],
)
def test_a_bedrock_id_holds_the_models_name(model: str, name: str) -> None:
    """With or without a region, a date and a version."""
    assert model_name(model) == name


@pytest.mark.parametrize("model", ["claude-sonnet-5-5", "anthropic.claude-9", "eu.meta.llama-5", "", "x.y.anthropic."])
def test_an_unknown_bedrock_id_is_not_found(model: str) -> None:
    """The API's own name without Bedrock's prefix is none of Bedrock's."""
    with pytest.raises(ApiError) as refused:
        model_name(model)
    assert refused.value.status == 404
