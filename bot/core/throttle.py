"""A pace of one's own, for a server whose headers promise room while it refuses: limits over a very short window."""

from __future__ import annotations

_CUT = 0.8
_GROWTH = 0.01


class Throttle:
    """Requests one by one: a fifth slower after each surprise, a hundredth of the limit's rate faster each second."""

    def __init__(self, refill: float, now: float) -> None:
        """`refill` is the limit's rate, in requests a second: the most there can be."""
        self._most = self._rate = refill
        self._at = self._sent = now

    def slow_down(self, now: float) -> None:
        """The server refused what its headers had promised."""
        self._grow(now)
        self._rate *= _CUT

    def wait_for(self, now: float, jitter: float) -> float:
        """Seconds until the next request; `jitter` (around 1) keeps processes apart."""
        self._grow(now)
        return max(0.0, self._sent + jitter / self._rate - now)

    def take(self, now: float) -> None:
        """Count a request as sent."""
        self._sent = now

    def _grow(self, now: float) -> None:
        self._rate = min(self._most, self._rate + self._most * _GROWTH * (now - self._at))
        self._at = now
