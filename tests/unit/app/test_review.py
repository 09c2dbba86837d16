"""Whole reviews against a vendor that does what a test wants: what is found, what is left out, what was paid."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.app.retry import RetryPolicy
from bot.core.budget import Amount, Limits
from bot.core.calls import ModelAnswer, ModelRequest, Outcome
from bot.core.choose import RequestSizes
from bot.core.excerpt import SkipReason, Tier
from bot.core.failure import RULES, Billing, FailureKind
from bot.core.finding import Severity
from bot.core.progress import AttemptEnded, BatchEnded, PlanMade
from bot.core.receipt import Receipt, Status
from bot.core.route import Routing
from bot.core.status import exit_code
from bot.core.usage import Usage
from bot.errors import CallFailed
from bot.ports import Waitable
from tests.fakes import FakeClock, TableCounter, Vendor, Watcher
from tests.unit.app.runs import (
    CHEAP,
    STANDARD,
    Room,
    Slow,
    a_change,
    a_finding,
    answering,
    counted,
    markers_in,
    said,
    some_options,
)
from tests.unit.core.changes import diff, hunk, modified

COST = Decimal("0.00104")
"""What `said` costs on the standard model."""
ALL_IN_ONE = RequestSizes()


def failing(kind: FailureKind) -> Callable[[ModelRequest], ModelAnswer]:
    """A vendor that never answers."""

    def act(_: ModelRequest) -> ModelAnswer:
        raise CallFailed(kind, "so it is")

    return act


def reasons(receipt: Receipt) -> list[SkipReason]:
    """Why each thing was left out."""
    return [one.skipped.reason for one in receipt.coverage.skipped]


class Counting:
    """A counter of a prefix of 900 tokens and 50 a hunk."""

    def count(self, request: ModelRequest) -> int | None:
        """The size."""
        return 900 + 50 * len(request.hunks)


def check(receipt: Receipt) -> None:
    """What holds for every receipt, whatever happened."""
    assert counted(receipt.coverage) == receipt.coverage.hunks
    assert receipt.bill.total_usd == sum((call.cost_usd for call in receipt.calls), Decimal(0))
    assert receipt.bill.total_usd + receipt.bill.unsettled_usd == receipt.budget.spent_usd
    assert receipt.bill.total_usd == sum(receipt.bill.by_model.values(), Decimal(0))
    assert receipt.bill.attempts == len(receipt.calls)
    unsettled = sum(call.unsettled_tokens for call in receipt.calls)
    assert receipt.bill.usage.total_tokens + unsettled == receipt.budget.spent_tokens


def test_nothing_found_is_clean() -> None:
    """Every hunk was asked about once, and the receipt's money is the vendor's usage."""
    vendor, watcher = Vendor(lambda _: said()), Watcher()
    receipt = Room(vendor, observer=watcher).review(a_change(3), some_options())
    check(receipt)
    assert (receipt.status, receipt.coverage.reviewed, receipt.findings) == (Status.CLEAN, 3, ())
    assert sorted(marker for request in vendor.requests for marker in markers_in(request)) == [
        "marker_0000",
        "marker_0001",
        "marker_0002",
    ]
    assert receipt.bill.total_usd == 3 * COST
    assert receipt.bill.usage == Usage(input_tokens=3_000, output_tokens=60)
    assert watcher.events[0] == PlanMade(3, 3)
    assert watcher.events.count(AttemptEnded(STANDARD, "answered", COST)) == 3
    assert watcher.events.count(BatchEnded(1, reviewed=True, findings=0)) == 3


def test_an_empty_change_asks_nobody() -> None:
    """There is nothing to pay for."""
    receipt = Room(Vendor(lambda _: said())).review(diff(), some_options())
    check(receipt)
    assert (receipt.coverage.hunks, receipt.calls) == (0, ())


def test_a_finding_stands_on_its_line() -> None:
    """What the model says is placed, named and shown; its line is in the diff."""
    quote = "marker_0001 = os.getcwd()"
    vendor = Vendor(
        lambda request: said(a_finding("src/part001.py", 11, quote)) if quote in "".join(request.hunks) else said()
    )
    receipt = Room(vendor).review(a_change(3), some_options())
    check(receipt)
    assert receipt.status is Status.FINDINGS
    (finding,) = receipt.findings
    assert (finding.path, finding.line, finding.severity) == ("src/part001.py", 11, Severity.ERROR)


def test_a_finding_on_a_twin_is_reported_at_both_places() -> None:
    """Equal hunks are asked about once and reported at all their places."""
    change = diff(modified("a.py", hunk("a.py", "+x = 1 / 0")), modified("b.py", hunk("b.py", "+x = 1 / 0", at=70)))
    vendor = Vendor(lambda _: said(a_finding("a.py", 10, "x = 1 / 0")))
    receipt = Room(vendor).review(change, some_options())
    check(receipt)
    assert (len(vendor.requests), receipt.coverage.reviewed, receipt.coverage.duplicates) == (1, 1, 1)
    (finding,) = receipt.findings
    assert [(place.path, place.line) for place in finding.also_at] == [("b.py", 70)]
    assert receipt.bill.saved.duplicates > 0


def test_a_finding_nobody_can_place_is_shown_apart() -> None:
    """It is neither dropped nor moved to a guess, and no green check hides it."""
    vendor = Vendor(lambda _: said(a_finding("elsewhere.py", 3, "y = 2")))
    receipt = Room(vendor).review(a_change(1), some_options())
    assert (receipt.status, receipt.findings, len(receipt.unplaced)) == (Status.FINDINGS, (), 1)


@pytest.mark.parametrize(("confidence", "severity"), [(0.59, "error"), (0.9, "info")])
def test_what_is_below_the_threshold_is_only_counted(confidence: float, severity: str) -> None:
    """A reader's ten seconds are kept for what is worth them, placed or not."""
    low = {"confidence": confidence, "severity": severity}
    vendor = Vendor(
        lambda _: said(
            a_finding("src/part000.py", 11, "marker_0000 = os.getcwd()", **low), a_finding("no.py", 1, "z", **low)
        )
    )
    receipt = Room(vendor).review(a_change(1), some_options())
    assert (receipt.status, receipt.findings, receipt.unplaced) == (Status.CLEAN, (), ())
    assert any("1 finding below" in note for note in receipt.notes)


