"""The layer that keeps requests away from a provider that is down; bot/core/breaker.py decides when it is.

It stands inside the retries, so that a retry meets an open breaker instead of the provider, and around everything that
takes its time for an attempt: a pace, a reservation.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable

from bot.core.breaker import BreakerPolicy, Circuit, Ticket
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import RULES, FailureKind, Sign
from bot.errors import CallFailed
from bot.ports import Clock, Provider


class Breaker:
    """A Provider with a circuit for each provider (and key) that requests name. Safe for threads.

    Where one is open the attempt fails at once as UNAVAILABLE, its `retry_after` being when to look again; so does the
    attempt that opened it, since to wait and try again would only meet it open. A probe closes it by the first event of
    its answer: a whole answer would keep everybody waiting for one.
    """

    def __init__(self, inner: Provider, policy: BreakerPolicy, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock
        self._lock = threading.Lock()
        self._last: dict[str, str] = {}
        self._circuits: defaultdict[str, Circuit] = defaultdict(lambda: Circuit(policy))

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """As the inner provider, or CallFailed(UNAVAILABLE) without asking it."""
        circuit, ticket = self._admitted(request)

        def begins() -> None:
            if ticket.probe:
                self._tell(circuit, ticket, Sign.UP)
            begun()

        try:
            answer = self._inner.ask(request, begins)
        except CallFailed as failed:
            self._tell(circuit, ticket, RULES[failed.kind].sign, failed.retry_after or 0.0)
            if RULES[failed.kind].sign is Sign.DOWN:
                self._go_on_if_closed(circuit, request, failed)
            raise
        except BaseException:
            self._tell(circuit, ticket, Sign.NOTHING)
            raise
        self._tell(circuit, ticket, Sign.UP)
        return answer

    def _admitted(self, request: ModelRequest) -> tuple[Circuit, Ticket]:
        with self._lock:
            circuit = self._circuits[request.provider]
            admitted = circuit.admit(self._clock.monotonic())
            last = self._last.get(request.provider, "")
        if isinstance(admitted, Ticket):
            return circuit, admitted
        raise CallFailed(FailureKind.UNAVAILABLE, last, retry_after=admitted, attempts=request.attempt - 1)

    def _go_on_if_closed(self, circuit: Circuit, request: ModelRequest, failed: CallFailed) -> None:
        """Raises CallFailed(UNAVAILABLE) where the failure leaves the circuit open."""
        with self._lock:
            last = self._last[request.provider] = f"{request.provider} last said {failed}"
            seconds = circuit.seconds_shut(self._clock.monotonic())
        if seconds is not None:
            seconds = max(seconds, failed.retry_after or 0.0)
            raise CallFailed(FailureKind.UNAVAILABLE, last, retry_after=seconds, attempts=request.attempt) from failed

    def _tell(self, circuit: Circuit, ticket: Ticket, sign: Sign, at_least: float = 0.0) -> None:
        with self._lock:
            if sign is Sign.DOWN:
                circuit.down(ticket, self._clock.monotonic(), at_least)
            elif sign is Sign.UP:
                circuit.up(ticket)
            else:
                circuit.void(ticket)
