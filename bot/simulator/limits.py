"""Rate limits as token buckets: each refills continuously and holds at most one minute's worth, or less.

A request takes its place and its input (cache reads not counted) when it is admitted; what it generates is
taken when it is generated, so the output bucket may be overdrawn and must refill before the next request.

The API says that it may enforce a limit over an interval shorter than a minute. Here, too (`window_s`): the buckets
hold less, and refill no faster. The headers then go on to speak of the minute: a full bucket shows the whole limit
as remaining, an empty one nothing, so that a 429 always comes with 0. A client that takes them for what it may send
at once is refused; one that spreads its requests over the minute is not.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from bot.simulator.api_error import ApiError
from bot.simulator.models import LIMIT_CLASSES

MINUTE_S = 60.0


class Bucket:
    """One limit. It holds what flows in within its window; `level` may be negative after an overdraft."""

    def __init__(self, per_minute: int, now: float, window_s: float = MINUTE_S) -> None:
        self.per_minute = per_minute
        self.capacity = per_minute * window_s / MINUTE_S
        self.level = self.capacity
        self._filled_at = now

    @property
    def _rate(self) -> float:
        return self.per_minute / MINUTE_S

    @property
    def remaining(self) -> float:
        """What is left of the minute's limit, as full as the bucket is."""
        return max(0.0, self.level / self.capacity * self.per_minute)

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

    def by_name(self) -> dict[str, int]:
        """Each limit there is, under its name in the headers."""
        named = {
            "requests": self.requests,
            "input-tokens": self.input_tokens,
            "output-tokens": self.output_tokens,
        }
        return {name: limit for name, limit in named.items() if limit > 0}


def class_limits(words: Iterable[str]) -> dict[str, Limits]:
    """Limits of their own for classes of models, from words like haiku=5000/5000000/1000000. Raises ValueError."""
    found = {}
    for word in (part.strip() for item in words for part in item.split(",") if part.strip()):
        name, _, figures = word.partition("=")
        numbers = figures.split("/")
        if len(numbers) != len(fields(Limits)) or not all(number.isdigit() for number in numbers):
            raise ValueError(f"a class's limits are written like haiku=5000/5000000/1000000, not {word!r}")
        if name not in LIMIT_CLASSES:
            raise ValueError(f"unknown class of models {name!r}; known are {', '.join(LIMIT_CLASSES)}")
        found[name] = Limits(*map(int, numbers))
    return found


class RateLimiter:
    """The buckets of every organisation and class of models; safe to use from many threads.

    `classes` are the classes with limits of their own. Without `headers` nothing is told, not even by a 429.
    """

    def __init__(
        self,
        limits: Limits,
        now: Callable[[], float],
        *,
        classes: Mapping[str, Limits] | None = None,
        window_s: float = MINUTE_S,
        headers: bool = True,
    ) -> None:
        if window_s <= 0:
            raise ValueError("the window of the rate limits is longer than 0 seconds")
        self._limits = limits
        self._classes = dict(classes or {})
        self._window_s = window_s
        self._shown = headers
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], dict[str, Bucket]] = {}

    def admit(self, organization: str, limit_class: str, input_tokens: int) -> None:
        """Take one request and its input. Raises ApiError (429) with `retry-after` where a bucket is too low."""
        wanted = {"requests": 1, "input-tokens": input_tokens, "output-tokens": 1}
        with self._lock:
            buckets = self._filled(organization, limit_class)
            waits = {name: bucket.wait_for(wanted[name]) for name, bucket in buckets.items()}
            if any(waits.values()):
                name = max(waits, key=lambda key: waits[key])
                raise self._refusal(name, waits[name], buckets)
            for name in buckets.keys() - {"output-tokens"}:
                buckets[name].level -= wanted[name]

    def generated(self, organization: str, limit_class: str, output_tokens: int) -> None:
        """Take what an answer generated."""
        with self._lock:
            buckets = self._filled(organization, limit_class)
            if "output-tokens" in buckets:
                buckets["output-tokens"].level -= output_tokens

    def headers(self, organization: str, limit_class: str) -> dict[str, str]:
        """The `anthropic-ratelimit-*` headers as they stand now."""
        with self._lock:
            return self._headers(self._filled(organization, limit_class))

    def _filled(self, organization: str, limit_class: str) -> dict[str, Bucket]:
        now = self._now()
        if (organization, limit_class) not in self._buckets:
            limits = self._classes.get(limit_class, self._limits).by_name()
            self._buckets[organization, limit_class] = {
                name: Bucket(limit, now, self._window_s) for name, limit in limits.items()
            }
        buckets = self._buckets[organization, limit_class]
        for bucket in buckets.values():
            bucket.refill(now)
        return buckets

    def _refusal(self, name: str, wait: float, buckets: dict[str, Bucket]) -> ApiError:
        limit = f"{buckets[name].per_minute:,} {name.replace('-', ' ')} per minute"
        told = {"retry-after": str(math.ceil(wait)), "x-should-retry": "true"} if self._shown else {}
        return ApiError(
            429,
            "rate_limit_error",
            f"This request would exceed your organization's rate limit of {limit}.",
            headers={**self._headers(buckets), **told},
        )

    def _headers(self, buckets: dict[str, Bucket]) -> dict[str, str]:
        return _headers(buckets) if self._shown else {}


def _headers(buckets: dict[str, Bucket]) -> dict[str, str]:
    shown = dict(buckets)
    counted = [bucket for name, bucket in buckets.items() if name != "requests"]
    if counted:
        shown["tokens"] = min(counted, key=lambda bucket: bucket.remaining)
    headers = {}
    for name, bucket in shown.items():
        left = math.floor(bucket.remaining)
        full_at = datetime.now(UTC) + timedelta(seconds=bucket.until_full)
        prefix = f"anthropic-ratelimit-{name}"
        headers[f"{prefix}-limit"] = str(bucket.per_minute)
        headers[f"{prefix}-remaining"] = str(left if name == "requests" else round(left, -3))
        headers[f"{prefix}-reset"] = full_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return headers
