"""Promise 1: at every instant, settled + reserved <= budget, whatever fails and however many ask at once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.breaker import Breaker
from bot.app.elsewhere import Station
from bot.app.failover import Failover
from bot.app.guard import Guard
from bot.app.lead import Leads
from bot.app.options import Options
from bot.app.retry import Retry, RetryPolicy
from bot.app.tiers import tier_models
from bot.core.breaker import BreakerPolicy
from bot.core.budget import Amount, Budget, Limits, worst_case
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.chain import Link, ProviderKind
from bot.core.excerpt import Tier
from bot.core.failure import RULES, Billing, FailureKind
from bot.core.pricing import Tariff
from bot.core.usage import Usage
from bot.errors import CallFailed
from bot.ports import Provider
from tests.fakes import PLAIN, PRICES, FakeClock, NoCounter, Watcher, a_request, an_answer

FAILURES = [kind for kind, rule in RULES.items() if rule.retry]


class WatchedBudget(Budget):
    """A budget that checks the promise after every step, under the guard's own lock."""

    steps = 0

    def _check(self) -> None:
        type(self).steps += 1
        committed = self.committed
        assert self.limits.tokens is None or committed.tokens <= self.limits.tokens
        assert self.limits.usd is None or committed.usd <= self.limits.usd
        assert self.reserved.tokens >= 0
        assert self.open >= 0

    def reserve(self, amount: Amount) -> bool:
        done = super().reserve(amount)
        self._check()
        return done

    def settle(self, reserved: Amount, actual: Amount) -> None:
        super().settle(reserved, actual)
        self._check()

    def forfeit(self, reserved: Amount) -> None:
        super().forfeit(reserved)
        self._check()

    def release(self, reserved: Amount) -> None:
        super().release(reserved)
        self._check()


class Server:
    """A vendor that bills as a real one may: also for answers that never arrive."""

    def __init__(self, seed: int, failing: float) -> None:
        self._random = random.Random(seed)  # noqa: S311  # a test's dice
        self._failing = failing
        self._lock = threading.Lock()
        self.billed = Amount()

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        begun()
        with self._lock:
            failure = self._random.choice(FAILURES) if self._random.random() < self._failing else None
            usage = Usage(
                input_tokens=self._random.randint(1, 140), output_tokens=self._random.randint(0, request.max_tokens)
            )
            if failure is None or RULES[failure].billing is Billing.UNKNOWN:
                self.billed += Amount(usage.total_tokens, PRICES.cost(request.model, usage, request.tariff))
        if failure is not None:
            raise CallFailed(failure, "the dice say so")
        return an_answer(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)


def ask_all(provider: Provider, requests: int, threads: int) -> None:
    """Ask so many times from so many threads; refusals and failures end a request, nothing else does."""
    waiting = list(range(requests))
    crashes: list[BaseException] = []

    def work() -> None:
        while waiting and not crashes:
            try:
                waiting.pop()
                provider.ask(a_request(), lambda: None)
            except (CallFailed, IndexError):
                continue
            except BaseException as crash:  # noqa: BLE001  # a thread's assertion must reach the test
                crashes.append(crash)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)
    assert not any(worker.is_alive() for worker in workers), "nobody waits for ever"
    if crashes:
        raise crashes[0]


@settings(max_examples=2_000, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    failing=st.sampled_from([0.0, 0.2, 0.6]),
    tokens=st.none() | st.integers(0, 2_000),
    usd=st.none() | st.decimals(0, "0.002", places=6),
    before=st.integers(0, 300),
    requests=st.integers(1, 8),
    threads=st.integers(1, 4),
)
def test_the_budget_holds_at_every_step(
    seed: int, failing: float, tokens: int | None, usd: Decimal | None, before: int, requests: int, threads: int
) -> None:
    """Threads, random failures and random usage never take settled + reserved over a limit, nor the server's bill."""
    earlier = Amount(min(before, tokens or 0), Decimal(0))
    budget = WatchedBudget(Limits(tokens, usd), earlier)
    server = Server(seed, failing)
    clock = FakeClock()
    guard = Guard(server, budget, PRICES, NoCounter(), clock, Watcher())
    ask_all(Retry(guard, RetryPolicy(attempts=4), clock, Watcher(), deadline=1e9), requests, threads)
    check_the_books(guard, budget, server)


