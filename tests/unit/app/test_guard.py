"""The guard around every attempt: who waits, who may go, and what each ending costs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest

from bot.app.guard import Guard, with_margin
from bot.core.budget import Amount, Budget, Limits, worst_case
from bot.core.calls import ModelAnswer, ModelRequest, Outcome
from bot.core.failure import RULES, Billing, FailureKind
from bot.core.progress import AttemptEnded
from bot.core.usage import Usage
from bot.errors import CallFailed
from bot.ports import Provider, TokenCounter
from tests.fakes import PRICES, FakeClock, NoCounter, TableCounter, Vendor, Watcher, a_request, an_answer

BYTES_BOUND = 156
"""a_request by its bytes: 100 tokens of prefix, 40 bytes and 16 of framing."""
ONE = worst_case(a_request(), BYTES_BOUND, PRICES)
SECONDS = 20


class Gate:
    """A vendor that holds every request until it is let go, and says who arrived."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self._open: dict[str, threading.Event] = {}
        self._changed = threading.Condition()

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """Arrive, and wait to be let go."""
        name = request.purpose.why
        with self._changed:
            self.arrived.append(name)
            event = self._open.setdefault(name, threading.Event())
            self._changed.notify_all()
        assert event.wait(SECONDS), "let nobody wait for ever"
        begun()
        return an_answer()

    def let_go(self, name: str) -> None:
        """Answer the request of this name, now or when it arrives."""
        with self._changed:
            self._open.setdefault(name, threading.Event()).set()

    def wait_for(self, name: str) -> None:
        """Wait until the request of this name has arrived."""
        with self._changed:
            assert self._changed.wait_for(lambda: name in self.arrived, SECONDS), f"{name} never arrived"


def a_guard(
    inner: Provider, limits: Limits, counter: TokenCounter | None = None, watcher: Watcher | None = None
) -> tuple[Guard, Budget]:
    """A guard over a fresh budget."""
    budget = Budget(limits)
    return Guard(inner, budget, PRICES, counter or NoCounter(), FakeClock(), watcher or Watcher()), budget


def named(name: str, **changes: object) -> ModelRequest:
    """A small request that can be told apart."""
    request = a_request(**changes)
    return a_request(**{"purpose": type(request.purpose)("standard", name, 1), **changes})


def in_thread(guard: Guard, request: ModelRequest, ended: list[object]) -> threading.Thread:
    """Ask in a thread of its own; `ended` gets the answer or the failure."""

    def work() -> None:
        try:
            ended.append(guard.ask(request, lambda: None))
        except CallFailed as failed:
            ended.append(failed.kind)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def queued(guard: Guard, size: int) -> None:
    """Wait until so many requests stand in line."""
    for _ in range(SECONDS * 100):
        with guard._changed:
            if len(guard._queue) == size:
                return
        threading.Event().wait(0.01)
    pytest.fail(f"the line never was {size} long")


def test_an_answer_is_settled_at_its_usage() -> None:
    """The receipt shows what the vendor's usage says, and the reservation is gone."""
    watcher = Watcher()
    guard, budget = a_guard(Vendor(lambda _: an_answer(input_tokens=90, output_tokens=9)), Limits(), watcher=watcher)
    assert guard.ask(a_request(attempt=3), lambda: None).usage == Usage(90, output_tokens=9)
    (call,) = guard.calls()
    assert (call.outcome, call.attempt, call.request_id) == ("answered", 3, "req_1")
    assert call.cost_usd == Decimal("0.000108")
    assert budget.spent == Amount(99, Decimal("0.000108"))
    assert budget.reserved == Amount()
    assert watcher.events == [AttemptEnded("plain-model", "answered", Decimal("0.000108"))]


@pytest.mark.parametrize("kind", FailureKind)
def test_a_failure_is_charged_as_its_rule_says(kind: FailureKind) -> None:
    """What may have been billed costs its whole reservation, what certainly was not costs nothing."""

    def fail(_: ModelRequest) -> ModelAnswer:
        raise CallFailed(kind, "said the vendor", request_id="req_9")

    guard, budget = a_guard(Vendor(fail), Limits(tokens=10_000))
    with pytest.raises(CallFailed):
        guard.ask(a_request(), lambda: None)
    charged = ONE if RULES[kind].billing is Billing.UNKNOWN else Amount()
    assert budget.spent == charged
    assert budget.open == 0
    (call,) = guard.calls()
    assert (call.outcome, call.request_id, call.cost_usd) == (kind.value, "req_9", Decimal(0))
    assert Amount(call.unsettled_tokens, call.unsettled_usd) == charged


