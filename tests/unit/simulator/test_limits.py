"""Token buckets that refill continuously."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.simulator.api_error import ApiError
from bot.simulator.limits import Limits, RateLimiter
from tests.unit.simulator.bodies import Clock


def limiter(requests: int = 0, inputs: int = 0, outputs: int = 0) -> tuple[RateLimiter, Clock]:
    """Buckets of these sizes, and their clock."""
    clock = Clock()
    return RateLimiter(Limits(requests, inputs, outputs), clock), clock


def test_requests_run_out_and_come_back_one_by_one() -> None:
    """60 a minute are one a second: the 61st is refused, and admitted a second later."""
    buckets, clock = limiter(requests=60)
    for _ in range(60):
        buckets.admit("key", "haiku", 0)
    with pytest.raises(ApiError) as refused:
        buckets.admit("key", "haiku", 0)
    assert (refused.value.status, refused.value.kind) == (429, "rate_limit_error")
    assert refused.value.headers["retry-after"] == "1"
    clock.now = 1.0
    buckets.admit("key", "haiku", 0)


def test_input_names_the_seconds_to_wait() -> None:
    """`retry-after` is how long the bucket needs for what was asked."""
    buckets, _ = limiter(inputs=60_000)
    buckets.admit("key", "haiku", 50_000)
    with pytest.raises(ApiError) as refused:
        buckets.admit("key", "haiku", 20_000)
    assert refused.value.headers["retry-after"] == "10"


def test_generated_tokens_close_the_door_until_they_are_paid_back() -> None:
    """Output is taken after the fact, so the bucket may be overdrawn."""
    buckets, clock = limiter(outputs=600)
    buckets.admit("key", "haiku", 0)
    buckets.generated("key", "haiku", 700)
    with pytest.raises(ApiError):
        buckets.admit("key", "haiku", 0)
    clock.now = 10.2
    buckets.admit("key", "haiku", 0)


def test_a_request_larger_than_the_limit_needs_a_full_bucket() -> None:
    """It is not refused for ever."""
    buckets, _ = limiter(inputs=1000)
    buckets.admit("key", "haiku", 5000)


def test_keys_and_classes_have_buckets_of_their_own() -> None:
    """What one key or class uses up, another still has."""
    buckets, _ = limiter(requests=1)
    buckets.admit("key", "haiku", 0)
    buckets.admit("key", "sonnet", 0)
    buckets.admit("other", "haiku", 0)
    with pytest.raises(ApiError):
        buckets.admit("key", "haiku", 0)


def test_headers_have_the_apis_names_and_roundings() -> None:
    """Limits and remainders for each bucket, token remainders to the thousand, resets in RFC 3339."""
    buckets, _ = limiter(requests=50, inputs=10_000, outputs=8_000)
    buckets.admit("key", "haiku", 2_400)
    headers = buckets.headers("key", "haiku")
    assert headers["anthropic-ratelimit-requests-remaining"] == "49"
    assert headers["anthropic-ratelimit-input-tokens-remaining"] == "8000"
    assert headers["anthropic-ratelimit-output-tokens-limit"] == "8000"
    assert headers["anthropic-ratelimit-tokens-remaining"] == "8000"
    assert headers["anthropic-ratelimit-input-tokens-reset"].endswith("Z")
    assert datetime.fromisoformat(headers["anthropic-ratelimit-input-tokens-reset"]).tzinfo == UTC
    assert len(headers) == 12


def test_no_limit_has_no_headers() -> None:
    """Zero stands for no limit at all."""
    buckets, _ = limiter()
    buckets.admit("key", "haiku", 10**9)
    assert buckets.headers("key", "haiku") == {}
