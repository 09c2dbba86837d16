"""Who may send next: one Limiter for each key, which all threads of a process wait at, in their order.

It hears the headers of every response, and decides by bot/core/lane.py; where a store is shared with other processes,
what is sent is taken from that as well.
"""

from __future__ import annotations

import math
import random
import threading
from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from bot.core.failure import RULES, FailureKind
from bot.core.lane import Lane, Ticket, Wait, Why
from bot.core.pacing import ALONE, SHARED, Cost
from bot.core.rate_facts import LimitFacts, model_class, rate_facts
from bot.errors import CallFailed, SharedLimitsLost
from bot.ports import Clock, SharedLimits

Told = Callable[[float, Why], None]
"""Hears of each wait as it begins: seconds (as far as is known) and why."""


@dataclass(slots=True)
class _Queue:
    """The lane of a class of models, and who waits for it."""

    lane: Lane
    waiting: list[tuple[int, int]] = field(default_factory=list)


class Limiter:
    """Lets the requests of one key through, each as soon as no limit stands against it; safe for threads."""

    def __init__(
        self,
        clock: Clock,
        concurrency: int,
        shared: SharedLimits | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """At most `concurrency` requests of one class of models are under way; `draw` gives jitter from 0 to 1."""
        self._clock = clock
        self._concurrency = concurrency
        self._shared = shared
        self._draw = draw
        self._changed = threading.Condition()
        self._queues: dict[str, _Queue] = {}
        self._last: dict[tuple[str, str], tuple[LimitFacts, datetime]] = {}
        self._arrivals = count()
        self._closed = False
        self.notes: list[str] = []

    def share(self, store: SharedLimits) -> None:
        """Take what is sent from a store that other processes take from, too."""
        self._shared = store

    def heard(self, model: str, headers: Mapping[str, str]) -> None:
        """Take the headers of a response, whatever its status."""
        now = self._clock.now()
        facts = rate_facts(headers, now)
        with self._changed:
            self._last |= {(model_class(model), name): (one, now) for name, one in facts.limits.items()}
            self._queue(model).lane.hear(facts, self._clock.monotonic())
            self._changed.notify_all()

    def last_heard(self) -> dict[tuple[str, str], tuple[LimitFacts, datetime]]:
        """What was last said of each limit, by class of models and name, and when."""
        with self._changed:
            return dict(self._last)

    def expected_output(self, model: str) -> int:
        """Tokens that an answer of this class of models is expected to have."""
        with self._changed:
            return self._queue(model).lane.expected_output

    def admit(self, model: str, cost: Cost, rank: int, until: float, told: Told) -> tuple[Ticket, float]:
        """Wait for one's turn (lower ranks first, then first come) and for every limit; `until` is the run's end.

        Gives the ticket and the seconds for which limits held this request back at the head of the queue. Raises
        CallFailed: DEADLINE where the wait would outlast the run, STOPPED where the run is stopped.
        """
        jitter = 0.5 + self._draw()
        with self._changed:
            queue = self._queue(model)
            turn = (rank, next(self._arrivals))
            insort(queue.waiting, turn)
        held = 0.0
        try:
            while True:
                held += self._wait_for_turn(queue, turn, cost, jitter, until, told)
                pause = self._take_shared(model, queue.lane, cost)
                if not pause:
                    with self._changed:
                        return queue.lane.start(cost, self._clock.monotonic()), held
                told(pause, Why.LIMIT)
                held += self._pause(pause, until)
        finally:
            with self._changed:
                queue.waiting.remove(turn)
                self._changed.notify_all()

    def begin(self, model: str, ticket: Ticket) -> None:
        """The answer begins."""
        with self._changed:
            self._queue(model).lane.begin(ticket, self._clock.monotonic())
            self._changed.notify_all()

    def end(self, model: str, ticket: Ticket, ending: CallFailed | int | None) -> None:
        """The attempt is over: with an answer of so many tokens, with a failure, or with neither."""
        with self._changed:
            lane, now = self._queue(model).lane, self._clock.monotonic()
            if isinstance(ending, CallFailed):
                if ending.kind is FailureKind.RATE_LIMITED:
                    lane.refuse(ticket, now, ending.retry_after, self._draw())
                elif ending.kind is FailureKind.OVERLOADED:
                    lane.crowd(ticket, now)
            lane.end(ending if isinstance(ending, int) else None)
            self._changed.notify_all()

    def close(self) -> None:
        """Send everybody away who waits, and whoever comes later."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _queue(self, model: str) -> _Queue:
        name = model_class(model)
        if name not in self._queues:
            self._queues[name] = _Queue(Lane(self._concurrency))
        return self._queues[name]

    def _wait_for_turn(
        self, queue: _Queue, turn: tuple[int, int], cost: Cost, jitter: float, until: float, told: Told
    ) -> float:
        """Wait until this turn is the first and nothing that is known here stands against it."""
        held = 0.0
        with self._changed:
            while True:
                now = self._clock.monotonic()
                self._refuse_if_over(now, until)
                wait = Wait(math.inf, Why.WINDOW)
                if queue.waiting[0] == turn:
                    wait = queue.lane.wait(cost, now, jitter, ALONE if self._shared is None else SHARED)
                if wait.seconds <= 0:
                    return held
                if wait.why is not Why.WINDOW:
                    self._refuse_if_over(now + (wait.seconds if wait.why is Why.HOLD else 0.0), until)
                    told(wait.seconds, wait.why)
                self._clock.wait(self._changed, min(wait.seconds, until - now))
                if wait.why is not Why.WINDOW:
                    held += self._clock.monotonic() - now

    def _pause(self, seconds: float, until: float) -> float:
        """Wait so long, unless the run ends first."""
        with self._changed:
            began = now = self._clock.monotonic()
            while now < began + seconds:
                self._refuse_if_over(now, until)
                self._clock.wait(self._changed, min(began + seconds, until) - now)
                now = self._clock.monotonic()
            return now - began

    def _refuse_if_over(self, now: float, until: float) -> None:
        kind = FailureKind.STOPPED if self._closed else FailureKind.DEADLINE if now >= until else None
        if kind is not None:
            raise CallFailed(kind, RULES[kind].meaning)

    def _take_shared(self, model: str, lane: Lane, cost: Cost) -> float:
        """Seconds that the other processes' requests make this one wait; without their store, none."""
        if self._shared is None:
            return 0.0
        try:
            return self._shared.take(model_class(model), lane.limits, cost)
        except SharedLimitsLost as lost:
            with self._changed:
                if self._shared is not None:
                    self._shared = None
                    self.notes.append(f"{lost.message} {lost.next_step}".strip())
            return 0.0
