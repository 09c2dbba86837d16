"""The layer that waits for the rate limits, right around the guard: whoever waits here has reserved nothing yet."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from bot.app.limiter import Limiter
from bot.app.meter import Meter
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import FailureKind
from bot.core.lane import Why
from bot.core.pacing import Cost
from bot.core.progress import Waiting
from bot.core.rate_facts import model_class
from bot.core.tokens import estimate_tokens
from bot.core.traffic import Flow
from bot.core.usage import Usage
from bot.errors import CallFailed
from bot.ports import Clock, Observer, Provider

_WORTH_TELLING = 0.5
"""Seconds below which nobody is told of a wait."""

_WORTH_COUNTING = 0.1
"""Seconds below which a wait is not counted."""

_TOLD_EVERY = 10.0
"""Seconds in which each reason is told once, since a run that is paced waits before every request."""

_REASONS = {
    Why.LIMIT: "the rate limit of {} is nearly used up",
    Why.HOLD: "rate limited (429), nothing is sent to {} until then",
}


class Pace:
    """A Provider that sends when the rate limit has room, and says so when it waits."""

    def __init__(
        self, inner: Provider, limiters: Mapping[str, Limiter], meter: Meter, clock: Clock, observer: Observer
    ) -> None:
        """`limiters` are by the name of the provider (and key) that requests name."""
        self._inner = inner
        self._limiters = limiters
        self._meter = meter
        self._clock = clock
        self._observer = observer
        self._lock = threading.Lock()
        self._told: dict[str, float] = {}
        self._written: set[tuple[str, str, str, str, str | None]] = set()

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """As the inner provider. Raises CallFailed: DEADLINE or STOPPED where the wait had no end in time; a
        failure that everybody is held for says so.
        """
        model, limiter = request.model, self._limiters[request.provider]

        def told(seconds: float, why: Why) -> None:
            self._tell(model, seconds, why)

        ticket, held = limiter.admit(model, self._cost(request), request.rank, request.until, told)
        if held >= _WORTH_COUNTING:
            self._meter.waited(held)
        self._meter.add(model, Flow(requests=1))

        def begin() -> None:
            limiter.begin(model, ticket)
            with self._lock:
                self._written.add(_prefix(request))
            begun()

        ending: CallFailed | int | None = None
        try:
            answer = self._inner.ask(request, begin)
            ending = answer.usage.output_tokens
        except CallFailed as failed:
            ending = failed
            if failed.kind is FailureKind.RATE_LIMITED:
                failed.held = True
                self._meter.add(model, Flow(rate_limited=1))
            raise
        finally:
            limiter.end(model, ticket, ending)
        self._meter.add(model, _taken(answer.usage))
        return answer

    def _cost(self, request: ModelRequest) -> Cost:
        """What the request is likely to take: its hunks, and its prefix where nobody has written that yet."""
        tokens = sum(estimate_tokens(block) for block in request.hunks)
        with self._lock:
            written = bool(request.ttls) and _prefix(request) in self._written
        tokens += 0 if written else request.prefix_tokens
        return Cost(tokens, self._limiters[request.provider].expected_output(request.model))

    def _tell(self, model: str, seconds: float, why: Why) -> None:
        """Tell the observer, unless it has just heard the same."""
        reason, now = _REASONS[why].format(model_class(model)), self._clock.monotonic()
        with self._lock:
            if seconds < _WORTH_TELLING or now < self._told.get(reason, now - _TOLD_EVERY) + _TOLD_EVERY:
                return
            self._told[reason] = now
        self._observer.on(Waiting(seconds, reason))


def _prefix(request: ModelRequest) -> tuple[str, str, str, str, str | None]:
    """What a cached prefix hangs on."""
    return request.provider, request.model, request.system, request.facts, request.effort


def _taken(usage: Usage) -> Flow:
    """What an answer's usage takes of the rate limits."""
    return Flow(input_tokens=usage.total_input_tokens - usage.cache_read_tokens, output_tokens=usage.output_tokens)
