"""A run's part of the ledger: written before and after each attempt, and the end where budgets over time say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.app.books import NEVER_SENT, Books
from bot.app.guard import Guard
from bot.app.limiter import Limiter
from bot.app.tiers import yardstick
from bot.core.bill import Yardstick
from bot.core.budget import Amount, Budget, Limits, worst_case
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.excerpt import SkipReason
from bot.core.failure import FailureKind
from bot.core.ledger.account import Account, AccountLimit, Exhausted, Scope, Span, period_at
from bot.core.ledger.entry import Opening, RunFacts, State, Untaken
from bot.core.ledger.sums import Field
from bot.core.receipt import Status
from bot.errors import CallFailed, LedgerLost
from tests.fakes import NOON, PLAIN, PRICES, FakeClock, NoCounter, Vendor, Watcher, a_request, an_answer, rate_headers
from tests.fakes_ledger import FakeLedger
from tests.unit.app.runs import ALL_PRICES, Room, a_change, said, some_options

RUN = RunFacts("run-1", NOON, "acme/shop", 7, "ada", "payments")
ONE = worst_case(a_request(), 156, PRICES)
"""A small request's worst case: 100 tokens of prefix, 40 bytes and 16 of framing."""
MONTH = Account(Scope.ALL, "", period_at(Span.MONTH, NOON, ZoneInfo("UTC")))


def limited(usd: Decimal) -> list[AccountLimit]:
    """Everybody's month may cost so much."""
    return [AccountLimit(MONTH, usd)]


def a_guard(vendor: Vendor, books: Books, limits: Limits | None = None) -> Guard:
    """A guard that writes into these books."""
    return Guard(vendor, Budget(limits or Limits()), PRICES, NoCounter(), FakeClock(), Watcher(), books)


def test_an_attempt_is_written_down_before_it_is_made() -> None:
    """Protects what a crash leaves: while the model works, the ledger holds the worst case."""
    ledger = FakeLedger()
    seen: list[Decimal] = []

    def act(_: ModelRequest) -> ModelAnswer:
        seen.append(ledger.total().unsettled_usd)
        return an_answer()

    a_guard(Vendor(act), Books(RUN, ledger)).ask(a_request(), lambda: None)
    assert seen == [ONE.usd]
    [row] = ledger.rows()
    assert row.settlement is not None
    assert (row.opening.id, row.opening.reserved_usd, row.settlement.state) == ("run-1-1", ONE.usd, State.SETTLED)
    assert ledger.total().unsettled_usd == 0
    assert ledger.total().cost_usd == Decimal("0.00012")


def test_the_rows_are_the_calls_of_the_receipt() -> None:
    """Protects promise 6: receipt and ledger name the same attempts with the same figures, savings included."""
    ledger = FakeLedger()
    options = some_options()
    books = Books(RUN, ledger, against=yardstick(options, ALL_PRICES))
    receipt = Room(Vendor(lambda _: said()), books=books).review(a_change(3), options)
    books.ended(receipt)
    rows = {row.opening.id: row for row in ledger.rows()}
    assert [call.id for call in receipt.calls] == ["run-1-1", "run-1-2", "run-1-3"]
    for call in receipt.calls:
        ending = rows[call.id].settlement
        assert ending is not None
        assert (ending.cost_usd, ending.usage, ending.outcome) == (call.cost_usd, call.usage, call.outcome)
        assert ending.saved == call.saved
        assert rows[call.id].opening.kinds == {"python": 1}
    assert ledger.total().saved == receipt.bill.saved


def test_what_was_not_asked_has_a_row_too() -> None:
    """Protects the savings: equal hunks and hunks reviewed before are seen in every report."""
    ledger = FakeLedger()
    change = a_change(2)
    twin = replace(change.files[0], path="src/twin.py")
    books = Books(RUN, ledger, against=Yardstick(PLAIN, ALL_PRICES))
    receipt = Room(Vendor(lambda _: said()), books=books).review(
        replace(change, files=(*change.files, twin)), some_options()
    )
    books.ended(receipt)
    outcomes = {group.key[0]: group.sums for group in ledger.groups([Field.OUTCOME])}
    assert (Untaken.DUPLICATE.value in outcomes) == bool(receipt.coverage.duplicates)
    assert ledger.total().saved == receipt.bill.saved


