"""Processes that share a limit and know nothing of each other settle down by what responses say.

A world of its own, with its own time: a server with one bucket a limit, and processes that send through the real
bot/core/lane.py. Nothing sleeps; a minute of eight processes takes a tenth of a second.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import pytest

from bot.core.lane import Lane, Ticket
from bot.core.pacing import ALONE, Cost
from bot.core.rate_facts import LimitFacts, RateFacts

WAY = 0.02  # seconds from here to there
ANSWERING = 0.5  # seconds from an answer's beginning to its end


@dataclass
class Bucket:
    """The server's side of one limit."""

    per_minute: int
    holds: float
    level: float

    @property
    def rate(self) -> float:
        """Units a second."""
        return self.per_minute / 60


@dataclass
class Server:
    """A server that refuses what exceeds its limits, and tells of them in headers; `silent` of them shows half."""

    buckets: dict[str, Bucket]
    lies: bool = False
    _at: float = 0.0

    def admit(self, cost: Cost, now: float) -> float:
        """Take a request: 0, or the seconds after which it may come again."""
        self.fill(now)
        wait = max((min(cost.of(n), b.holds) - b.level) / b.rate for n, b in self.buckets.items())
        if wait > 0:
            return math.ceil(wait)
        for name, bucket in self.buckets.items():
            bucket.level -= cost.of(name)
        return 0

    def facts(self, now: float) -> RateFacts:
        """The headers at this moment: token remainders rounded, resets in whole seconds."""
        self.fill(now)
        return RateFacts({name: self._told(name, bucket) for name, bucket in self.buckets.items()})

    def _told(self, name: str, bucket: Bucket) -> LimitFacts:
        if self.lies:
            return LimitFacts(bucket.per_minute, bucket.per_minute // 2, 30.0)
        left = math.floor(bucket.level)
        left = left if name == "requests" else round(left, -3)
        full_at = self._at + (bucket.holds - bucket.level) / bucket.rate
        return LimitFacts(bucket.per_minute, left, float(math.floor(full_at) - math.floor(self._at)))

    def fill(self, now: float) -> None:
        """Let the buckets refill."""
        for bucket in self.buckets.values():
            bucket.level = min(bucket.holds, bucket.level + (now - self._at) * bucket.rate)
        self._at = now


@dataclass
class Process:
    """One process with so many requests to send."""

    lane: Lane
    left: int
    cost: Cost
    jitter: float
    looks: int = 0
    ended: float = 0.0


@dataclass
class Race:
    """Processes against a server, event by event."""

    server: Server
    processes: int
    requests: int
    begins: float = 0.3
    concurrency: int = 8
    sizes: Callable[[random.Random], int] = lambda _: 100
    seed: int = 1
    served: list[Cost] = field(default_factory=list)
    refused: int = 0
    last: float = 0.0

    def run(self) -> Race:
        """Until every request is answered."""
        self._chance = random.Random(self.seed)  # noqa: S311 - the same race each time, no secret
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = count()
        self.racers = [Process(Lane(self.concurrency), self.requests, *self._drawn()) for _ in range(self.processes)]
        for racer in self.racers:
            self._at(self._chance.random() * 0.2, partial(self._look, racer))
        while self._events:
            now, _, event = heapq.heappop(self._events)
            event(now)
        return self

    def _at(self, when: float, event: Callable[..., None]) -> None:
        heapq.heappush(self._events, (when, next(self._order), event))

    def _drawn(self) -> tuple[Cost, float]:
        """The next request's cost and jitter."""
        return Cost(self.sizes(self._chance), 50), self._chance.uniform(0.5, 1.5)

    def _look(self, racer: Process, now: float) -> None:
        """Send what may be sent; come back when the next may."""
        racer.looks += 1
        while racer.left:
            wait = racer.lane.wait(racer.cost, now, racer.jitter, ALONE).seconds
            if wait > 0:
                if not math.isinf(wait):
                    self._at(now + wait, partial(self._look_again, racer, racer.looks))
                return
            self._send(racer, racer.lane.start(racer.cost, now), now)
            racer.left -= 1
            racer.cost, racer.jitter = self._drawn()

    def _look_again(self, racer: Process, look: int, now: float) -> None:
        """Unless something has happened since, after which it has looked already."""
        if racer.looks == look:
            self._look(racer, now)

    def _send(self, racer: Process, ticket: Ticket, now: float) -> None:
        self._at(now + WAY, lambda then: self._arrive(racer, ticket, then))

    def _arrive(self, racer: Process, ticket: Ticket, now: float) -> None:
        retry_after = self.server.admit(ticket.cost, now)
        if retry_after:
            self.refused += 1
            facts = self.server.facts(now)
            self._at(now + WAY, lambda then: self._refuse(racer, ticket, facts, retry_after, then))
        else:
            self.served.append(ticket.cost)
            self.last = now
            self._at(now + self.begins, lambda then: self._begin(racer, ticket, self.server.facts(then), then))

    def _refuse(self, racer: Process, ticket: Ticket, facts: RateFacts, retry_after: float, now: float) -> None:
        racer.lane.hear(facts, now)
        racer.lane.refuse(ticket, now, retry_after, self._chance.random())
        racer.lane.end(None)
        racer.left += 1
        self._look(racer, now)

    def _begin(self, racer: Process, ticket: Ticket, facts: RateFacts, now: float) -> None:
        racer.lane.hear(facts, now)
        racer.lane.begin(ticket, now)
        self._at(now + ANSWERING, lambda then: self._end(racer, then))
        self._look(racer, now)

    def _end(self, racer: Process, now: float) -> None:
        racer.lane.end(50)
        racer.ended = now
        self._look(racer, now)

    @property
    def share_refused(self) -> float:
        """Of all attempts."""
        return self.refused / (self.refused + len(self.served))

    def used(self, name: str, began_with: float) -> float:
        """What was taken, as a share of what the limit allowed until the last request."""
        bucket = self.server.buckets[name]
        return sum(cost.of(name) for cost in self.served) / (began_with + bucket.rate * self.last)


def requests_limit(per_minute: int, *, window: float = 60.0, begins_with: float = 1.0, lies: bool = False) -> Server:
    """A server that limits requests alone, over a window in seconds."""
    holds = per_minute * window / 60
    return Server({"requests": Bucket(per_minute, holds, holds * begins_with)}, lies)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("begins", [0.01, 0.3, 1.5])
def test_eight_processes_share_a_limit_by_headers_alone(seed: int, begins: float) -> None:
    """The goal: under 3 % refused at 90 % of what the limit allows, for quick answers and for slow ones."""
    race = Race(requests_limit(400), processes=8, requests=100, begins=begins, seed=seed).run()
    assert len(race.served) == 800
    assert race.share_refused < 0.01
    assert race.used("requests", 400) > 0.92


@pytest.mark.parametrize(("processes", "per_minute", "requests"), [(1, 300, 350), (2, 300, 200), (40, 1_200, 40)])
def test_any_number_of_processes_settles(processes: int, per_minute: int, requests: int) -> None:
    """Alone or forty: nobody knows how many there are, and the limit is used."""
    race = Race(requests_limit(per_minute, begins_with=0.3), processes, requests).run()
    assert race.share_refused < 0.03
    assert race.used("requests", per_minute * 0.3) > 0.9


def test_shares_are_about_equal() -> None:
    """Equal processes end within a quarter of the time of each other; nobody is starved."""
    race = Race(requests_limit(600, begins_with=0.15), processes=8, requests=80).run()
    first, *_, last = sorted(racer.ended for racer in race.racers)
    assert first > 0.75 * last


@pytest.mark.parametrize("sizes", [(2_500,), (500, 1_000, 6_000)])
def test_a_limit_on_tokens_is_shared_as_well(sizes: tuple[int, ...]) -> None:
    """Requests of equal and of very unequal size."""
    server = Server({"requests": Bucket(4_000, 4_000, 4_000), "input-tokens": Bucket(1_000_000, 1_000_000, 1_000_000)})
    race = Race(server, processes=8, requests=100, sizes=lambda chance: chance.choice(sizes)).run()
    assert race.share_refused < 0.03
    assert race.used("input-tokens", 1_000_000) > 0.88


def test_a_limit_over_a_second_is_noticed_and_used() -> None:
    """A reserve of a minute's tenth would be more than the bucket ever holds."""
    race = Race(requests_limit(600, window=1.0), processes=1, requests=300).run()
    assert race.refused == 0
    assert race.used("requests", 10) > 0.9
    crowd = Race(requests_limit(600, window=1.0), processes=8, requests=80).run()
    assert crowd.share_refused < 0.25, "64 requests at once meet a bucket of ten"
    assert crowd.used("requests", 10) > 0.9


@pytest.mark.parametrize("begins", [0.05, 0.5])
def test_a_limit_over_ten_seconds_is_shared_as_well_as_one_over_a_minute(begins: float) -> None:
    """The reserve is at least two seconds of the refill, since news is always a little late."""
    race = Race(requests_limit(1_200, window=10.0), processes=8, requests=100, begins=begins).run()
    assert race.share_refused < 0.01
    assert race.used("requests", 200) > 0.92


def test_a_limit_that_shows_in_no_header_is_found_by_trying() -> None:
    """Where headers promise a minute's room and a second's is enforced, only refusals tell."""
    race = Race(requests_limit(600, window=1.0, lies=True), processes=8, requests=80).run()
    assert len(race.served) == 640
    assert race.share_refused < 0.3
    assert race.used("requests", 10) > 0.8


def test_a_bucket_found_empty_is_waited_for() -> None:
    """Another job has just used it up: the first requests are refused, and hardly any after them."""
    race = Race(requests_limit(400, begins_with=0.0), processes=8, requests=40).run()
    assert race.refused <= 8 * 4 + 8
    assert race.used("requests", 0) > 0.85
