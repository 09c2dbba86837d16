"""The order of the layers: what it does as it is, and what breaks where it is another."""

from __future__ import annotations

from bot.app.breaker import Breaker
from bot.app.failover import Failover
from bot.app.guard import Guard
from bot.app.options import Options
from bot.app.retry import Retry, RetryPolicy
from bot.app.stack import stack
from bot.core.breaker import BreakerPolicy
from bot.core.budget import Budget, Limits
from bot.core.failure import FailureKind
from bot.ports import Provider
from tests.fakes import FakeClock, NoCounter, Watcher
from tests.unit.app.chains import CHAIN, HOME, PRICES, Bench, World, ending, home_request


def test_the_stack_is_the_one_that_is_promised() -> None:
    """Failover(Retry(Breaker(Guard(vendor)))), a switch and the note of its price included."""
    world, clock, watcher = World({"home": FailureKind.OVERLOADED}), FakeClock(), Watcher()
    guard = Guard(world, Budget(Limits()), PRICES, NoCounter(), clock, watcher)
    options = Options(models=HOME.models, providers=CHAIN)
    whole = stack(guard, options, PRICES, NoCounter(), clock, watcher, 1e9, lambda _: 100)
    assert layers(whole) == [Failover, Retry, Breaker, Guard, World]
    assert [ending(whole) for _ in range(3)] == [None] * 3
    calls = guard.calls()
    assert [call.provider for call in calls] == ["home"] * 5 + ["aws"] * 3
    assert [call.attempt for call in calls] == [1, 2, 3, 4, 5, 6, 1, 1]
    assert {call.tariff.platform for call in calls[5:]} == {"aws"}


def layers(provider: Provider) -> list[type]:
    """The classes from the outside in."""
    found = [type(provider)]
    while (inner := getattr(provider, "_inner", None)) is not None:
        provider = inner
        found.append(type(provider))
    return found


def test_a_breaker_outside_the_retries_is_blind() -> None:
    """It would see one failure where eight were made: a provider that is down is asked forty times, not five."""
    clock = FakeClock()
    policy, retries = BreakerPolicy(), RetryPolicy()

    hammered = World({"home": FailureKind.OVERLOADED})
    wrong = Breaker(Retry(hammered, retries, clock, Watcher(), 1e9), policy, clock)
    for _ in range(10):
        ending(wrong)
    assert len(hammered.requests) == retries.attempts * policy.failures

    spared = World({"home": FailureKind.OVERLOADED})
    right = Retry(Breaker(spared, policy, FakeClock()), retries, FakeClock(), Watcher(), 1e9)
    for _ in range(10):
        ending(right)
    assert len(spared.requests) <= policy.failures + 1


def test_failover_inside_the_retries_never_retries() -> None:
    """The first 429 would send the request, and its cold cache, to another provider."""
    clock = FakeClock()
    world = World({"home": FailureKind.RATE_LIMITED})
    bench = Bench(world, clock=clock)
    wrong = Retry(bench.bare(), RetryPolicy(), clock, Watcher(), 1e9)
    ending(wrong)
    assert world.asked() == ["home", "aws"]

    world.requests.clear()
    ending(Bench(world, clock=FakeClock()).whole(), home_request())
    assert world.asked() == ["home"] * 8 + ["aws"]
