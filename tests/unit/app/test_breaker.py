"""The breaker's layer: who is kept away, by what, and for whom."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from bot.app.breaker import Breaker
from bot.core.breaker import BreakerPolicy
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import RULES, FailureKind, Sign
from bot.errors import CallFailed
from tests.fakes import FakeClock, a_request, an_answer

POLICY = BreakerPolicy(failures=3, first_pause=5.0)


class Moody:
    """A vendor that answers, or fails as it is told to."""

    def __init__(self) -> None:
        self.kind: FailureKind | None = None
        self.asked: list[str] = []

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        self.asked.append(request.provider)
        if self.kind is not None:
            raise CallFailed(self.kind, "in a mood")
        begun()
        return an_answer()


class Slow:
    """A vendor whose answers begin when they are let."""

    def __init__(self, held: threading.Event, began: threading.Event) -> None:
        self._held, self._began, self.asked = held, began, 0

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        self.asked += 1
        self._began.set()
        assert self._held.wait(10)
        begun()
        return an_answer()


class Crashing:
    """A vendor with a bug."""

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        raise ZeroDivisionError


def outcomes(breaker: Breaker, times: int, **changes: object) -> list[FailureKind | None]:
    """How so many calls end; None for an answer."""
    ends: list[FailureKind | None] = []
    for _ in range(times):
        try:
            breaker.ask(a_request(**changes), lambda: None)
            ends.append(None)
        except CallFailed as failed:
            ends.append(failed.kind)
    return ends


@pytest.mark.parametrize("kind", [kind for kind, rule in RULES.items() if rule.sign is Sign.DOWN])
def test_a_provider_that_is_down_is_left_alone(kind: FailureKind) -> None:
    """After three failures in a row nobody is sent there, and the caller learns when to look again."""
    vendor, clock = Moody(), FakeClock()
    vendor.kind = kind
    breaker = Breaker(vendor, POLICY, clock)
    assert outcomes(breaker, 3) == [kind, kind, FailureKind.UNAVAILABLE], "the third opened it"
    clock.sleep(1.0)
    with pytest.raises(CallFailed) as refused:
        breaker.ask(a_request(), lambda: None)
    assert (refused.value.kind, refused.value.retry_after) == (FailureKind.UNAVAILABLE, 4.0)
    assert refused.value.attempts == 0, "it was not sent"
    assert kind.value in refused.value.message, "it says what opened it"
    assert len(vendor.asked) == 3


@pytest.mark.parametrize("kind", [kind for kind, rule in RULES.items() if rule.sign is not Sign.DOWN])
def test_other_failures_open_nothing(kind: FailureKind) -> None:
    """A rate limit, a bad request or an empty budget is no outage."""
    vendor = Moody()
    vendor.kind = kind
    assert outcomes(Breaker(vendor, POLICY, FakeClock()), 10) == [kind] * 10
    assert len(vendor.asked) == 10


def test_each_provider_and_key_has_its_own() -> None:
    """One that is down says nothing about another."""
    vendor = Moody()
    vendor.kind = FailureKind.OVERLOADED
    breaker = Breaker(vendor, POLICY, FakeClock())
    outcomes(breaker, 4, provider="anthropic/first")
    vendor.kind = None
    assert outcomes(breaker, 1, provider="anthropic/second") == [None]
    assert outcomes(breaker, 1, provider="anthropic/first") == [FailureKind.UNAVAILABLE]


def test_a_probe_s_first_event_lets_the_others_in() -> None:
    """Nobody waits for the whole of its answer."""
    vendor, clock = Moody(), FakeClock()
    vendor.kind = FailureKind.OVERLOADED
    breaker = Breaker(vendor, POLICY, clock)
    outcomes(breaker, 3)
    clock.sleep(POLICY.first_pause)
    vendor.kind = None
    seen: list[FailureKind | None] = []
    breaker.ask(a_request(), lambda: seen.extend(outcomes(breaker, 1)))
    assert seen == [None]


def test_of_many_threads_one_probes() -> None:
    """The thundering herd stays outside until the probe says it may come in."""
    clock, held, began = FakeClock(), threading.Event(), threading.Event()
    vendor = Moody()
    vendor.kind = FailureKind.OVERLOADED
    breaker = Breaker(vendor, POLICY, clock)
    outcomes(breaker, 3)
    clock.sleep(POLICY.first_pause)
    vendor.kind = None

    slow = Slow(held, began)
    breaker._inner = slow
    probe = threading.Thread(target=outcomes, args=(breaker, 1))
    probe.start()
    assert began.wait(10)
    assert outcomes(breaker, 5) == [FailureKind.UNAVAILABLE] * 5
    held.set()
    probe.join(10)
    assert outcomes(breaker, 5) == [None] * 5
    assert slow.asked == 6


def test_a_crash_does_not_keep_the_probe_s_place() -> None:
    """A bug of ours is no sign of the provider, and must not shut it out for good."""
    vendor, clock = Moody(), FakeClock()
    vendor.kind = FailureKind.OVERLOADED
    breaker = Breaker(vendor, POLICY, clock)
    outcomes(breaker, 3)
    clock.sleep(POLICY.first_pause)
    breaker._inner = Crashing()
    with pytest.raises(ZeroDivisionError):
        breaker.ask(a_request(), lambda: None)
    breaker._inner, vendor.kind = vendor, None
    assert outcomes(breaker, 1) == [None]


def test_a_retry_after_outlasts_an_open_breaker() -> None:
    """Who was told to wait for a minute is not told to look again in five seconds."""

    class Asking:
        def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
            raise CallFailed(FailureKind.OVERLOADED, "later", retry_after=60.0)

    breaker = Breaker(Asking(), POLICY, FakeClock())
    outcomes(breaker, 2)
    for _ in range(2):
        with pytest.raises(CallFailed) as failed:
            breaker.ask(a_request(), lambda: None)
        assert (failed.value.kind, failed.value.retry_after) == (FailureKind.UNAVAILABLE, 60.0)