def test_a_secret_is_found_without_asking_and_never_sent() -> None:
    """It is reported even where the budget buys nothing, and then the run is partial, not failed."""
    key = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    change = diff(modified("a.py", hunk("a.py", f'+TOKEN = "{key}"')))
    vendor = Vendor(lambda _: said())
    asked = Room(vendor).review(change, some_options())
    assert [finding.category for finding in asked.findings] == ["secret"]
    assert key not in "".join(vendor.requests[0].hunks)
    broke = Room(vendor).review(change, some_options(limits=Limits(tokens=0)))
    assert (broke.status, len(broke.findings)) == (Status.PARTIAL, 1)


@pytest.mark.parametrize("limits", [Limits(tokens=0), Limits(usd=Decimal(0)), Limits(tokens=100, usd=Decimal("1e-9"))])
def test_a_budget_of_nothing_is_partial_and_names_everything(limits: Limits) -> None:
    """Nothing is asked; each hunk stands on the receipt with its reason and its price."""
    vendor = Vendor(lambda _: said())
    receipt = Room(vendor).review(a_change(5), some_options(limits=limits, sizes=ALL_IN_ONE))
    check(receipt)
    assert vendor.requests == []
    assert (receipt.status, receipt.coverage.reviewed) == (Status.PARTIAL, 0)
    assert reasons(receipt) == [SkipReason.BUDGET] * 5
    assert {one.skipped.path for one in receipt.coverage.skipped} == {f"src/part{n:03}.py" for n in range(5)}
    assert all(one.cost_to_review_usd and one.cost_to_review_usd > 0 for one in receipt.coverage.skipped)
    assert all(one.skipped.hunk and one.skipped.hunk.startswith("@@") for one in receipt.coverage.skipped)


