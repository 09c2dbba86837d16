"""What is tried again, when, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from bot.app.retry import Retry, RetryPolicy
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import RULES, FailureKind
from bot.core.progress import Waiting
from bot.errors import CallFailed
from tests.fakes import FakeClock, Vendor, Watcher, a_request, an_answer

RETRIED = [kind for kind, rule in RULES.items() if rule.retry]
FINAL = [kind for kind, rule in RULES.items() if not rule.retry]
FOREVER = 1e9


def failing(*failures: CallFailed) -> Vendor:
    """A vendor that fails so often and then answers."""
    left = list(failures)

    def act(_: ModelRequest) -> ModelAnswer:
        if left:
            raise left.pop(0)
        return an_answer()

    return Vendor(act)


def always(kind: FailureKind, retry_after: float | None = None) -> Vendor:
    """A vendor that never answers."""

    def act(_: ModelRequest) -> ModelAnswer:
        raise CallFailed(kind, "again", retry_after=retry_after)

    return Vendor(act)


@dataclass
class Bench:
    """A retry layer with all that it touches."""

    vendor: Vendor
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    deadline: float = FOREVER
    clock: FakeClock = field(default_factory=FakeClock)
    watcher: Watcher = field(default_factory=Watcher)

    def ask(self, begun: Callable[[], None] = lambda: None) -> ModelAnswer:
        """Ask once through the layer."""
        return Retry(self.vendor, self.policy, self.clock, self.watcher, self.deadline).ask(a_request(), begun)

    def ask_in_vain(self) -> FailureKind:
        """Ask, and give the kind of the failure."""
        with pytest.raises(CallFailed) as failed:
            self.ask()
        return failed.value.kind


@pytest.mark.parametrize("kind", RETRIED)
def test_what_may_pass_is_tried_again(kind: FailureKind) -> None:
    """One failure of these kinds costs a wait and no review."""
    bench = Bench(failing(CallFailed(kind, "once")))
    assert bench.ask() == an_answer()
    assert len(bench.vendor.requests) == 2
    assert bench.watcher.events == [Waiting(bench.clock.slept[0], kind.value)]


@pytest.mark.parametrize("kind", FINAL)
@pytest.mark.parametrize("retry_after", [None, 0.0, 1.0])
def test_what_cannot_pass_is_never_tried_again(kind: FailureKind, retry_after: float | None) -> None:
    """Spend limits above all: not even a polite retry-after makes another attempt worth it."""
    bench = Bench(always(kind, retry_after))
    assert bench.ask_in_vain() is kind
    assert len(bench.vendor.requests) == 1
    assert bench.clock.slept == []


def test_a_bug_is_not_retried() -> None:
    """A retry around every exception turns each bug into eight."""

    def crash(_: ModelRequest) -> ModelAnswer:
        raise ZeroDivisionError

    bench = Bench(Vendor(crash))
    with pytest.raises(ZeroDivisionError):
        bench.ask()
    assert len(bench.vendor.requests) == 1


def test_attempts_are_numbered_and_end() -> None:
    """The receipt shows each attempt by its number; after the last one its own failure comes out."""
    bench = Bench(always(FailureKind.OVERLOADED), RetryPolicy(attempts=4))
    assert bench.ask_in_vain() is FailureKind.OVERLOADED
    assert [request.attempt for request in bench.vendor.requests] == [1, 2, 3, 4]
    assert len(bench.clock.slept) == 3, "nobody waits for an attempt that is not made"


def test_each_request_has_attempts_of_its_own() -> None:
    """One layer serves all threads: a bad request must not use up the attempts of the next."""
    bench = Bench(failing(*(CallFailed(FailureKind.OVERLOADED, "again") for _ in range(6))), RetryPolicy(attempts=4))
    retry = Retry(bench.vendor, bench.policy, bench.clock, bench.watcher, FOREVER)
    with pytest.raises(CallFailed):
        retry.ask(a_request(), lambda: None)
    retry.ask(a_request(), lambda: None)
    assert [request.attempt for request in bench.vendor.requests] == [1, 2, 3, 4, 1, 2, 3]


def waits(policy: RetryPolicy, runs: int) -> list[tuple[float, ...]]:
    """What was waited before each attempt, over many runs."""
    found = []
    for _ in range(runs):
        bench = Bench(always(FailureKind.OVERLOADED), policy)
        bench.ask_in_vain()
        found.append(tuple(bench.clock.slept))
    return found


def test_backoff_is_exponential_with_full_jitter() -> None:
    """Each wait is anywhere between nothing and a ceiling that doubles up to the longest wait."""
    ceilings = (1.0, 2.0, 4.0, 5.0, 5.0)
    found = waits(RetryPolicy(attempts=6, first_wait=1.0, longest_wait=5.0), 300)
    for ceiling, slept in zip(ceilings, zip(*found, strict=True), strict=True):
        assert 0 <= min(slept) < ceiling * 0.1, "full jitter reaches down to nothing"
        assert ceiling * 0.9 < max(slept) <= ceiling


@pytest.mark.parametrize("seconds", [0.0, 0.5, 7.0, 120.0])
def test_retry_after_is_honoured(seconds: float) -> None:
    """Never a moment sooner than the server asked, and hardly later."""
    for _ in range(50):
        bench = Bench(failing(CallFailed(FailureKind.RATE_LIMITED, "wait", retry_after=seconds)))
        bench.ask()
        assert seconds <= bench.clock.slept[0] <= seconds + 1


def test_a_retry_after_that_outlasts_the_run_is_not_waited_for() -> None:
    """Coming back sooner would be refused, so the failure stands at once."""
    bench = Bench(always(FailureKind.RATE_LIMITED, 120.1))
    assert bench.ask_in_vain() is FailureKind.RATE_LIMITED
    assert (len(bench.vendor.requests), bench.clock.slept) == (1, [])


def test_nothing_is_tried_that_would_begin_past_the_deadline() -> None:
    """A wait that ends after the run's own end is not begun."""
    bench = Bench(always(FailureKind.RATE_LIMITED, 10.0), deadline=25.0)
    assert bench.ask_in_vain() is FailureKind.RATE_LIMITED
    assert len(bench.vendor.requests) == 3
    assert bench.clock.monotonic() < 25.0


def test_past_the_deadline_nothing_is_asked_at_all() -> None:
    """Jobs still pending then are left out for that reason."""
    bench = Bench(failing(), deadline=0.0)
    assert bench.ask_in_vain() is FailureKind.DEADLINE
    assert bench.vendor.requests == []


@pytest.mark.parametrize("deadline", [FOREVER, 100.0])
def test_an_attempt_knows_its_own_time_and_the_end_of_the_run(deadline: float) -> None:
    """An attempt may take its own time, but never past the end of the run, however long it waited for its turn."""
    bench = Bench(failing(CallFailed(FailureKind.RATE_LIMITED, "wait", retry_after=10.0)), deadline=deadline)
    bench.ask()
    assert [(request.seconds, request.until) for request in bench.vendor.requests] == [(300.0, deadline)] * 2


def test_the_first_event_is_passed_on_by_each_attempt() -> None:
    """Whichever attempt begins has written the prefix."""
    begun = list[bool]()
    Bench(failing(CallFailed(FailureKind.CONNECTION_LOST, "cut"))).ask(lambda: begun.append(True))
    assert begun == [True, True]
