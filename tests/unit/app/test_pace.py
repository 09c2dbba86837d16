"""The layer that waits: what it takes a request for, what it passes on, what it says and counts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.app.limiter import Limiter
from bot.app.meter import Meter
from bot.app.pace import Pace
from bot.app.retry import Retry, RetryPolicy
from bot.core.calls import ANTHROPIC, ModelAnswer, ModelRequest
from bot.core.failure import RULES, FailureKind
from bot.core.progress import Waiting
from bot.core.receipt import PacingFacts, RouteFacts
from bot.core.traffic import Flow, Route
from bot.core.usage import Usage
from bot.errors import CallFailed
from tests.fakes import PLAIN, FakeClock, Vendor, Watcher, a_request, an_answer, rate_headers

FOREVER = 1e9


@dataclass
class Bench:
    """The pace around a vendor that fails in turn with `failures` and then answers."""

    failures: list[CallFailed] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)
    watcher: Watcher = field(default_factory=Watcher)
    answer: ModelAnswer = field(default_factory=an_answer)

    def __post_init__(self) -> None:
        self.limiter = Limiter(self.clock, 8, draw=lambda: 0.5)
        self.meter = Meter(self.clock, "shop/web")
        self.vendor = Vendor(self._act)
        self.pace = Pace(self.vendor, {ANTHROPIC: self.limiter}, self.meter, self.clock, self.watcher)

    def _act(self, _: ModelRequest) -> ModelAnswer:
        if self.failures:
            raise self.failures.pop(0)
        return self.answer

    def ask(self, request: ModelRequest | None = None) -> ModelAnswer:
        """Ask once."""
        return self.pace.ask(request or a_request(), lambda: None)

    def ask_in_vain(self) -> CallFailed:
        """Ask, and give the failure."""
        with pytest.raises(CallFailed) as failed:
            self.ask()
        return failed.value

    def retrying(self, deadline: float = FOREVER, **policy: float) -> Retry:
        """The two layers as the stack has them."""
        return Retry(self.pace, RetryPolicy(**policy), self.clock, self.watcher, deadline)  # type: ignore[arg-type]


def refused(retry_after: float | None = 7.0) -> CallFailed:
    """A 429."""
    return CallFailed(FailureKind.RATE_LIMITED, "429", retry_after=retry_after)


def test_an_answer_passes_unchanged() -> None:
    """And its beginning is announced once."""
    bench, begun = Bench(), list[bool]()
    assert bench.pace.ask(a_request(), lambda: begun.append(True)) == an_answer()
    assert begun == [True]


@pytest.mark.parametrize("kind", FailureKind)
def test_a_failure_passes_and_only_a_rate_limit_holds(kind: FailureKind) -> None:
    """Spend limits come as 429 too, and are no reason to wait: nobody is held for what does not pass."""
    bench = Bench([CallFailed(kind, RULES[kind].meaning, retry_after=7.0)])
    failed = bench.ask_in_vain()
    assert (failed.kind, failed.held) == (kind, kind is FailureKind.RATE_LIMITED)
    bench.ask()
    assert bench.clock.slept == ([7.5] if kind is FailureKind.RATE_LIMITED else [])


def test_a_crash_gives_its_place_back() -> None:
    """A bug must not narrow the run, too."""

    def crash(_: ModelRequest) -> ModelAnswer:
        raise ZeroDivisionError

    bench = Bench()
    bench.vendor.act = crash
    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            bench.ask()


def test_nobody_waits_twice_for_the_same_retry_after() -> None:
    """The pace holds everybody, so the retry goes straight to it: one wait, told once."""
    bench = Bench([refused(7.0)])
    bench.retrying().ask(a_request(), lambda: None)
    assert sum(bench.clock.slept) == 7.5
    assert bench.watcher.events == [Waiting(7.5, f"rate limited (429), nothing is sent to {PLAIN} until then")]


def test_a_refusal_is_an_attempt_as_ever() -> None:
    """Numbered like any other, and no more of them than the policy allows."""
    bench = Bench([refused(1.0) for _ in range(9)])
    with pytest.raises(CallFailed):
        bench.retrying(attempts=4).ask(a_request(), lambda: None)
    assert [request.attempt for request in bench.vendor.requests] == [1, 2, 3, 4]


def test_a_server_that_asks_for_too_long_is_not_asked_again() -> None:
    """The hold does not lift the cap on what a retry obeys."""
    bench = Bench([refused(120.1)])
    with pytest.raises(CallFailed) as failed:
        bench.retrying().ask(a_request(), lambda: None)
    assert failed.value.kind is FailureKind.RATE_LIMITED
    assert len(bench.vendor.requests) == 1


def test_a_hold_past_the_deadline_is_not_begun() -> None:
    """The failure stands at once, as without the hold."""
    bench = Bench([refused(30.0)])
    with pytest.raises(CallFailed) as failed:
        bench.retrying(deadline=20.0).ask(a_request(), lambda: None)
    assert failed.value.kind is FailureKind.RATE_LIMITED
    assert bench.clock.slept == []


def test_headers_are_heeded() -> None:
    """A limit that is nearly used up delays the next request, in plain words."""
    bench = Bench()
    bench.limiter.heard(PLAIN, rate_headers(limit=60, remaining=0))
    bench.ask()
    assert sum(bench.clock.slept) > 0.5
    assert [event.why for event in bench.watcher.events if isinstance(event, Waiting)] == [
        f"the rate limit of {PLAIN} is nearly used up"
    ]


def costs(bench: Bench, *requests: ModelRequest, limit: int = 600_000) -> list[float]:
    """What each request takes of the input tokens, as the level shows."""
    found = []
    for request in requests:
        bench.limiter.heard(PLAIN, rate_headers("input-tokens", limit=limit, remaining=limit))
        bench.ask(request)
        bucket = bench.limiter._queue(PLAIN).lane._buckets["input-tokens"]
        found.append(limit - bucket.level)
    return found


def test_a_prefix_costs_only_whoever_writes_it() -> None:
    """Cache reads do not count against the limit, so only the leader pays for 9,000 tokens; 300 bytes are a hunk."""
    cached = a_request(cache_ttl="5m", prefix_tokens=9_000, hunks=("x" * 300,))
    other = replace(cached, facts="other facts")
    assert costs(Bench(), cached, cached, other) == [9_100, 100, 9_100]


def test_without_a_cache_the_prefix_costs_every_time() -> None:
    """Nothing is read where nothing was written."""
    plain = a_request(prefix_tokens=9_000, hunks=("x" * 300,))
    assert costs(Bench(), plain, plain) == [9_100, 9_100]


def test_output_is_expected_as_it_was() -> None:
    """Never at all of max_tokens."""
    bench = Bench(answer=an_answer(input_tokens=1, output_tokens=200))
    for _ in range(40):
        bench.ask()
    assert bench.limiter.expected_output(PLAIN) == pytest.approx(200, abs=5)


def test_everything_is_counted() -> None:
    """By model, endpoint and repository; cache reads are no part of what counts against a limit."""
    usage = Usage(input_tokens=100, cache_write_5m_tokens=30, cache_read_tokens=5_000, output_tokens=20)
    bench = Bench([refused(7.0)], answer=replace(an_answer(), usage=usage))
    bench.retrying().ask(a_request(), lambda: None)
    assert bench.meter.last_minute() == {Route(PLAIN, "messages", "shop/web"): Flow(2, 130, 20, 1)}
    assert bench.meter.facts() == PacingFacts(
        requests_per_minute_peak=2,
        waits=1,
        waited_ms=7500,
        rate_limited=1,
        by=(RouteFacts(PLAIN, "messages", "shop/web", 2, 130, 20, 1, 2, 130, 20),),
    )


def test_the_same_reason_is_not_told_before_every_request() -> None:
    """A run that is paced waits hundreds of times; a log wants one line now and then."""
    bench = Bench()
    bench.limiter.heard(PLAIN, rate_headers(limit=60, remaining=1))
    for _ in range(12):
        bench.ask()
    told = [event for event in bench.watcher.events if isinstance(event, Waiting)]
    assert 1 <= len(told) <= 1 + bench.clock.monotonic() / 10
    assert bench.meter.facts().waits > len(told)
