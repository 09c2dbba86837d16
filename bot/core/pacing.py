"""When a request may be sent so that the rate limit refuses none: decided from the limits that responses tell of.

A limit is a bucket that refills continuously. Nothing is held back while the bucket is full enough. Its last part is
a standing reserve, within which each process sends at R * h: R is the rate of the refill, and h falls from 1 at the
top of the reserve to 1/256 at its bottom. Processes that share a key see the same level, so they settle where their
rates add up to R, in equal shares and at a level above nothing, though none of them knows of the others.

Everything here is arithmetic on a monotonic `now`, in seconds, that is passed in; bot/app/pace.py waits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bot.core.rate_facts import INPUT, MINUTE, OUTPUT, REQUESTS, TOKENS, LimitFacts

ALONE = 0.1
"""The reserve as a share of the limit where headers are all that is known of others: six seconds of its refill.

Much less, and what is heard is too old to steer by; what stands in it is missing once, not every minute.
"""

SHARED = 0.03
"""The same where processes share their buckets (bot/adapters/shared_limits.py): a reserve for strangers."""

_REQUESTS_IN_RESERVE, _SECONDS_IN_RESERVE = 8, 2.0
"""The least there is in reserve, also where a limit is enforced over less than a minute: so many requests, and what
flows in within so many seconds, since news is always a little late.
"""

_STEEPNESS = math.log(256)
_SMOOTHING = 1.0
"""Seconds over which the flow that others take is averaged."""

_GAPS_OF_PATIENCE = 4
"""So many usual gaps between two responses the last one is believed."""

_LEARNING = 0.2
_SHORTEST_LOOK, _LONGEST_LOOK = 0.005, 1.0
"""Seconds after which a wait is worked out anew."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request is expected to take of the limits: itself, and its tokens; cache reads cost nothing."""

    input_tokens: int
    output_tokens: int

    def of(self, name: str) -> int:
        """What it takes of the limit of this name."""
        return {
            REQUESTS: 1,
            INPUT: self.input_tokens,
            OUTPUT: self.output_tokens,
            TOKENS: self.input_tokens + self.output_tokens,
        }[name]


class Bucket:
    """One limit as this process believes it to be: heard of now and then, predicted in between."""

    def __init__(self, facts: LimitFacts, now: float) -> None:
        self.limit = facts.limit
        self.level = self._heard = float(facts.remaining)
        self._holds = facts.holds
        self._at = self._heard_at = self._since = now
        self._own = 0.0
        self._others = 0.0
        self._gap = _SMOOTHING
        self._credit = 0.0
        self._allowed = 0.0

    @property
    def refill(self) -> float:
        """Units a second."""
        return self.limit / MINUTE

    def hear(self, facts: LimitFacts, now: float) -> None:
        """Take what a response says, and learn from the difference what others take."""
        self.advance(now)
        self.limit = facts.limit
        self._holds = max(self._holds + (facts.holds - self._holds) * _LEARNING, float(facts.remaining))
        elapsed = now - self._heard_at
        if elapsed > 0:
            taken = max(0.0, self.refill - (facts.remaining - self._heard + self._own) / elapsed)
            smoothing = min(_SMOOTHING, now - self._since)
            self._others += (taken - self._others) * -math.expm1(-elapsed / smoothing)
            self._gap += (elapsed - self._gap) * _LEARNING
        self.level = self._heard = float(facts.remaining)
        self._heard_at, self._own = now, 0.0

    def take(self, amount: float, now: float) -> None:
        """Count what this process has just sent."""
        self.advance(now)
        self.level -= amount
        self._own += amount
        self._credit = 0.0

    def wait_for(self, amount: float, now: float, lag: float, share: float, jitter: float) -> float:
        """Seconds until so much may be sent: 0 for at once; whoever waits asks again afterwards.

        `lag` is how long the consequences of sending take to be heard of, in seconds; `share` is the reserve's of
        the limit; `jitter` (around 1) keeps processes apart that would send at the same moment.
        """
        self.advance(now)
        amount = min(amount, self._holds)
        least = max(_REQUESTS_IN_RESERVE * amount, _SECONDS_IN_RESERVE * self.refill)
        reserve = min(max(share * self._holds, least), (self._holds - amount) / 2)
        left = self.level + min(0.0, self.refill - self._others_now(now)) * lag - amount
        if left >= max(0.0, reserve):
            self._allowed = self.refill
            return 0.0
        wait = -left / self.refill
        if reserve > 0:
            self._allowed = self.refill * math.exp(-_STEEPNESS * (1 - max(0.0, left) / reserve))
            wait = max(wait, (amount * jitter - self._credit) / self._allowed)
        return min(max(wait, _SHORTEST_LOOK), _LONGEST_LOOK) if wait > 0 else 0.0

    def advance(self, now: float) -> None:
        """Let time pass: what flows in, less what others are believed to take of it."""
        elapsed = now - self._at
        if elapsed <= 0:
            return
        level = self.level + (self.refill - self._others_now(now)) * elapsed
        self.level = min(self._holds, max(0.0, level))
        self._credit += self._allowed * elapsed
        self._at = now

    def _others_now(self, now: float) -> float:
        """The longer nothing was heard, the less others are assumed to take, so that nobody waits for ever.

        More than the refill they can take only for a moment.
        """
        age = now - self._heard_at
        lasting = min(self._others, self.refill)
        patience = max(2 * _SMOOTHING, _GAPS_OF_PATIENCE * self._gap)
        return lasting * math.exp(-age / patience) + (self._others - lasting) * math.exp(-age / _SMOOTHING)
