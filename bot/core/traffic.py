"""How much is asked of whom: requests, tokens and refusals of the last minute, and the most that any minute saw."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW = 60.0
"""Seconds that count as the last minute."""


@dataclass(frozen=True, slots=True)
class Route:
    """Whom is asked, by which endpoint, about which repository (None for a bare diff)."""

    model: str
    endpoint: str
    repository: str | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Requests sent, tokens they took of the rate limits (cache reads take none), and those refused with a 429."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    rate_limited: int = 0

    def __add__(self, other: Flow) -> Flow:
        return Flow(
            self.requests + other.requests,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.rate_limited + other.rate_limited,
        )

    def __sub__(self, other: Flow) -> Flow:
        return self + Flow(-other.requests, -other.input_tokens, -other.output_tokens, -other.rate_limited)

    def most(self, other: Flow) -> Flow:
        """The larger of each figure."""
        return Flow(
            max(self.requests, other.requests),
            max(self.input_tokens, other.input_tokens),
            max(self.output_tokens, other.output_tokens),
            max(self.rate_limited, other.rate_limited),
        )


@dataclass(slots=True)
class Minute:
    """A sliding minute: what it holds now, the most it ever held, and all that ever went through."""

    now: Flow = field(default_factory=Flow)
    peak: Flow = field(default_factory=Flow)
    total: Flow = field(default_factory=Flow)
    _entries: deque[tuple[float, Flow]] = field(default_factory=deque)

    def add(self, flow: Flow, now: float) -> None:
        """Count something that happens now (monotonic seconds)."""
        self.forget(now)
        self._entries.append((now, flow))
        self.now += flow
        self.total += flow
        self.peak = self.peak.most(self.now)

    def forget(self, now: float) -> None:
        """Drop what is a minute old."""
        while self._entries and self._entries[0][0] <= now - WINDOW:
            self.now -= self._entries.popleft()[1]


class Traffic:
    """The sliding minutes of every route, and one of all together; whoever calls brings the time and a lock."""

    def __init__(self) -> None:
        self.together = Minute()
        self._routes: dict[Route, Minute] = {}

    def add(self, route: Route, flow: Flow, now: float) -> None:
        """Count something that happens on a route now."""
        self.together.add(flow, now)
        self._routes.setdefault(route, Minute()).add(flow, now)

    def last_minute(self, now: float) -> dict[Route, Flow]:
        """What went through in the last minute, by route."""
        for minute in self._routes.values():
            minute.forget(now)
        return {route: minute.now for route, minute in self._routes.items()}

    def routes(self) -> list[tuple[Route, Flow, Flow]]:
        """Every route with its whole flow and its peak minute, in a fixed order."""
        return [(route, self._routes[route].total, self._routes[route].peak) for route in self._order()]

    def _order(self) -> list[Route]:
        return sorted(self._routes, key=lambda route: (route.model, route.endpoint, route.repository or ""))
