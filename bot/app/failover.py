"""The outermost layer around a call: the next provider of the chain where one gives no answer.

Retries come first, since they stand inside. What is asked elsewhere is the same request in that provider's terms, at
its prices; the guard, innermost and one for all, reserves each attempt as what it costs where it is made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, replace

from bot.app.elsewhere import Station, prefix_of, ttl_of
from bot.app.lead import Leads
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import RULES, FailureKind
from bot.core.progress import Switched, Waiting
from bot.core.switching import better_to_return, better_to_wait, worth_writing
from bot.errors import CallFailed
from bot.ports import Clock, Observer, Provider

_LOOK_AGAIN_SECONDS = 30.0
"""When to try a provider again that was left for a reason which says nothing of when it is there: a rate limit."""

_LEAST_WAIT = 1.0
"""Seconds to wait for a provider that is down and does not say for how long."""

_CLOCKS_DIFFER = 0.05
"""Seconds by which a wait may end early without having been cut short."""


@dataclass(slots=True)
class _Standing:
    """How a provider does in this run (times are Clock.monotonic seconds).

    `down_since` is when it was first found down; `left` says that requests go elsewhere, and `look_at` when it may be
    tried again; `refuses` are models that it will not answer for, with the reason.
    """

    down_since: float | None = None
    left: bool = False
    look_at: float = 0.0
    looking: bool = False
    refuses: dict[str, CallFailed] = field(default_factory=dict)


@dataclass(slots=True)
class _Trip:
    """One request on its way: its attempts so far, and where it has failed since it last waited."""

    request: ModelRequest
    failures: dict[str, CallFailed] = field(default_factory=dict)

    def failed(self, station: Station, failure: CallFailed) -> None:
        self.failures[station.name] = failure
        self.request = replace(self.request, attempt=max(self.request.attempt, (failure.attempts or 0) + 1))


class Failover:
    """A Provider over a chain of them, the preferred one first. Safe for threads.

    `unfinished` says how many requests with the same prefix as this one are still to be answered, itself included: a
    cold cache is weighed by them (bot/core/switching.py). `deadline` is a Clock.monotonic() reading past which nothing
    is waited for, `longest_outage` for how many seconds it is where nobody answers.
    """

    def __init__(
        self,
        inner: Provider,
        stations: Sequence[Station],
        leads: Leads,
        clock: Clock,
        observer: Observer,
        deadline: float,
        longest_outage: float,
        unfinished: Callable[[ModelRequest], int],
    ) -> None:
        self._inner = inner
        self._stations = tuple(stations)
        self._leads = leads
        self._clock = clock
        self._observer = observer
        self._deadline = deadline
        self._longest_outage = longest_outage
        self._unfinished = unfinished
        self._lock = threading.Lock()
        self._standings = {station.name: _Standing() for station in stations}
        self._silent_since: float | None = None

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """As the inner provider, wherever it is answered; raises the failure that says most where it is nowhere."""
        trip = _Trip(request)
        while True:
            station = self._choose(trip)
            if station is None:
                self._wait_or_give_up(trip)
                continue
            try:
                return self._ask_at(station, trip.request, begun)
            except CallFailed as failure:
                if not RULES[failure.kind].fails_over:
                    raise
                trip.failed(station, failure)
                if self._worth_waiting(station, trip, failure):
                    self._wait(failure.retry_after or _LEAST_WAIT, failure.kind)
                    del trip.failures[station.name]
                else:
                    self._leave(station, trip.request, failure)

    def _choose(self, trip: _Trip) -> Station | None:
        """The first that stands, or one before it whose time has come to be tried again; None where all have failed."""
        open_to = [one for one in self._stations if one.name not in trip.failures and not self._refuses(one, trip)]
        for station in open_to:
            standing = self._standings[station.name]
            if not standing.left or (self._may_return(station, trip.request) and self._claim(standing)):
                return station
        return open_to[0] if open_to else None

    def _refuses(self, station: Station, trip: _Trip) -> bool:
        """Whether it has said that it will never answer for this model; keeps the reason for who asks in vain."""
        refusal = self._standings[station.name].refuses.get(station.model(trip.request))
        if refusal is not None:
            trip.failures[station.name] = replace(refusal)
        return refusal is not None

    def _may_return(self, station: Station, request: ModelRequest) -> bool:
        """Whether its time has come, and whether it is worth it."""
        standing = self._standings[station.name]
        if standing.looking or self._clock.monotonic() < standing.look_at:
            return False
        ttl = ttl_of(request)
        if ttl is None:
            return True
        there = station.request(request)
        warm = self._leads.is_warm(prefix_of(there))
        return better_to_return(station.costs(there, ttl), self._unfinished(request), warm=warm)

    def _claim(self, standing: _Standing) -> bool:
        """One request at a time looks whether a provider is back: True for it."""
        with self._lock:
            claimed = not standing.looking
            standing.looking = True
            return claimed

    def _ask_at(self, station: Station, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        asked = station.request(request)
        home = station is self._stations[0]
        if not home and not self._earns_its_cache(station, asked, self._unfinished(request)):
            asked = replace(asked, cache_ttl=None, facts_ttl=None)
        ttl, prefix = ttl_of(asked), prefix_of(asked)
        leads = ttl is not None and self._leads.wait_or_lead(prefix, self._deadline)

        def begins() -> None:
            if ttl is not None:
                self._leads.begun(prefix, ttl)
            self._answers(station)
            begun()

        try:
            return self._inner.ask(asked, begins)
        except BaseException:
            if leads:
                self._leads.gave_up(prefix)
            raise
        finally:
            with self._lock:
                self._standings[station.name].looking = False

    def _earns_its_cache(self, station: Station, asked: ModelRequest, unfinished: int) -> bool:
        ttl = ttl_of(asked)
        if ttl is None:
            return False
        return self._leads.is_warm(prefix_of(asked)) or worth_writing(station.costs(asked, ttl), unfinished)

    def _worth_waiting(self, station: Station, trip: _Trip, failure: CallFailed) -> bool:
        """Whether a provider that is down, and back soon, beats the cold cache of the next one."""
        request, ttl = trip.request, ttl_of(trip.request)
        following = self._next_to(station, trip.failures)
        if failure.kind is not FailureKind.UNAVAILABLE or following is None or ttl is None:
            return False
        here, there = station.request(request), following.request(request)
        if self._leads.is_warm(prefix_of(there)) or not self._leads.is_warm(prefix_of(here)):
            return False
        return better_to_wait(
            station.costs(here, ttl),
            following.costs(there, ttl),
            self._unfinished(request),
            failure.retry_after or 0.0,
            self._down_for(station),
        )

    def _down_for(self, station: Station) -> float:
        """Seconds since it was first found down."""
        with self._lock:
            standing, now = self._standings[station.name], self._clock.monotonic()
            since = standing.down_since = now if standing.down_since is None else standing.down_since
            return now - since

    def _next_to(self, station: Station, failed: Container[str] = ()) -> Station | None:
        """The first other one that stands and has not failed."""
        others = (one for one in self._stations if one is not station and one.name not in failed)
        return next((one for one in others if not self._standings[one.name].left), None)

    def _leave(self, station: Station, request: ModelRequest, failure: CallFailed) -> None:
        """Requests go elsewhere from now on; a model that is refused for good is not asked for here again."""
        with self._lock:
            standing = self._standings[station.name]
            if RULES[failure.kind].ends_run:
                news = standing.refuses.setdefault(station.model(request), failure) is failure
            else:
                news, standing.left = not standing.left, True
                standing.look_at = self._clock.monotonic() + (failure.retry_after or _LOOK_AGAIN_SECONDS)
        to = self._next_to(station)
        if news and to is not None:
            self._observer.on(Switched(station.name, to.name, failure.kind.value))

    def _answers(self, station: Station) -> None:
        """An answer begins: whoever was left and answers again is asked again."""
        with self._lock:
            self._silent_since = None
            standing = self._standings[station.name]
            back, standing.left, standing.down_since = standing.left, False, None
        behind = self._stations[self._stations.index(station) + 1 :]
        served = next((one for one in behind if not self._standings[one.name].left), None)
        if back and served is not None:
            self._observer.on(Switched(served.name, station.name, "it answers again"))

    def _wait_or_give_up(self, trip: _Trip) -> None:
        """Nobody of the chain has answered: wait for the first that may be back, or raise what happened.

        A failure that would end the whole run is raised only where all are such.
        """
        down = {name: one for name, one in trip.failures.items() if one.kind is FailureKind.UNAVAILABLE}
        seconds = min((one.retry_after or _LEAST_WAIT for one in down.values()), default=0.0)
        if not down or self._outlasts(seconds):
            raise min(trip.failures.values(), key=lambda one: RULES[one.kind].ends_run)
        self._wait(seconds, FailureKind.UNAVAILABLE)
        for name in down:
            del trip.failures[name]

    def _outlasts(self, seconds: float) -> bool:
        """Whether waiting so long would outlast the run, or the patience with an outage of everybody."""
        with self._lock:
            now = self._clock.monotonic()
            since = self._silent_since = now if self._silent_since is None else self._silent_since
        return now + seconds >= self._deadline or now + seconds - since > self._longest_outage

    def _wait(self, seconds: float, why: FailureKind) -> None:
        """Raises CallFailed(STOPPED) where the wait was cut short: the run has been interrupted."""
        self._observer.on(Waiting(seconds, why.value))
        until = self._clock.monotonic() + seconds
        self._clock.sleep(seconds)
        if self._clock.monotonic() < until - _CLOCKS_DIFFER:
            raise CallFailed(FailureKind.STOPPED, RULES[FailureKind.STOPPED].meaning)