@pytest.mark.parametrize("requests", [1, 2, 5])
def test_a_budget_that_runs_out_has_bought_the_first(requests: int) -> None:
    """In the plan's order, and to the end of the money; the rest is named."""
    vendor = Vendor(lambda _: said())
    room = Room(vendor, counter=TableCounter({0: 900, 1: 1_000}))
    options = some_options(cheaper_when_tight=False)
    full = room.review(a_change(10), options)
    vendor.requests.clear()
    one = full.calls[0].usage.total_tokens
    tight = replace(options, limits=Limits(tokens=one * requests + 1_500))
    receipt = room.review(a_change(10), tight)
    check(receipt)
    assert receipt.status is Status.PARTIAL
    assert requests <= receipt.coverage.reviewed < 10
    assert receipt.budget.spent_tokens <= one * requests + 1_500
    assert set(reasons(receipt)) == {SkipReason.BUDGET}
    asked = [marker for request in vendor.requests for marker in markers_in(request)]
    assert asked == [f"marker_{number:04}" for number in range(len(asked))]


def test_what_earlier_runs_spent_is_not_there_any_more() -> None:
    """The budget is the pull request's, not the run's."""
    options = some_options(limits=Limits(tokens=100_000))
    receipt = Room(Vendor(lambda _: said())).review(a_change(2), options, before=Amount(99_999, Decimal("0.5")))
    check(receipt)
    assert receipt.status is Status.PARTIAL
    assert (receipt.budget.before_tokens, receipt.budget.before_usd) == (99_999, Decimal("0.5"))
    assert receipt.calls == ()


def test_dollars_that_run_short_buy_from_the_cheaper_tier() -> None:
    """Where the configuration allows it; the receipt says which tier answered."""
    options = some_options(limits=Limits(usd=Decimal("0.002")))
    room = Room(Vendor(lambda _: said(usage=Usage(input_tokens=500, output_tokens=20))))
    receipt = room.review(a_change(2), options)
    check(receipt)
    assert (receipt.status, {call.model for call in receipt.calls}) == (Status.CLEAN, {CHEAP})
    assert {call.tier for call in receipt.calls} == {Tier.CHEAP}
    strict = room.review(a_change(2), replace(options, cheaper_when_tight=False))
    assert (strict.status, strict.calls) == (Status.PARTIAL, ())


def test_a_batch_too_dear_as_a_whole_is_bought_in_parts() -> None:
    """Room for the answer about twenty hunks does not fit, room for one does: the budget buys what it can."""
    room = Room(Vendor(lambda _: said(usage=Usage(input_tokens=1_000, output_tokens=20))), counter=Counting())
    receipt = room.review(a_change(20), some_options(limits=Limits(tokens=4_000), sizes=ALL_IN_ONE))
    check(receipt)
    assert 0 < receipt.coverage.reviewed < 20
    assert set(reasons(receipt)) == {SkipReason.BUDGET}


def test_a_batch_beyond_the_tokens_left_is_given_up_whole() -> None:
    """No cheaper tier takes over where tokens run short, so its smaller needs are no reason to halve down to hunks."""
    watcher = Watcher()
    models = {Tier.CHEAP: "claude-haiku-5-5", Tier.STANDARD: "claude-sonnet-5-5", Tier.STRONG: "claude-opus-5-5"}
    prose = modified(
        "docs/guide.md", hunk("docs/guide.md", *(f"+Line {n:03} of a long page of words." for n in range(300)))
    )
    change = diff(*a_change(20).files, prose)
    options = some_options(limits=Limits(tokens=2_000), sizes=ALL_IN_ONE, models=models, routing=Routing.RULES)
    receipt = Room(Vendor(lambda _: said()), counter=Counting(), observer=watcher).review(change, options)
    check(receipt)
    ended = [BatchEnded(hunks, reviewed=False, findings=0) for hunks in (20, 1)]
    assert watcher.events == [PlanMade(2, 21), *ended]


