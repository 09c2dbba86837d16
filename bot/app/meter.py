"""What a run asks of whom, and how long the rate limits hold it back: counted by the pace layer, for the receipt."""

from __future__ import annotations

import threading

from bot.core.receipt import PacingFacts, RouteFacts
from bot.core.traffic import Flow, Route, Traffic
from bot.ports import Clock

MESSAGES = "messages"
"""The endpoint of live calls."""


class Meter:
    """Counts for one run; safe for threads."""

    def __init__(self, clock: Clock, repository: str | None) -> None:
        self._clock = clock
        self._repository = repository
        self._lock = threading.Lock()
        self._traffic = Traffic()
        self._waits: list[float] = []

    def add(self, model: str, flow: Flow, endpoint: str = MESSAGES) -> None:
        """Count what was sent, answered or refused just now."""
        with self._lock:
            self._traffic.add(Route(model, endpoint, self._repository), flow, self._clock.monotonic())

    def waited(self, seconds: float) -> None:
        """Count a wait that a rate limit was the reason for."""
        with self._lock:
            self._waits.append(seconds)

    def last_minute(self) -> dict[Route, Flow]:
        """What went through in the last minute, by model, endpoint and repository."""
        with self._lock:
            return self._traffic.last_minute(self._clock.monotonic())

    def facts(self) -> PacingFacts:
        """The run so far, as the receipt shows it."""
        with self._lock:
            together = self._traffic.together
            return PacingFacts(
                requests_per_minute_peak=together.peak.requests,
                waits=len(self._waits),
                waited_ms=round(sum(self._waits) * 1000),
                rate_limited=together.total.rate_limited,
                by=tuple(_route_facts(*route) for route in self._traffic.routes()),
            )


def _route_facts(route: Route, total: Flow, peak: Flow) -> RouteFacts:
    return RouteFacts(
        model=route.model,
        endpoint=route.endpoint,
        repository=route.repository,
        requests=total.requests,
        input_tokens=total.input_tokens,
        output_tokens=total.output_tokens,
        rate_limited=total.rate_limited,
        requests_per_minute_peak=peak.requests,
        input_tokens_per_minute_peak=peak.input_tokens,
        output_tokens_per_minute_peak=peak.output_tokens,
    )
