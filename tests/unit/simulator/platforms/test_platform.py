"""What every platform's bodies have in common."""

from __future__ import annotations

import json

import pytest

from bot.simulator.api_error import ApiError
from bot.simulator.platforms import called

PATHS = [
    "/model/anthropic.claude-haiku-5-5/invoke",
    "/anthropic/v1/messages",
    "/projects/p/locations/global/publishers/anthropic/models/claude-haiku-5-5:rawPredict",
]
COUNT = "/projects/p/locations/global/publishers/anthropic/models/count-tokens:rawPredict"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"7", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_object_is_refused(path: str, raw: bytes) -> None:
    """As wrong input, not as a failure of the server."""
    call = called(path)
    with pytest.raises(ApiError) as refused:
        call.platform.body(raw, call)
    assert refused.value.status == 400


@pytest.mark.parametrize("path", ["/anthropic/v1/messages", COUNT])
def test_a_model_that_is_no_name_is_left_to_the_api(path: str) -> None:
    """Whose own words for it are better."""
    call = called(path)
    raw = json.dumps({"model": 7, "anthropic_version": "2026-10-21"}).encode()
    assert json.loads(call.platform.body(raw, call))["model"] == 7