def test_a_crash_of_the_vendor_is_charged_in_full() -> None:
    """Whatever goes wrong after the request left, nobody knows that it was free."""

    def crash(_: ModelRequest) -> ModelAnswer:
        raise RuntimeError("a bug")

    guard, budget = a_guard(Vendor(crash), Limits())
    with pytest.raises(RuntimeError):
        guard.ask(a_request(), lambda: None)
    assert budget.unsettled == ONE
    assert budget.open == 0


def test_whoever_does_not_fit_waits_until_there_is_room() -> None:
    """While others hold reservations, one more may fit later: it waits and is woken by their end."""
    gate, ended = Gate(), list[object]()
    guard, _ = a_guard(gate, Limits(tokens=ONE.tokens + 120))
    first = in_thread(guard, named("first"), ended)
    gate.wait_for("first")
    second = in_thread(guard, named("second"), ended)
    queued(guard, 1)
    assert gate.arrived == ["first"]
    gate.let_go("first")
    gate.let_go("second")
    for thread in (first, second):
        thread.join(SECONDS)
    assert gate.arrived == ["first", "second"]
    assert [type(one) for one in ended] == [ModelAnswer, ModelAnswer]


def test_the_line_is_served_in_order_of_arrival() -> None:
    """A small request never overtakes a large one, or the large one would wait for ever."""
    gate, ended = Gate(), list[object]()
    guard, _ = a_guard(gate, Limits(tokens=2 * ONE.tokens + 200))
    in_thread(guard, named("running"), ended)
    gate.wait_for("running")
    large = named("large", max_tokens=ONE.tokens + 100)
    in_thread(guard, large, ended)
    queued(guard, 1)
    in_thread(guard, named("small"), ended)
    queued(guard, 2)
    assert gate.arrived == ["running"], "the small one would fit, but it is not its turn"
    gate.let_go("running")
    gate.wait_for("large")
    gate.let_go("large")
    gate.wait_for("small")
    gate.let_go("small")
    assert gate.arrived == ["running", "large", "small"]


def test_an_answer_is_shrunk_only_when_nobody_could_free_more() -> None:
    """Less room risks a truncated answer, so it is the last resort, and exactly what is left."""
    vendor = Vendor(lambda _: an_answer(input_tokens=100, output_tokens=1))
    guard, _ = a_guard(vendor, Limits(tokens=ONE.tokens - 20))
    guard.ask(a_request(), lambda: None)
    assert vendor.requests[0].max_tokens == 30


def test_an_answer_is_not_shrunk_while_another_is_open() -> None:
    """The waiting request gets its whole room as soon as the open one turns out cheap."""
    gate, ended = Gate(), list[object]()
    seen = list[int]()

    class Noting:
        def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
            seen.append(request.max_tokens)
            return gate.ask(request, begun)

    guard, _ = a_guard(Noting(), Limits(tokens=2 * ONE.tokens - 20))
    one = in_thread(guard, named("first"), ended)
    gate.wait_for("first")
    two = in_thread(guard, named("second"), ended)
    queued(guard, 1)
    gate.let_go("first")
    gate.let_go("second")
    for thread in (one, two):
        thread.join(SECONDS)
    assert seen == [50, 50]


def test_below_the_least_room_nothing_is_asked() -> None:
    """An answer that must be cut is money for nothing; the limit that stands in the way is named."""
    vendor = Vendor(lambda _: an_answer())
    guard, budget = a_guard(vendor, Limits(tokens=BYTES_BOUND + 9))
    with pytest.raises(CallFailed) as refused:
        guard.ask(a_request(), lambda: None)
    assert refused.value.kind is FailureKind.BUDGET_TOKENS
    in_dollars, _ = a_guard(vendor, Limits(usd=ONE.usd - Decimal("0.000081")))
    with pytest.raises(CallFailed) as refused:
        in_dollars.ask(a_request(), lambda: None)
    assert refused.value.kind is FailureKind.BUDGET_USD
    assert vendor.requests == []
    assert guard.calls() == (), "what was never tried is no attempt"
    assert budget.reserved == Amount()


def test_counting_is_left_out_where_bytes_already_fit() -> None:
    """Counting takes a round trip, so it happens only where it can change the decision."""
    counter = TableCounter({1: 110})
    guard, _ = a_guard(Vendor(lambda _: an_answer()), Limits(tokens=ONE.tokens), counter)
    guard.ask(a_request(), lambda: None)
    assert counter.asked == 0


