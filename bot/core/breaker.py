"""A circuit breaker as a state machine without a clock or a lock: time is passed in, bot/app/breaker.py owns the rest.

Closed, it lets every attempt through. So many attempts in a row that say "down" open it. Open, it lets nobody through
for a while. Then it is half open and lets exactly one attempt through, the probe, whose answer closes it and whose
failure opens it for twice as long.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """Failures in a row that open it, seconds until the first probe, and the most that doubling makes of them.

    `while_probing` is how soon to look again, in seconds, where a probe is under way.
    """

    failures: int = 5
    first_pause: float = 2.0
    longest_pause: float = 10.0
    while_probing: float = 1.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave for one attempt; what came of it counts only while the breaker is as it was when the ticket was given."""

    era: int
    probe: bool


class Circuit:
    """One provider's breaker. Not safe for threads by itself; seconds are those of one clock that never jumps."""

    def __init__(self, policy: BreakerPolicy) -> None:
        self._policy = policy
        self._era = 0
        self._in_a_row = 0
        self._pause = policy.first_pause
        self._half_open_at: float | None = None
        self._probing = False

    def seconds_shut(self, now: float) -> float | None:
        """After how many seconds asking for leave may succeed; None where it does at once."""
        if self._half_open_at is None:
            return None
        if self._probing:
            return self._policy.while_probing
        return self._half_open_at - now if now < self._half_open_at else None

    def admit(self, now: float) -> Ticket | float:
        """Leave to try, or the seconds after which asking for it may succeed."""
        seconds = self.seconds_shut(now)
        if seconds is not None:
            return seconds
        self._probing = self._half_open_at is not None
        return Ticket(self._era, probe=self._probing)

    def up(self, ticket: Ticket) -> None:
        """The attempt was answered, or refused by a provider that is there."""
        if ticket.era != self._era:
            return
        self._in_a_row = 0
        if ticket.probe:
            self._turn(None)
            self._pause = self._policy.first_pause

    def down(self, ticket: Ticket, now: float, at_least: float = 0.0) -> None:
        """The attempt failed as it does where the provider is down, which may have asked for a pause in seconds."""
        if ticket.era != self._era:
            return
        if ticket.probe:
            self._pause = min(self._policy.longest_pause, self._pause * 2)
        self._in_a_row += 1
        if ticket.probe or self._in_a_row >= self._policy.failures:
            self._turn(now + max(self._pause, at_least))

    def void(self, ticket: Ticket) -> None:
        """The attempt was not made, or says nothing: a probe's place is free for another."""
        if ticket.probe and ticket.era == self._era:
            self._probing = False

    def _turn(self, half_open_at: float | None) -> None:
        self._era += 1
        self._in_a_row = 0
        self._probing = False
        self._half_open_at = half_open_at
