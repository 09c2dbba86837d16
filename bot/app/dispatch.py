"""Asks many requests at once, so that all but the first of each model read the cache the first one wrote.

A cache entry becomes readable when the answer that writes it begins. So the first request of a model is its
leader, and the others of that model wait for the leader's first event. A leader that fails, or has not begun
within `leader_patience`, is succeeded by the next request.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, Protocol, TypeVar

from bot.core.calls import ModelAnswer, ModelRequest
from bot.errors import CallFailed
from bot.ports import Clock, Provider


class Job(Protocol):
    """What the dispatcher must know of a job: its model, and whether its prefix is cached."""

    @property
    def model(self) -> str:
        """The model's id: jobs of one model share a prefix."""
        ...

    @property
    def cached(self) -> bool:
        """Whether its request writes or reads a cached prefix."""
        ...


JobT = TypeVar("JobT", bound=Job)


@dataclass(frozen=True, slots=True)
class Ended(Generic[JobT]):
    """A job that is over: with an answer, or with the failure that ended it."""

    job: JobT
    answer: ModelAnswer | None = None
    failure: CallFailed | None = None


class _Prefix(Enum):
    """Whether a model's prefix can be read from the cache yet."""

    COLD = auto()
    LEADING = auto()
    WARM = auto()


@dataclass(slots=True)
class _Lane:
    """One model's state: its prefix, and since when (Clock.monotonic seconds) somebody leads."""

    prefix: _Prefix = _Prefix.COLD
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class _Begun:
    """The first event of an answer arrived."""

    model: str


@dataclass(frozen=True, slots=True)
class _Crashed:
    """A thread met a bug of ours."""

    error: BaseException


class Dispatcher(Generic[JobT]):
    """Runs jobs in the order given, `concurrency` at a time, leaders first.

    `request_of` makes a job's request when its turn comes, in its own thread.
    """

    def __init__(
        self,
        jobs: Iterable[JobT],
        request_of: Callable[[JobT], ModelRequest],
        provider: Provider,
        clock: Clock,
        concurrency: int,
        leader_patience: float = 20.0,
    ) -> None:
        self._pending = list(jobs)
        self._request_of = request_of
        self._provider = provider
        self._clock = clock
        self._concurrency = concurrency
        self._leader_patience = leader_patience
        self._running = 0
        self._lanes: dict[str, _Lane] = {}
        self._events: queue.Queue[_Begun | _Crashed | Ended[JobT]] = queue.Queue()

    def ask_next(self, *jobs: JobT) -> None:
        """Put jobs before everything that is pending: second tries of what was worth asking first."""
        self._pending[:0] = jobs

    def drop_pending(self) -> list[JobT]:
        """Take back every job that has not been started, for a run that must end early."""
        dropped, self._pending = self._pending, []
        return dropped

    def run(self) -> Iterator[Ended[JobT]]:
        """Yield jobs as they end, until none is pending or running."""
        while self._pending or self._running:
            self._start_what_may()
            ended = self._next_event()
            if ended is not None:
                yield ended

    def wind_down(self, seconds: float) -> Iterator[Ended[JobT]]:
        """Yield what still ends within so many seconds; starts nothing."""
        until = self._clock.monotonic() + seconds
        while self._running and self._clock.monotonic() < until:
            ended = self._next_event()
            if ended is not None:
                yield ended

    def _start_what_may(self) -> None:
        while self._running < self._concurrency:
            turn = next((index for index, job in enumerate(self._pending) if self._may_start(job)), None)
            if turn is None:
                return
            self._start(self._pending.pop(turn))

    def _lane(self, model: str) -> _Lane:
        return self._lanes.setdefault(model, _Lane())

    def _may_start(self, job: JobT) -> bool:
        lane = self._lane(job.model)
        if not job.cached or lane.prefix is not _Prefix.LEADING:
            return True
        return self._clock.monotonic() - lane.since >= self._leader_patience

    def _start(self, job: JobT) -> None:
        lane = self._lane(job.model)
        if job.cached and lane.prefix is not _Prefix.WARM:
            lane.prefix, lane.since = _Prefix.LEADING, self._clock.monotonic()
        self._running += 1
        threading.Thread(target=self._work, args=(job,), daemon=True).start()

    def _work(self, job: JobT) -> None:
        try:
            answer = self._provider.ask(self._request_of(job), lambda: self._events.put(_Begun(job.model)))
        except CallFailed as failure:
            self._events.put(Ended(job, failure=failure))
        except BaseException as error:  # noqa: BLE001  # a thread's bug must reach the caller, not stderr
            self._events.put(_Crashed(error))
        else:
            self._events.put(Ended(job, answer))

    def _next_event(self) -> Ended[JobT] | None:
        """Wait for one event, briefly, since a slow leader's successor may come due without any."""
        try:
            event = self._events.get(timeout=0.25)
        except queue.Empty:
            return None
        if isinstance(event, _Crashed):
            raise event.error
        if isinstance(event, _Begun):
            self._lane(event.model).prefix = _Prefix.WARM
            return None
        self._running -= 1
        lane = self._lane(event.job.model)
        if event.job.cached and lane.prefix is _Prefix.LEADING:
            lane.prefix = _Prefix.COLD
        return event
