"""Token buckets that refill continuously."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.simulator.api_error import ApiError
from bot.simulator.limits import Limits, RateLimiter, class_limits
from tests.unit.simulator.bodies import Clock


def limiter(requests: int = 0, inputs: int = 0, outputs: int = 0, **more: Any) -> tuple[RateLimiter, Clock]:
    """Buckets of these sizes, and their clock."""
    clock = Clock()
    return RateLimiter(Limits(requests, inputs, outputs), clock, **more), clock


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


def test_a_shorter_window_allows_smaller_bursts_at_the_same_rate() -> None:
    """600 a minute over one second: ten at once, then ten a second."""
    buckets, clock = limiter(requests=600, window_s=1.0)
    for second in range(3):
        clock.now = float(second)
        for _ in range(10):
            buckets.admit("key", "haiku", 0)
        with pytest.raises(ApiError) as refused:
            buckets.admit("key", "haiku", 0)
        assert refused.value.headers["anthropic-ratelimit-requests-limit"] == "600"
        assert refused.value.headers["anthropic-ratelimit-requests-remaining"] == "0"
        assert "600 requests per minute" in refused.value.message


def test_headers_speak_of_the_minute_whatever_the_window() -> None:
    """A full bucket shows the whole limit, half a bucket half of it."""
    buckets, clock = limiter(requests=600, inputs=600_000, window_s=1.0)
    assert buckets.headers("key", "haiku")["anthropic-ratelimit-requests-remaining"] == "600"
    for _ in range(5):
        buckets.admit("key", "haiku", 1000)
    headers = buckets.headers("key", "haiku")
    assert headers["anthropic-ratelimit-requests-remaining"] == "300"
    assert headers["anthropic-ratelimit-input-tokens-remaining"] == "300000"
    clock.now = 0.5
    assert buckets.headers("key", "haiku")["anthropic-ratelimit-requests-remaining"] == "600"


def test_a_window_smaller_than_one_request_still_lets_them_in_at_the_rate() -> None:
    """60 a minute over half a second: one a second, never none."""
    buckets, clock = limiter(requests=60, window_s=0.5)
    buckets.admit("key", "haiku", 0)
    clock.now = 0.9
    with pytest.raises(ApiError):
        buckets.admit("key", "haiku", 0)
    clock.now = 1.0
    buckets.admit("key", "haiku", 0)


def test_a_class_may_have_limits_of_its_own() -> None:
    """They stand in for the general ones, all three."""
    buckets, _ = limiter(requests=1, classes=class_limits(["haiku=2/0/0, opus=0/5000/0"]))
    buckets.admit("key", "haiku", 0)
    buckets.admit("key", "haiku", 0)
    buckets.admit("key", "sonnet", 0)
    for full in ("haiku", "sonnet"):
        with pytest.raises(ApiError):
            buckets.admit("key", full, 0)
    assert buckets.headers("key", "opus")["anthropic-ratelimit-input-tokens-limit"] == "5000"


@pytest.mark.parametrize("word", ["haiku", "haiku=1/2", "haiku=1/2/3/4", "haiku=1/x/3", "haiku=-1/2/3", "else=1/2/3"])
def test_nonsense_is_refused_at_once(word: str) -> None:
    """A typing error must not become a run without limits."""
    with pytest.raises(ValueError, match="class"):
        class_limits([word])


def test_a_silent_limiter_tells_nothing() -> None:
    """Neither headers nor when to come back: the client has only the status."""
    buckets, _ = limiter(requests=1, headers=False)
    buckets.admit("key", "haiku", 0)
    with pytest.raises(ApiError) as refused:
        buckets.admit("key", "haiku", 0)
    assert refused.value.headers == buckets.headers("key", "haiku") == {}


def test_a_window_of_no_length_is_refused() -> None:
    """Nothing would ever be let in."""
    with pytest.raises(ValueError, match="window"):
        limiter(requests=1, window_s=0.0)