def test_a_cut_answer_is_asked_again_in_halves_and_counted_as_waste() -> None:
    """Twice the room a hunk, all hunks reviewed, and the first try on the bill."""
    vendor = Vendor(lambda request: said(outcome=Outcome.TRUNCATED if len(request.hunks) > 2 else Outcome.ANSWERED))
    receipt = Room(vendor).review(a_change(4), some_options(sizes=ALL_IN_ONE))
    check(receipt)
    assert [len(request.hunks) for request in vendor.requests] == [4, 2, 2]
    assert (receipt.status, receipt.coverage.reviewed) == (Status.CLEAN, 4)
    assert receipt.bill.wasted_usd == COST
    assert (receipt.bill.requests, receipt.bill.attempts) == (3, 3)


@pytest.mark.parametrize("outcome", [Outcome.TRUNCATED, Outcome.REFUSED, Outcome.UNPARSEABLE])
def test_answers_that_stay_useless_fail_the_run_and_are_paid(outcome: Outcome) -> None:
    """Each hunk is tried twice and then left out with its reason; every cent is shown as waste."""
    vendor = Vendor(lambda _: said(outcome=outcome))
    receipt = Room(vendor).review(a_change(2), some_options(sizes=ALL_IN_ONE))
    check(receipt)
    assert receipt.status is Status.FAILED
    assert len(vendor.requests) == 3
    assert receipt.bill.wasted_usd == receipt.bill.total_usd == 3 * COST
    assert reasons(receipt) == [SkipReason.ERROR] * 2


def test_one_refused_hunk_costs_only_itself() -> None:
    """The other half of its batch is reviewed."""
    vendor = Vendor(
        lambda request: said(outcome=Outcome.REFUSED if "marker_0002" in "".join(request.hunks) else Outcome.ANSWERED)
    )
    receipt = Room(vendor).review(a_change(4), some_options(sizes=RequestSizes(max_hunks=2)))
    check(receipt)
    assert (receipt.status, receipt.coverage.reviewed) == (Status.PARTIAL, 3)
    (left_out,) = receipt.coverage.skipped
    assert (left_out.skipped.path, left_out.skipped.reason) == ("src/part002.py", SkipReason.ERROR)


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.STOPPED])
def test_every_failure_that_stays_is_on_the_receipt(kind: FailureKind) -> None:
    """No hunk disappears, nothing is reviewed, and only what may have been billed is charged."""
    vendor = Vendor(failing(kind))
    options = some_options(retry=RetryPolicy(attempts=2), cheaper_when_tight=False)
    receipt = Room(vendor).review(a_change(5), options)
    check(receipt)
    assert receipt.coverage.reviewed == 0
    assert receipt.status in {Status.FAILED, Status.PARTIAL}
    assert len(receipt.coverage.skipped) == 5
    assert (receipt.bill.unsettled_usd > 0) == (RULES[kind].billing is Billing.UNKNOWN)
    assert receipt.bill.total_usd == 0
    asked = {marker for request in vendor.requests for marker in markers_in(request)}
    if RULES[kind].ends_run:
        assert len(vendor.requests) == 1, "what no request can pass is met once"
    elif kind is FailureKind.BAD_REQUEST:
        assert len(asked) == 3
    else:
        assert len(asked) == 5


def test_three_refusals_before_any_answer_end_the_run() -> None:
    """A setting that the API refuses would be refused 300 times."""
    vendor = Vendor(failing(FailureKind.BAD_REQUEST))
    receipt = Room(vendor).review(a_change(10), some_options())
    check(receipt)
    assert (len(vendor.requests), receipt.status) == (3, Status.FAILED)
    assert reasons(receipt) == [SkipReason.ERROR] * 10
    assert "so it is" in receipt.coverage.skipped[9].skipped.detail


def test_refusals_after_an_answer_do_not() -> None:
    """Then the requests are right, and the fault is in single hunks."""

    def act(request: ModelRequest) -> ModelAnswer:
        if "marker_0000" in "".join(request.hunks):
            return said()
        raise CallFailed(FailureKind.BAD_REQUEST, "this one")

    vendor = Vendor(act)
    receipt = Room(vendor).review(a_change(10), some_options())
    check(receipt)
    assert (len(vendor.requests), receipt.status) == (10, Status.PARTIAL)