def check_the_books(guard: Guard, budget: Budget, server: Server) -> None:
    """Nothing is left open, the server's bill is covered, and the calls add up to what was spent."""
    assert budget.open == 0
    assert budget.reserved == Amount()
    assert server.billed.tokens <= budget.spent.tokens
    assert server.billed.usd <= budget.spent.usd
    calls = guard.calls()
    assert sum((call.cost_usd + call.unsettled_usd for call in calls), Decimal(0)) == budget.spent.usd
    assert sum(call.usage.total_tokens + call.unsettled_tokens for call in calls) == budget.spent.tokens


ELSEWHERE = tuple(
    Link(name, ProviderKind.GATEWAY, dict.fromkeys(Tier, PLAIN), Tariff(factor=Decimal(factor)))
    for name, factor in (("anthropic", "1"), ("dearer", "1.7"), ("cheaper", "0.6"))
)


def chained(inner: Provider, clock: FakeClock, attempts: int = 3) -> Failover:
    """A chain of three whose prices differ, with all layers outside of the guard."""
    breaker = Breaker(inner, BreakerPolicy(failures=2), clock)
    retry = Retry(breaker, RetryPolicy(attempts), clock, Watcher(), deadline=1e9)
    stations = [Station(link.name, tier_models(Options(), link), NoCounter(), PRICES) for link in ELSEWHERE]
    return Failover(retry, stations, Leads(clock, 20.0), clock, Watcher(), 1e9, 60.0, lambda _: 9)


@settings(max_examples=400, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    failing=st.sampled_from([0.2, 0.6, 0.9]),
    tokens=st.none() | st.integers(0, 3_000),
    usd=st.none() | st.decimals(0, "0.004", places=6),
    requests=st.integers(1, 8),
    threads=st.integers(1, 4),
)
def test_the_budget_holds_with_failover(
    seed: int, failing: float, tokens: int | None, usd: Decimal | None, requests: int, threads: int
) -> None:
    """Whoever is asked in the end, and at whatever price: each attempt reserved what it can cost there."""
    budget, server, clock = WatchedBudget(Limits(tokens, usd)), Server(seed, failing), FakeClock()
    guard = Guard(server, budget, PRICES, NoCounter(), clock, Watcher())
    ask_all(chained(guard, clock), requests, threads)
    check_the_books(guard, budget, server)


def test_failover_inside_the_guard_overspends() -> None:
    """The guard would reserve what the first provider costs, while the second, dearer one is asked."""

    class Dear:
        billed = Decimal(0)

        def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
            if request.provider == "anthropic":
                raise CallFailed(FailureKind.NOT_FOUND, "gone")
            self.billed += worst_case(request, 140, PRICES).usd
            return an_answer(input_tokens=140, output_tokens=request.max_tokens)

    limits, clock = Limits(usd=worst_case(a_request(), 160, PRICES).usd), FakeClock()
    wrong = Dear()
    ask_all(Guard(chained(wrong, clock), Budget(limits), PRICES, NoCounter(), clock, Watcher()), 1, 1)
    assert wrong.billed > (limits.usd or 0)

    right = Dear()
    ask_all(chained(Guard(right, Budget(limits), PRICES, NoCounter(), clock, Watcher()), clock), 1, 1)
    assert right.billed == 0


def losing_every_answer(server: Server) -> Provider:
    """A vendor that bills in full and then loses the connection, always."""

    class Loser:
        def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
            begun()
            worst = worst_case(request, 140, PRICES)
            server.billed += worst
            raise CallFailed(FailureKind.CONNECTION_LOST, "lost")

    return Loser()


def test_the_wrong_order_overspends() -> None:
    """With the guard outside the retries one reservation covers four paid attempts: this is why it stands inside."""
    one = worst_case(a_request(), 156, PRICES)
    limits = Limits(tokens=one.tokens)
    clock = FakeClock()
    policy = RetryPolicy(attempts=4)

    wrong = Server(0, 0)
    budget = Budget(limits)
    retry = Retry(losing_every_answer(wrong), policy, clock, Watcher(), deadline=1e9)
    ask_all(Guard(retry, budget, PRICES, NoCounter(), clock, Watcher()), 1, 1)
    assert wrong.billed.tokens > one.tokens
    assert budget.spent.tokens <= one.tokens, "and it does not even know"

    right = Server(0, 0)
    guard = Guard(losing_every_answer(right), Budget(limits), PRICES, NoCounter(), clock, Watcher())
    ask_all(Retry(guard, policy, clock, Watcher(), deadline=1e9), 1, 1)
    assert 0 < right.billed.tokens <= one.tokens
