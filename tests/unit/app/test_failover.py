"""Whom the layer asks when somebody fails, what it remembers of it, and when it comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from bot.app.guard import Guard
from bot.core.budget import Budget, Limits, worst_case
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import RULES, FailureKind
from bot.core.progress import Event, Switched, Waiting
from bot.errors import CallFailed
from tests.fakes import FakeClock, NoCounter, Watcher, an_answer
from tests.unit.app.chains import AWS, CHAIN, HOME, PRICES, Bench, World, ending, home_request

ELSEWHERE = [kind for kind, rule in RULES.items() if rule.fails_over]
NOWHERE = [kind for kind, rule in RULES.items() if not rule.fails_over]
DOWN = FailureKind.OVERLOADED


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_what_the_table_sends_elsewhere_is_answered_there(kind: FailureKind) -> None:
    """In the second's own terms: its name, its model, its price."""
    world = World({"home": kind})
    bench = Bench(world)
    assert ending(bench.bare()) is None
    assert world.asked() == ["home", "aws"]
    there = world.requests[-1]
    assert (there.model, there.tariff) == ("eu.anthropic.claude-sonnet-5-5", AWS.tariff)
    assert bench.watcher.events == [Switched("home", "aws", kind.value)]


@pytest.mark.parametrize("kind", NOWHERE)
def test_what_it_does_not_is_asked_nowhere_else(kind: FailureKind) -> None:
    """A spend limit above all: going elsewhere behind it would be a surprise bill."""
    world = World({"home": kind})
    assert ending(Bench(world).bare()) is kind
    assert world.asked() == ["home"]


def test_retries_come_before_a_switch() -> None:
    """The second provider is asked once the first has had its attempts, and attempts are counted on."""
    world = World({"home": FailureKind.RATE_LIMITED})
    bench = Bench(world, attempts=4)
    assert ending(bench.whole()) is None
    assert world.asked() == ["home"] * 4 + ["aws"]
    assert [request.attempt for request in world.requests] == [1, 2, 3, 4, 5]


def test_an_open_breaker_is_not_waited_for_where_there_is_another() -> None:
    """Five failures in a row are enough for all requests; those behind them are sent on at once."""
    world = World({"home": DOWN})
    bench = Bench(world)
    stack = bench.whole()
    assert [ending(stack) for _ in range(10)] == [None] * 10
    assert world.asked().count("home") == 5
    assert bench.switches() == [("home", "aws")]


def test_the_last_of_the_chain_is_asked_too() -> None:
    """And the failure that is raised is the one that does not end the run, if there is such a one."""
    world = World({"home": FailureKind.NOT_PERMITTED, "aws": DOWN})
    assert ending(Bench(world).bare()) is None
    assert world.asked() == ["home", "aws", "gateway"]
    world.moods["gateway"] = FailureKind.NOT_FOUND
    assert ending(Bench(world).bare()) is DOWN


def test_a_key_that_is_refused_is_not_tried_again() -> None:
    """One refusal is enough; the other models of that provider are still asked."""
    world = World({"home": FailureKind.NOT_PERMITTED})
    bench = Bench(world)
    failover = bench.bare()
    assert [ending(failover) for _ in range(5)] == [None] * 5
    assert world.asked() == ["home", *["aws"] * 5]
    assert bench.switches() == [("home", "aws")]


def test_where_every_key_is_refused_the_run_ends() -> None:
    """The reason comes out each time, without asking again."""
    world = World(dict.fromkeys(("home", "aws", "gateway"), FailureKind.NOT_PERMITTED))
    failover = Bench(world).bare()
    assert [ending(failover) for _ in range(3)] == [FailureKind.NOT_PERMITTED] * 3
    assert len(world.requests) == 3


def test_it_returns_to_the_first_when_that_answers_again() -> None:
    """The breaker's probe is a request like any other, and its answer brings all others back."""
    world = World({"home": DOWN})
    bench = Bench(world)
    stack = bench.whole()
    ending(stack)
    del world.moods["home"]
    assert ending(stack) is None
    assert world.asked()[-1] == "aws", "the probe is not due yet"
    bench.clock.sleep(3.0)
    assert [ending(stack) for _ in range(3)] == [None] * 3
    assert world.asked()[-3:] == ["home"] * 3
    assert bench.switches() == [("home", "aws"), ("aws", "home")]


def test_a_look_that_finds_it_down_costs_no_request() -> None:
    """Whoever looks is answered elsewhere; nobody looks again before the time."""
    world = World({"home": DOWN})
    bench = Bench(world)
    stack = bench.whole()
    ending(stack)
    bench.clock.sleep(3.0)
    assert [ending(stack) for _ in range(5)] == [None] * 5
    assert world.asked().count("home") == 6, "one probe"
    assert bench.switches() == [("home", "aws")]


def test_one_looks_at_a_time() -> None:
    """While a probe waits for its answer the others are asked where they were."""
    held, looking = threading.Event(), threading.Event()

    class Slow(World):
        def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
            if request.provider == "home" and "home" not in self.moods:
                looking.set()
                assert held.wait(10)
            return super().ask(request, begun)

    world = Slow({"home": DOWN})
    bench = Bench(world)
    failover = bench.bare()
    ending(failover)
    del world.moods["home"]
    bench.clock.sleep(31.0)
    probe = threading.Thread(target=ending, args=(failover,))
    probe.start()
    assert looking.wait(10)
    assert ending(failover) is None
    assert world.asked()[-1] == "aws"
    held.set()
    probe.join(10)
    assert ending(failover) is None
    assert world.asked()[-1] == "home"


