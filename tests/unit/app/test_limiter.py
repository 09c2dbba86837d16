"""Who may send next: the order, the bounds of a wait, and the store that is shared."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from bot.app.limiter import Limiter
from bot.core.failure import FailureKind
from bot.core.lane import Ticket, Why
from bot.core.pacing import Cost
from bot.errors import CallFailed, SharedLimitsLost
from bot.ports import SharedLimits
from tests.fakes import FakeClock, rate_headers

MODEL = "claude-haiku-5-5"
COST = Cost(100, 50)
FOREVER = 1e9
RATE_LIMITED = CallFailed(FailureKind.RATE_LIMITED, "429", retry_after=7.0)


@dataclass
class Gate:
    """A limiter, its clock, and what was told of waits."""

    shared: SharedLimits | None = None
    concurrency: int = 8
    clock: FakeClock = field(default_factory=FakeClock)
    told: list[tuple[float, Why]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.limiter = Limiter(self.clock, self.concurrency, self.shared, draw=lambda: 0.5)

    def admit(self, model: str = MODEL, *, rank: int = 0, until: float = FOREVER) -> tuple[Ticket, float]:
        """Wait for a turn."""
        return self.limiter.admit(model, COST, rank, until, lambda seconds, why: self.told.append((seconds, why)))

    @property
    def waiting(self) -> int:
        """So many stand in the queue."""
        return len(self.limiter._queue(MODEL).waiting)

    def hold(self, model: str = MODEL) -> None:
        """Let a request be refused for seven seconds (and the half that is drawn)."""
        ticket, _ = self.admit(model)
        self.limiter.end(model, ticket, RATE_LIMITED)

    def refused_as(self, **how: Any) -> FailureKind:
        """The kind of failure that a wait ends in."""
        with pytest.raises(CallFailed) as failed:
            self.admit(**how)
        return failed.value.kind


def test_nothing_known_means_no_wait() -> None:
    """A server that says nothing of limits is asked at once."""
    gate = Gate()
    assert gate.admit()[1] == 0.0
    assert gate.told == []
    assert gate.clock.slept == []


def test_a_hold_is_waited_for_and_told() -> None:
    """Once, with the seconds and the reason."""
    gate = Gate()
    gate.hold()
    _, held = gate.admit()
    assert gate.told == [(7.5, Why.HOLD)]
    assert held == gate.clock.monotonic() == 7.5


def test_a_hold_is_for_one_class_of_models() -> None:
    """Another class has limits of its own; another model of the same class has not."""
    gate = Gate()
    gate.hold("claude-haiku-5-5")
    assert gate.admit("claude-sonnet-5-5")[1] == 0.0
    assert gate.admit("us.anthropic.claude-haiku-4-5-v1:0")[1] == 7.5


def test_a_nearly_empty_bucket_is_paced() -> None:
    """The headers of any response count, an error's too."""
    gate = Gate()
    gate.limiter.heard(MODEL, rate_headers(limit=600, remaining=0))
    _, held = gate.admit()
    assert held > 0
    assert {why for _, why in gate.told} == {Why.LIMIT}


def test_a_wait_never_outlasts_the_run() -> None:
    """A hold that ends after it is not begun; a wait for room ends with it."""
    gate = Gate()
    gate.hold()
    assert gate.refused_as(until=7.0) is FailureKind.DEADLINE
    assert gate.clock.monotonic() == 0.0
    gate = Gate()
    gate.limiter.heard(MODEL, rate_headers(limit=60, remaining=0))
    assert gate.refused_as(until=0.3) is FailureKind.DEADLINE
    assert gate.clock.monotonic() == pytest.approx(0.3)


def test_a_limiter_that_is_closed_lets_nobody_through() -> None:
    """Whoever comes later is sent away as well."""
    gate = Gate()
    gate.limiter.close()
    assert gate.refused_as() is FailureKind.STOPPED


def ended(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """A thread that works, and what it ended with."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(work())
        except CallFailed as failed:
            results.append(failed.kind)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, results


class Patient(FakeClock):
    """A clock in which no time passes: a wait ends only when somebody tells."""

    def wait(self, until_told: Any, seconds: float) -> None:
        until_told.wait(10)


def test_an_interrupt_ends_every_wait_at_once() -> None:
    """However long it would have been: the one at the head and those behind it."""
    gate = Gate(clock=Patient())
    gate.hold()
    waiting = [ended(gate.admit) for _ in range(3)]
    began = time.monotonic()
    gate.limiter.close()
    for thread, results in waiting:
        thread.join(5)
        assert results == [FailureKind.STOPPED]
    assert time.monotonic() - began < 5


def test_turns_go_by_rank_and_then_by_arrival() -> None:
    """What matters most is asked first, whoever came first."""
    gate = Gate(concurrency=1, clock=Patient())
    ticket, _ = gate.admit()
    order: list[int] = []
    lock = threading.Lock()

    def take(rank: int) -> None:
        mine, _ = gate.admit(rank=rank)
        with lock:
            order.append(rank)
        gate.limiter.end(MODEL, mine, 10)

    threads = []
    for rank in (3, 1, 2):
        threads.append(ended(partial(take, rank))[0])
        wait_for(lambda: gate.waiting == len(threads))
    gate.limiter.end(MODEL, ticket, 10)
    for thread in threads:
        thread.join(5)
    assert order == [1, 2, 3]


def wait_for(true: Callable[[], bool]) -> None:
    """Wait for other threads, not for long."""
    end = time.monotonic() + 5
    while not true() and time.monotonic() < end:
        time.sleep(0.001)


def test_the_end_of_an_attempt_makes_room() -> None:
    """An answer, a failure and a crash alike: a slot that is lost narrows the run for good."""
    gate = Gate(concurrency=1)
    for ending in (10, CallFailed(FailureKind.CONNECTION_LOST, "cut"), None):
        ticket, _ = gate.admit()
        gate.limiter.end(MODEL, ticket, ending)
    assert gate.admit()


@dataclass
class Store:
    """SharedLimits that answers what it is told to."""

    waits: list[float]
    lost: bool = False
    asked: list[tuple[str, dict[str, int], Cost]] = field(default_factory=list)

    def take(self, model_class: str, limits: Mapping[str, int], cost: Cost) -> float:
        self.asked.append((model_class, dict(limits), cost))
        if self.lost:
            raise SharedLimitsLost("The database is away.", next_step="Look for it.")
        return self.waits.pop(0) if self.waits else 0.0

    def close(self) -> None:
        pass


def test_what_is_sent_is_taken_from_the_shared_buckets() -> None:
    """With the limits that headers told of; a wait there is a wait here."""
    store = Store([1.5, 0.5])
    gate = Gate(store)
    gate.limiter.heard(MODEL, rate_headers(limit=600, remaining=600))
    _, held = gate.admit()
    assert held == 2.0
    assert store.asked == [("haiku", {"requests": 600}, COST)] * 3
    assert gate.told == [(1.5, Why.LIMIT), (0.5, Why.LIMIT)]


def test_a_store_that_is_away_costs_a_sentence() -> None:
    """Headers alone from then on: it is not asked again, and the receipt says so once."""
    store = Store([], lost=True)
    gate = Gate(store)
    gate.admit()
    gate.admit()
    assert len(store.asked) == 1
    assert gate.limiter.notes == ["The database is away. Look for it."]


def test_a_wait_for_the_store_ends_with_the_run() -> None:
    """It is bounded like every other wait."""
    assert Gate(Store([100.0] * 10)).refused_as(until=5.0) is FailureKind.DEADLINE