def test_an_answer_dearer_than_its_reservation_ends_the_spending() -> None:
    """It is charged, shown, said aloud, and nothing more is asked."""
    vendor = Vendor(lambda _: said(usage=Usage(input_tokens=10_000_000)))
    receipt = Room(vendor).review(a_change(4), some_options())
    check(receipt)
    assert (len(vendor.requests), receipt.status, receipt.coverage.reviewed) == (1, Status.PARTIAL, 1)
    assert reasons(receipt) == [SkipReason.BUDGET] * 3
    assert receipt.budget.spent_tokens == 10_000_000
    assert any("more than its reservation" in note for note in receipt.notes)


def test_the_run_ends_at_its_deadline() -> None:
    """What was not begun by then is left out for that reason, and what was reviewed counts."""
    clock = FakeClock()

    def act(_: ModelRequest) -> ModelAnswer:
        clock.sleep(40)
        return said()

    receipt = Room(Vendor(act), clock=clock).review(a_change(5), some_options(run_seconds=100))
    check(receipt)
    assert (receipt.status, receipt.coverage.reviewed) == (Status.PARTIAL, 3)
    assert reasons(receipt) == [SkipReason.DEADLINE] * 2


class Interrupting(Watcher):
    """Ctrl-C in the main thread after so many batches."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def on(self, event: object) -> None:
        """Interrupt when the time has come."""
        if isinstance(event, BatchEnded):
            self._after -= 1
            if self._after == 0:
                raise KeyboardInterrupt


def test_an_interrupt_ends_with_a_receipt() -> None:
    """What was paid stands on it, what was not asked is named, and the exit code is 130."""
    receipt = Room(Vendor(lambda _: said()), observer=Interrupting(2), clock=Slow()).review(a_change(6), some_options())
    check(receipt)
    assert receipt.status is Status.PARTIAL
    assert receipt.coverage.reviewed >= 2
    assert set(reasons(receipt)) == {SkipReason.INTERRUPTED}
    assert receipt.bill.total_usd >= 2 * COST
    assert exit_code(receipt, None, "warn") == 130


def test_an_answer_that_never_comes_is_charged_in_full_after_an_interrupt() -> None:
    """The receipt is written without it, and nothing that still arrives changes the receipt."""
    release, asked = threading.Event(), threading.Event()
    given = iter(range(1))

    def act(_: ModelRequest) -> ModelAnswer:
        """The first answers once the second is under way, which never does."""
        if next(given, None) is None:
            asked.set()
            release.wait(20)
        else:
            asked.wait(20)
        return said()

    vendor = Vendor(act)
    receipt = Room(vendor, observer=Interrupting(1), clock=Slow()).review(
        a_change(3), some_options(concurrency=2, cache_ttl=None)
    )
    release.set()
    check(receipt)
    assert "stopped" in [call.outcome for call in receipt.calls]
    assert receipt.bill.unsettled_usd > 0


def test_a_retry_asleep_is_not_woken_into_a_request_by_an_interrupt() -> None:
    """The stop ends its sleep; another attempt would be paid for and thrown away."""
    asleep, stop = threading.Event(), threading.Event()

    class Sleeper(Slow):
        def sleep(self, seconds: float) -> None:  # the protocol's signature
            asleep.set()
            stop.wait(20)

    def act(request: ModelRequest) -> ModelAnswer:
        if "marker_0000" in "".join(request.hunks):
            raise CallFailed(FailureKind.OVERLOADED, "full")
        assert asleep.wait(20)
        return said()

    vendor = Vendor(act)
    room = Room(vendor, observer=Interrupting(1), clock=Sleeper(), stop=stop)
    receipt = room.review(a_change(2), some_options(concurrency=2, cache_ttl=None))
    check(receipt)
    assert sum("marker_0000" in markers_in(request) for request in vendor.requests) == 1


def test_nobody_waits_for_a_rate_limit_after_an_interrupt() -> None:
    """Whoever is held for a minute is sent away at once, and asks nothing more."""
    both, held, stop = threading.Barrier(2), threading.Event(), threading.Event()

    class Standing(Slow):
        def wait(self, until_told: Waitable, seconds: float) -> None:
            held.set()
            until_told.wait(20)

    def act(request: ModelRequest) -> ModelAnswer:
        if not held.is_set():
            both.wait(20)
        if "marker_0000" in "".join(request.hunks):
            raise CallFailed(FailureKind.RATE_LIMITED, "wait", retry_after=60.0)
        assert held.wait(20)
        return said()

    vendor, began = Vendor(act), time.monotonic()
    room = Room(vendor, observer=Interrupting(1), clock=Standing(), stop=stop)
    receipt = room.review(a_change(2), some_options(concurrency=2, cache_ttl=None))
    check(receipt)
    assert sum("marker_0000" in markers_in(request) for request in vendor.requests) == 1
    assert time.monotonic() - began < 10


def test_what_the_rate_limits_cost_stands_on_the_receipt() -> None:
    """The requests by model, and how long the run was held back."""
    refusals = iter([CallFailed(FailureKind.RATE_LIMITED, "wait", retry_after=7.0)])

    def act(_: ModelRequest) -> ModelAnswer:
        for refusal in refusals:
            raise refusal
        return said()

    pacing = Room(Vendor(act)).review(a_change(2), some_options()).pacing
    assert (pacing.waits, pacing.rate_limited, pacing.requests_per_minute_peak) == (1, 1, 3)
    assert 7_000 <= pacing.waited_ms <= 8_000
    (route,) = pacing.by
    assert (route.model, route.endpoint, route.repository, route.requests) == (STANDARD, "messages", None, 3)
    assert (route.input_tokens, route.output_tokens) == (2_000, 40)


def test_an_interrupt_before_anything_was_asked_costs_nothing() -> None:
    """Counting the prefix may take a while, and Ctrl-C may come then."""

    class Counter:
        def count(self, _: ModelRequest) -> int | None:
            raise KeyboardInterrupt

    receipt = Room(Vendor(lambda _: said()), counter=Counter(), clock=Slow()).review(a_change(2), some_options())
    check(receipt)
    assert (receipt.calls, reasons(receipt)) == ((), [SkipReason.INTERRUPTED] * 2)


def test_a_bug_is_raised_and_not_swallowed() -> None:
    """A receipt that hides a bug would be a lie."""

    def crash(_: ModelRequest) -> ModelAnswer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Room(Vendor(crash)).review(a_change(2), some_options())


def test_one_prefix_is_written_and_the_others_read() -> None:
    """With eight at once over forty requests, one request is alone before the others."""
    cold, warm = list[str](), threading.Event()

    class Cache:
        def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
            if not warm.is_set():
                cold.extend(markers_in(request))
                threading.Event().wait(0.1)
            warm.set()
            begun()
            return said()

    receipt = Room(Cache()).review(a_change(40), some_options(concurrency=8))
    check(receipt)
    assert (len(cold), receipt.coverage.reviewed) == (1, 40)


def test_a_split_hunk_is_put_together_again() -> None:
    """Its parts are asked apart and count as one hunk, reviewed only where all of them were."""
    change = a_change(1, rows=400)
    options = some_options(sizes=RequestSizes(batch_tokens=1_000, hunk_tokens=1_000))
    whole = Room(Vendor(lambda _: said())).review(change, options)
    check(whole)
    assert (whole.coverage.hunks, whole.coverage.reviewed) == (1, 1)
    assert whole.bill.requests > 3
    some: Iterator[ModelAnswer] = iter([said()] * 2 + [said(outcome=Outcome.REFUSED)] * 40)
    part = Room(Vendor(answering(some))).review(change, options)
    check(part)
    assert (part.coverage.reviewed, len(part.coverage.skipped)) == (0, 1)