def test_a_budget_over_time_ends_a_run_that_its_own_would_let_go_on() -> None:
    """Protects the hard limit: what the ledger has not left is not spent, and every hunk is named."""
    ledger = FakeLedger()
    one = Room(Vendor(lambda _: said()), books=Books(RUN, ledger)).review(a_change(1), some_options())
    price = one.bill.total_usd
    books = Books(replace(RUN, run_id="run-2"), ledger, lambda _: limited(price * 4))
    receipt = Room(Vendor(lambda _: said()), books=books).review(a_change(40), some_options())
    assert receipt.status is Status.PARTIAL
    assert ledger.committed(MONTH, simulated=False) <= price * 4
    assert books.exhausted
    assert {entry.skipped.reason for entry in receipt.coverage.skipped} == {SkipReason.BUDGET}


def test_a_refusal_is_fitted_into_what_is_left() -> None:
    """Protects the last cents: an answer's room shrinks to what the ledger has left, as for the run's own budget."""
    ledger = FakeLedger()
    short = ONE.usd - Decimal("0.00001")
    vendor = Vendor(lambda _: an_answer())
    a_guard(vendor, Books(RUN, ledger, lambda _: limited(short))).ask(a_request(), lambda: None)
    [request] = vendor.requests
    assert 10 <= request.max_tokens < 50


def test_where_nothing_is_left_nobody_is_asked() -> None:
    """Protects a budget that is used up: the vendor hears nothing, and the attempt fails as one without money."""
    vendor = Vendor(lambda _: an_answer())
    books = Books(RUN, FakeLedger(), lambda _: limited(Decimal(0)))
    with pytest.raises(CallFailed) as caught:
        a_guard(vendor, books).ask(a_request(), lambda: None)
    assert caught.value.kind is FailureKind.BUDGET_USD
    assert vendor.requests == []


def test_a_lost_ledger_stops_the_spending() -> None:
    """Protects promise 1 where the store is away: what cannot be recorded is not asked, and nothing stays reserved."""
    ledger = FakeLedger(lost=True)
    budget = Budget(Limits())
    guard = Guard(
        Vendor(lambda _: an_answer()), budget, PRICES, NoCounter(), FakeClock(), Watcher(), Books(RUN, ledger)
    )
    with pytest.raises(CallFailed) as caught:
        guard.ask(a_request(), lambda: None)
    assert caught.value.kind is FailureKind.LEDGER_LOST
    assert (budget.reserved, budget.spent, budget.open) == (Amount(), Amount(), 0)


def test_a_run_begins_once() -> None:
    """Protects the parts of a run from seeing different budgets, and the ledger from being asked twice."""
    ledger = FakeLedger()
    books = Books(RUN, ledger)
    books.begin()
    ledger.lost = True
    books.begin()
    assert list(ledger.runs_known) == [RUN.run_id]


def test_a_review_does_not_begin_without_its_ledger() -> None:
    """Protects the order: the ledger is asked before anybody else."""
    vendor = Vendor(lambda _: said())
    with pytest.raises(LedgerLost):
        Room(vendor, books=Books(RUN, FakeLedger(lost=True))).review(a_change(1), some_options())
    assert vendor.requests == []


def test_a_ledger_that_is_lost_in_the_middle_keeps_the_reservation() -> None:
    """Protects the count: the answer is delivered, its row counts in full, and the receipt says what to do."""
    ledger = FakeLedger()

    def act(_: ModelRequest) -> ModelAnswer:
        ledger.lost = True
        return said()

    books = Books(RUN, ledger)
    receipt = books.ended(Room(Vendor(act), books=books).review(a_change(2), some_options()))
    assert receipt.coverage.reviewed == 1
    assert receipt.status is Status.PARTIAL
    assert any("hunkwise cost import" in note for note in receipt.notes)
    ledger.lost = False
    assert ledger.total().open == 1


