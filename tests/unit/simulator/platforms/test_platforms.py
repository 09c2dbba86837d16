"""Which platform a path belongs to, and what it asks for."""

from __future__ import annotations

import pytest

from bot.simulator.platforms import called

PUBLISHER = "/projects/p/locations/global/publishers/anthropic/models"


@pytest.mark.parametrize(
    ("path", "platform", "plain", "model", "streaming"),
    [
        ("/v1/messages", "anthropic", "/v1/messages", None, None),
        ("/v1/messages/batches", "anthropic", "/v1/messages/batches", None, None),
        ("/model/anthropic.claude-sonnet-5-5-v1:0/invoke", "bedrock", "/v1/messages", "-v1:0", False),
        ("/model/x/invoke-with-response-stream", "bedrock", "/v1/messages", "x", True),
        ("/model/arn%3Aaws%3Abedrock%2Fx/invoke", "bedrock", "/v1/messages", "arn:aws:bedrock/x", False),
        ("/model/x/converse", "bedrock", "", None, None),
        ("/model/x/count-tokens", "bedrock", "", None, None),
        ("/anthropic/v1/messages", "mantle", "/v1/messages", None, None),
        ("/anthropic/v1/messages/count_tokens", "mantle", "/v1/messages/count_tokens", None, None),
        ("/anthropic/v1/messages/batches", "mantle", "", None, None),
        ("/anthropic/v1/models", "mantle", "", None, None),
        (f"{PUBLISHER}/claude-haiku-4-5@20251001:rawPredict", "vertex", "/v1/messages", "@20251001", None),
        (f"/v1{PUBLISHER}/x%40default:streamRawPredict", "vertex", "/v1/messages", "x@default", None),
        (f"{PUBLISHER}/count-tokens:rawPredict", "vertex", "/v1/messages/count_tokens", None, None),
        (f"{PUBLISHER}/x:predict", "vertex", "", None, None),
        ("/v1/projects/p/locations/global/batchPredictionJobs", "vertex", "", None, None),
    ],
)
def test_a_path_says_which_platform_is_meant(
    path: str,
    platform: str,
    plain: str,
    model: str | None,
    streaming: bool | None,  # noqa: FBT001 - a column of the table
) -> None:
    """Each platform's own paths become the API's, and what it does not serve becomes none."""
    call = called(path)
    assert (call.platform.name, call.path, call.stream) == (platform, plain, streaming)
    assert (call.model or "").endswith(model or "")
    assert (call.model is None) == (model is None)
    assert call.account == ("p" if platform == "vertex" and plain else None)
