"""Asks many requests at once, so that all but the first of each prefix read the cache the first one wrote.

A cache entry becomes readable when the answer that writes it begins. So the first request of a prefix is its
leader, and the others of that prefix wait for the leader's first event. A leader that fails, or has not begun
within `leader_patience`, is succeeded by the next request.
"""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, Protocol, TypeVar

from bot.core.calls import ModelAnswer, ModelRequest
from bot.errors import CallFailed
from bot.ports import Clock, Provider


class Job(Protocol):
    """What the dispatcher must know of a job: its prefix, and whether that is cached."""

    @property
    def prefix(self) -> Hashable:
        """What the cached prefix hangs on: jobs with an equal one share it."""
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
    """Whether a prefix can be read from the cache yet."""

    COLD = auto()
    LEADING = auto()
    WARM = auto()


@dataclass(slots=True)
class _Lane:
    """One prefix's state: who leads, and since when (Clock.monotonic seconds)."""

    prefix: _Prefix = _Prefix.COLD
    since: float = 0.0
    leader: Job | None = None


@dataclass(frozen=True, slots=True)
class _Begun:
    """The first event of an answer arrived."""

    job: Job


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
        self._under_way: list[JobT] = []
        self._lanes: dict[Hashable, _Lane] = {}
        self._events: queue.Queue[_Begun | _Crashed | Ended[JobT]] = queue.Queue()

    def ask_next(self, *jobs: JobT) -> None:
        """Put jobs before everything that is pending: second tries of what was worth asking first."""
        self._pending[:0] = jobs

    def unfinished(self, prefix: Hashable) -> int:
        """How many jobs with this prefix are pending or running; may be asked from any thread."""
        return sum(job.prefix == prefix for job in [*self._pending, *self._under_way])

    def drop_pending(self) -> list[JobT]:
        """Take back every job that has not been started, for a run that must end early."""
        dropped, self._pending = self._pending, []
        return dropped

    def run(self, until: float = math.inf) -> Iterator[Ended[JobT]]:
        """Yield jobs as they end, until none is pending or running; past `until`, only those that ended by then."""
        while self._pending or self._under_way:
            over = self._clock.monotonic() >= until
            if over and self._events.empty():
                return
            if not over:
                self._start_what_may()
            ended = self._next_event()
            if ended is not None:
                yield ended

    def wind_down(self, seconds: float) -> Iterator[Ended[JobT]]:
        """Yield what still ends within so many seconds; starts nothing."""
        until = self._clock.monotonic() + seconds
        while self._under_way and self._clock.monotonic() < until:
            ended = self._next_event()
            if ended is not None:
                yield ended

    def _start_what_may(self) -> None:
        """Start jobs strictly in their order: one that waits for its leader is not overtaken by what matters less,
        which could spend the budget that it needs.
        """
        while len(self._under_way) < self._concurrency and self._pending and self._may_start(self._pending[0]):
            self._start(self._pending.pop(0))

    def _lane(self, job: Job) -> _Lane:
        return self._lanes.setdefault(job.prefix, _Lane())

    def _may_start(self, job: JobT) -> bool:
        lane = self._lane(job)
        if not job.cached or lane.prefix is not _Prefix.LEADING:
            return True
        return self._clock.monotonic() - lane.since >= self._leader_patience

    def _start(self, job: JobT) -> None:
        lane = self._lane(job)
        if job.cached and lane.prefix is not _Prefix.WARM:
            lane.prefix, lane.since, lane.leader = _Prefix.LEADING, self._clock.monotonic(), job
        self._under_way.append(job)
        threading.Thread(target=self._work, args=(job,), daemon=True).start()

    def _work(self, job: JobT) -> None:
        try:
            answer = self._provider.ask(self._request_of(job), lambda: self._events.put(_Begun(job)))
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
        lane = self._lane(event.job)
        if isinstance(event, _Begun):
            if event.job.cached:
                lane.prefix = _Prefix.WARM
            return None
        self._under_way.remove(event.job)
        if lane.prefix is _Prefix.LEADING and lane.leader is event.job:
            lane.prefix = _Prefix.COLD
        return event