def test_the_receipt_settles_what_the_ledger_missed() -> None:
    """Protects the way back: the same rows, imported, close what was left open and are counted once."""
    ledger = FakeLedger()

    def act(_: ModelRequest) -> ModelAnswer:
        ledger.lost = True
        return said()

    books = Books(RUN, ledger)
    receipt = Room(Vendor(act), books=books).review(a_change(1), some_options())
    ledger.lost = False
    books.ended(receipt)
    books.ended(receipt)
    assert ledger.total().open == 0
    assert ledger.total().cost_usd == receipt.bill.total_usd


def test_the_receipt_is_stamped_with_the_run() -> None:
    """Protects the join of receipt and ledger: both name the run, and when it was."""
    room = Room(Vendor(lambda _: said()), books=Books(RUN, FakeLedger()))
    receipt = room.review(a_change(1), some_options())
    assert (receipt.run.id, receipt.run.began, receipt.target.team) == ("run-1", NOON, "payments")
    assert receipt.run.ended is not None
    assert receipt.run.ended >= NOON


def test_what_was_never_sent_is_given_back() -> None:
    """Protects a budget from reservations that nobody will ever use."""
    ledger = FakeLedger()
    books = Books(RUN, ledger)
    ledger.reserve(RUN, [books.opening("item-1", a_request(), ONE, NOON)])
    books.release("item-1")
    [row] = ledger.rows()
    assert row.settlement is not None
    assert (row.settlement.outcome, ledger.total().spent_usd) == (NEVER_SENT, Decimal(0))


def test_what_was_last_heard_of_limits_is_kept() -> None:
    """Protects the forecast of rate limits: it knows what was left when the last answer came."""
    ledger, limiter = FakeLedger(), Limiter(FakeClock(), 4)
    limiter.heard("claude-haiku-4-5", rate_headers(limit=1_000, remaining=400))
    Books(RUN, ledger, keys={"anthropic": "A_KEY"}).note_rates({"anthropic": limiter})
    [row] = ledger.rates()
    assert (row.key, row.model_class, row.name, row.limit, row.remaining) == ("A_KEY", "haiku", "requests", 1_000, 400)


def test_limits_are_asked_for_by_the_moment() -> None:
    """Protects a run over midnight: each reservation counts for the period it falls into."""
    asked: list[datetime] = []

    def limits(at: datetime) -> Sequence[AccountLimit]:
        asked.append(at)
        return ()

    clock = FakeClock()
    books = Books(RUN, FakeLedger(), limits)
    books.reserve(books.new_row(clock.now()), a_request(), ONE)
    clock.sleep(86_400)
    books.reserve(books.new_row(clock.now()), a_request(), ONE)
    assert (asked[1] - asked[0]).days == 1


class ClosingLedger(FakeLedger):
    """A ledger so slow that the run is over before an attempt is written; what was written stays."""

    close_run: Callable[[], None] = staticmethod(lambda: None)

    def reserve(
        self, run: RunFacts, openings: Sequence[Opening], limits: Sequence[AccountLimit] = ()
    ) -> Exhausted | None:
        self.close_run()
        return super().reserve(run, openings, limits)


def test_what_is_written_after_the_run_was_closed_is_not_sent_and_counts_once() -> None:
    """Protects an interrupted run: its receipt names the row, so that an import does not count it twice."""
    ledger, vendor = ClosingLedger(), Vendor(lambda _: an_answer())
    guard = a_guard(vendor, Books(RUN, ledger))
    ledger.close_run = guard.close
    with pytest.raises(CallFailed):
        guard.ask(a_request(), lambda: None)
    [call] = guard.calls()
    [row] = ledger.rows()
    assert not vendor.requests
    assert call.id == row.opening.id
    assert call.unsettled_usd == row.opening.reserved_usd == ONE.usd
