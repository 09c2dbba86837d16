"""All requests of one key to one class of models: what they may take, how many are under way, what holds them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from bot.core.pacing import Bucket, Cost
from bot.core.rate_facts import REQUESTS, RateFacts
from bot.core.throttle import Throttle

_FIRST_WINDOW = 4.0
"""Requests at once before anything is known; one more for each answer that begins."""

_PLENTY, _PLENTY_OF_WINDOWS = 0.5, 16
"""The window opens at once where half of every limit is left, and requests for so many full windows."""

_LONGEST_HOLD = 30.0
"""Seconds that a refusal without `retry-after` holds at most; the first holds one second."""

_EXPECTED_OUTPUT = 1_000
"""Tokens of an answer, before the first has come."""

_LEARNING = 0.2
"""The weight of the newest answer in what is expected of the next."""


class Why(StrEnum):
    """Why the next request is not sent yet."""

    WINDOW = "window"
    LIMIT = "limit"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Wait:
    """So many seconds, and why: 0 for none, infinite for a wait that only an answer ends."""

    seconds: float
    why: Why


@dataclass(frozen=True, slots=True, eq=False)
class Ticket:
    """A request that was let through, with the time it was sent and what it was expected to take."""

    sent: float
    cost: Cost


class Lane:
    """The state of one key and class; whoever calls brings the time and a lock."""

    def __init__(self, concurrency: int) -> None:
        self._full = float(concurrency)
        self._window = min(_FIRST_WINDOW, self._full)
        self._opening = True
        self._under_way = 0
        self._buckets: dict[str, Bucket] = {}
        self._throttle: Throttle | None = None
        self._held_until = self._cut_at = -math.inf
        self._refusals = 0
        self._lag = 0.0
        self._output = float(_EXPECTED_OUTPUT)

    @property
    def expected_output(self) -> int:
        """Tokens that the next answer is expected to have."""
        return round(self._output)

    @property
    def limits(self) -> dict[str, int]:
        """Every limit that responses have named, a minute."""
        return {name: bucket.limit for name, bucket in self._buckets.items()}

    def wait(self, cost: Cost, now: float, jitter: float, share: float) -> Wait:
        """What the next request must wait for, as far as is known now (`jitter`, `share`: see Bucket.wait_for)."""
        if now < self._held_until:
            return Wait(self._held_until - now, Why.HOLD)
        if self._under_way >= math.floor(self._window):
            return Wait(math.inf, Why.WINDOW)
        waits = [one.wait_for(cost.of(name), now, self._lag, share, jitter) for name, one in self._buckets.items()]
        if self._throttle is not None:
            waits.append(self._throttle.wait_for(now, jitter))
        return Wait(max(waits, default=0.0), Why.LIMIT)

    def start(self, cost: Cost, now: float) -> Ticket:
        """Count a request as sent."""
        for name, bucket in self._buckets.items():
            bucket.take(cost.of(name), now)
        if self._throttle is not None:
            self._throttle.take(now)
        self._under_way += 1
        return Ticket(now, cost)

    def hear(self, facts: RateFacts, now: float) -> None:
        """Take a response's headers, whatever its status."""
        for name, told in facts.limits.items():
            if name in self._buckets:
                self._buckets[name].hear(told, now)
            else:
                self._buckets[name] = Bucket(told, now)
        requests = facts.limits.get(REQUESTS)
        half_full = all(told.remaining >= _PLENTY * told.limit for told in facts.limits.values())
        if self._opening and half_full and requests and requests.remaining >= _PLENTY_OF_WINDOWS * self._full:
            self._window = self._full

    def begin(self, ticket: Ticket, now: float) -> None:
        """An answer begins: there was room for it."""
        lag = now - ticket.sent
        self._lag = self._lag + (lag - self._lag) * _LEARNING if self._lag else lag
        self._refusals = 0
        self._window = min(self._full, self._window + (1.0 if self._opening else 1 / self._window))

    def refuse(self, ticket: Ticket, now: float, retry_after: float | None, jitter: float) -> None:
        """A 429: nobody sends until the server's time is over, and a moment (`jitter`, in seconds) more."""
        if self._was_promised(ticket.cost) and ticket.sent > self._cut_at:
            self._throttle = self._throttle or Throttle(self._buckets[REQUESTS].refill, now)
            self._throttle.slow_down(now)
        self.crowd(ticket, now)
        if retry_after is None:
            retry_after = min(_LONGEST_HOLD, 2.0**self._refusals)
            self._refusals += 1
        self._held_until = max(self._held_until, now + retry_after + jitter)

    def crowd(self, ticket: Ticket, now: float) -> None:
        """Half as many at once, but once a round trip: what was sent before the last cut tells nothing new."""
        if ticket.sent > self._cut_at:
            self._opening = False
            self._window = max(1.0, self._window / 2)
            self._cut_at = now

    def end(self, output_tokens: int | None) -> None:
        """An attempt is over; `output_tokens` where an answer came."""
        self._under_way -= 1
        if output_tokens is not None:
            self._output += (output_tokens - self._output) * _LEARNING

    def _was_promised(self, cost: Cost) -> bool:
        """Whether the headers just heard show room for what was refused."""
        return REQUESTS in self._buckets and all(
            bucket.level >= cost.of(name) for name, bucket in self._buckets.items()
        )
