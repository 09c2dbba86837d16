"""Rate limits as token buckets: each refills continuously and holds at most one minute's worth.

A request takes its place and its input (cache reads not counted) when it is admitted; what it generates is
taken when it is generated, so the output bucket may be overdrawn and must refill before the next request.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.simulator.api_error import ApiError

_MINUTE = 60.0


class Bucket:
    """One limit. `level` may be negative after an overdraft."""

    def __init__(self, per_minute: int, now: float) -> None:
        self.capacity = per_minute
        self.level = float(per_minute)
        self._filled_at = now

    @property
    def _rate(self) -> float:
        return self.capacity / _MINUTE

    def refill(self, now: float) -> None:
        """Add what has flowed in since the last time."""
        self.level = min(self.capacity, self.level + (now - self._filled_at) * self._rate)
        self._filled_at = now

    def wait_for(self, amount: float) -> float:
        """Seconds until so much can be taken; an amount above the capacity needs a full bucket."""
        missing = min(amount, self.capacity) - self.level
        return max(0.0, missing / self._rate)

    @property
    def until_full(self) -> float:
        """Seconds until the bucket is full again."""
        return (self.capacity - self.level) / self._rate


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests, input tokens and output tokens a minute; 0 stands for no limit."""

    requests: int
    input_tokens: int
    output_tokens: int


class RateLimiter:
    """The buckets of every tenant and class of models; safe to use from many threads."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = {
            "requests": limits.requests,
            "input-tokens": limits.input_tokens,
            "output-tokens": limits.output_tokens,
        }
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], dict[str, Bucket]] = {}

    def admit(self, tenant: str, limit_class: str, input_tokens: int) -> None:
        """Take one request and its input. Raises ApiError (429) with `retry-after` where a bucket is too low."""
        wanted = {"requests": 1, "input-tokens": input_tokens, "output-tokens": 1}
        with self._lock:
            buckets = self._filled(tenant, limit_class)
            waits = {name: bucket.wait_for(wanted[name]) for name, bucket in buckets.items()}
            if any(waits.values()):
                name = max(waits, key=lambda key: waits[key])
                raise self._refusal(name, waits[name], _headers(buckets))
            for name in buckets.keys() - {"output-tokens"}:
                buckets[name].level -= wanted[name]

    def generated(self, tenant: str, limit_class: str, output_tokens: int) -> None:
        """Take what an answer generated."""
        with self._lock:
            buckets = self._filled(tenant, limit_class)
            if "output-tokens" in buckets:
                buckets["output-tokens"].level -= output_tokens

    def headers(self, tenant: str, limit_class: str) -> dict[str, str]:
        """The `anthropic-ratelimit-*` headers as they stand now."""
        with self._lock:
            return _headers(self._filled(tenant, limit_class))

    def _filled(self, tenant: str, limit_class: str) -> dict[str, Bucket]:
        now = self._now()
        buckets = self._buckets.setdefault(
            (tenant, limit_class),
            {name: Bucket(per_minute, now) for name, per_minute in self._limits.items() if per_minute > 0},
        )
        for bucket in buckets.values():
            bucket.refill(now)
        return buckets

    def _refusal(self, name: str, wait: float, headers: dict[str, str]) -> ApiError:
        unit = name.replace("-", " ")
        return ApiError(
            429,
            "rate_limit_error",
            f"This request would exceed your organization's rate limit of {self._limits[name]:,} {unit} per minute.",
            headers={**headers, "retry-after": str(math.ceil(wait)), "x-should-retry": "true"},
        )


def _headers(buckets: dict[str, Bucket]) -> dict[str, str]:
    shown = dict(buckets)
    counted = [bucket for name, bucket in buckets.items() if name != "requests"]
    if counted:
        shown["tokens"] = min(counted, key=lambda bucket: bucket.level)
    headers = {}
    for name, bucket in shown.items():
        left = max(0, math.floor(bucket.level))
        remaining = left if name == "requests" else round(left, -3)
        full_at = datetime.now(UTC) + timedelta(seconds=bucket.until_full)
        prefix = f"anthropic-ratelimit-{name}"
        headers[f"{prefix}-limit"] = str(bucket.capacity)
        headers[f"{prefix}-remaining"] = str(remaining)
        headers[f"{prefix}-reset"] = full_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return headers