def test_nobody_goes_back_to_a_cold_cache_for_the_last_requests() -> None:
    """Three requests are left, and the first provider's cache is long gone: writing it anew would not pay."""
    world = World({})
    bench = Bench(world)
    failover = bench.bare()
    ending(failover)
    world.moods["home"] = DOWN
    ending(failover)
    del world.moods["home"]
    bench.clock.sleep(600.0)
    bench.unfinished = 3
    ending(failover)
    assert world.asked()[-1] == "aws"
    bench.unfinished = 100
    ending(failover)
    assert world.asked()[-1] == "home"


def is_a_wait_of(seconds: float, event: Event) -> bool:
    """Whether it is one for a provider that is down."""
    return isinstance(event, Waiting) and event.why == "unavailable" and event.seconds == pytest.approx(seconds)


def test_a_short_wait_beats_a_large_cold_cache() -> None:
    """The first has 500,000 tokens of prefix in its cache and is back in two seconds."""
    world = World({})

    class Mending(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if seconds == pytest.approx(2.0):  # a difference of clock readings
                world.moods.clear()

    bench = Bench(world, clock=Mending())
    stack = bench.whole()
    large = home_request(prefix_tokens=500_000)
    assert ending(stack, large) is None
    world.moods["home"] = DOWN
    assert ending(stack, large) is None
    assert set(world.asked()) == {"home"}
    assert any(is_a_wait_of(2.0, event) for event in bench.watcher.events)


def test_one_provider_alone_is_waited_for() -> None:
    """A storm of half a minute with nobody else to ask ends in an answer."""
    world = World({"home": DOWN})
    bench = Bench(world, chain=(HOME,))

    class Passing(World):
        def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
            if bench.clock.monotonic() > 30.0:
                self.moods.clear()
            return super().ask(request, begun)

    bench.world = Passing({"home": DOWN})
    assert ending(bench.whole()) is None
    assert bench.switches() == []
    assert any(is_a_wait_of(2.0, event) for event in bench.watcher.events)


def test_an_outage_is_not_waited_for_for_ever() -> None:
    """After two minutes of silence from everybody requests are given up at once, each by its own reason."""
    world = World(dict.fromkeys(("home", "aws", "gateway"), DOWN))
    bench = Bench(world)
    stack = bench.whole()
    assert ending(stack) is FailureKind.UNAVAILABLE
    assert 60.0 < bench.clock.monotonic() < 240.0
    before = bench.clock.monotonic()
    assert [ending(stack) for _ in range(5)] == [FailureKind.UNAVAILABLE] * 5
    assert bench.clock.monotonic() - before < 60.0


@pytest.mark.parametrize("chain", [CHAIN, CHAIN[:1]])
def test_no_wait_outlasts_the_run(chain: tuple[object, ...]) -> None:
    """What is not answered by the deadline is given up before it."""
    world = World(dict.fromkeys(("home", "aws", "gateway"), DOWN))
    bench = Bench(world, chain=chain, deadline=20.0)  # type: ignore[arg-type]  # a slice of the chain
    assert ending(bench.whole()) in {FailureKind.UNAVAILABLE, FailureKind.DEADLINE, DOWN}
    assert bench.clock.monotonic() <= 20.0


def test_an_interrupt_ends_a_wait() -> None:
    """A clock that wakes early has been stopped: nothing more is asked, and nothing spins."""

    class Stopped(FakeClock):
        def sleep(self, seconds: float) -> None:
            self.slept.append(seconds)

    world = World({"home": FailureKind.UNAVAILABLE}, retry_after=5.0)
    bench = Bench(world, chain=(HOME,), clock=Stopped())
    assert ending(bench.bare()) is FailureKind.STOPPED
    assert len(world.requests) == 1


def test_the_budget_holds_at_the_dearer_provider() -> None:
    """What fits at the first's price need not fit at the second's: then it is left out for money, and not sent."""
    at_home = home_request(cache_ttl=None)
    budget = Budget(Limits(usd=worst_case(at_home, 5_056, PRICES).usd))
    world = World({"home": DOWN})
    guard = Guard(world, budget, PRICES, NoCounter(), FakeClock(), Watcher())
    request = home_request(cache_ttl=None, least_output_tokens=5_000)
    assert ending(Bench(guard).bare(), request) is FailureKind.BUDGET_USD
    assert world.asked() == ["home"]
    assert budget.reserved.usd == budget.spent.usd == 0


class Cold:
    """A provider whose cache is written by who finds it cold; counts who did. Answers begin when they are let."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.cold: list[str] = []
        self.warm: set[str] = set()
        self.uncached = 0
        self._lock = threading.Lock()

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        if request.provider == "home":
            raise CallFailed(FailureKind.UNAVAILABLE, "down", retry_after=5.0)
        with self._lock:
            self.uncached += request.cache_ttl is None
            if request.cache_ttl and request.provider not in self.warm:
                self.cold.append(request.provider)
        assert self.let.wait(10)
        with self._lock:
            self.warm.add(request.provider)
        begun()
        return an_answer()


def test_of_many_that_switch_at_once_one_pays_for_the_cache() -> None:
    """The others wait until its answer begins."""
    cold = Cold()
    failover = Bench(cold).bare()
    threads = [threading.Thread(target=ending, args=(failover,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    cold.let.set()
    for thread in threads:
        thread.join(10)
    assert cold.cold == ["aws"]


def test_the_last_request_writes_no_cache_elsewhere() -> None:
    """Nobody would read it."""
    cold = Cold()
    cold.let.set()
    bench = Bench(cold, unfinished=1)
    assert ending(bench.bare()) is None
    assert (cold.cold, cold.uncached) == ([], 1)