def test_counting_lets_a_request_through_that_its_bytes_would_not() -> None:
    """Bytes are three or four times the tokens: a tight budget is used to its end."""
    counter = TableCounter({1: 60})
    vendor = Vendor(lambda _: an_answer(input_tokens=60, output_tokens=10))
    guard, budget = a_guard(vendor, Limits(tokens=with_margin(60) + 50), counter)
    guard.ask(a_request(), lambda: None)
    assert counter.asked == 1
    assert vendor.requests[0].max_tokens == 50
    assert not budget.overrun


def test_counting_is_left_out_where_no_count_could_help() -> None:
    """A budget smaller than the prefix is refused at once, without a question."""
    counter = TableCounter({1: 1})
    guard, _ = a_guard(Vendor(lambda _: an_answer()), Limits(tokens=90), counter)
    with pytest.raises(CallFailed):
        guard.ask(a_request(), lambda: None)
    assert counter.asked == 0


def test_a_count_above_the_bytes_is_not_believed() -> None:
    """The margin on a count must not make a request larger than its bytes can be."""
    vendor = Vendor(lambda _: an_answer())
    guard, _ = a_guard(vendor, Limits(tokens=ONE.tokens - 10), TableCounter({1: 10_000}))
    guard.ask(a_request(), lambda: None)
    assert vendor.requests[0].max_tokens == 40


def test_closing_charges_what_is_under_way_and_ignores_late_answers() -> None:
    """After the receipt is written nothing changes it, whatever still arrives."""
    gate, ended = Gate(), list[object]()
    guard, budget = a_guard(gate, Limits())
    thread = in_thread(guard, named("late"), ended)
    gate.wait_for("late")
    guard.close()
    before = guard.calls()
    assert [call.outcome for call in before] == ["stopped"]
    assert budget.unsettled == ONE
    gate.let_go("late")
    thread.join(SECONDS)
    assert guard.calls() == before
    assert budget.spent == ONE
    assert budget.open == 0


@pytest.mark.parametrize("limits", [Limits(), Limits(tokens=0)])
def test_after_closing_nothing_is_asked_or_counted(limits: Limits) -> None:
    """A retry that wakes up late must not send a request that nobody will account for."""
    vendor, counter = Vendor(lambda _: an_answer()), TableCounter({1: 10})
    guard, budget = a_guard(vendor, limits, counter)
    guard.close()
    with pytest.raises(CallFailed) as refused:
        guard.ask(a_request(), lambda: None)
    assert refused.value.kind is FailureKind.STOPPED
    assert (vendor.requests, counter.asked, budget.open) == ([], 0, 0)


def test_admitting_no_more_lets_the_answers_under_way_come_in() -> None:
    """After an interrupt nothing new is paid for, but what is paid for is still read."""
    gate, ended = Gate(), list[object]()
    guard, budget = a_guard(gate, Limits(tokens=ONE.tokens))
    running = in_thread(guard, named("running"), ended)
    gate.wait_for("running")
    waiting = in_thread(guard, named("waiting"), ended)
    queued(guard, 1)
    guard.admit_no_more()
    waiting.join(SECONDS)
    assert ended == [FailureKind.STOPPED]
    gate.let_go("running")
    running.join(SECONDS)
    assert [call.outcome for call in guard.calls()] == ["answered"]
    assert budget.unsettled == Amount()


def test_an_overrun_stops_everything_that_follows() -> None:
    """A server that bills above the bound cannot be trusted with another request."""
    guard, budget = a_guard(Vendor(lambda _: an_answer(input_tokens=5_000, output_tokens=10)), Limits())
    answer = guard.ask(a_request(), lambda: None)
    assert answer.outcome is Outcome.ANSWERED, "it is paid for, so it is used"
    assert budget.overrun
    with pytest.raises(CallFailed) as refused:
        guard.ask(a_request(), lambda: None)
    assert refused.value.kind is FailureKind.OVERRUN


def test_a_refused_request_leaves_the_line() -> None:
    """One that fits nothing must not stand before those that do."""
    guard, _ = a_guard(Vendor(lambda _: an_answer()), Limits(tokens=ONE.tokens))
    with pytest.raises(CallFailed):
        guard.ask(a_request(prefix_tokens=10_000), lambda: None)
    guard.ask(a_request(), lambda: None)


def test_the_first_event_is_passed_on() -> None:
    """The dispatcher's fan-out hangs on it."""
    begun = list[bool]()
    guard, _ = a_guard(Vendor(lambda _: an_answer()), Limits())
    guard.ask(a_request(), lambda: begun.append(True))
    assert begun == [True]
