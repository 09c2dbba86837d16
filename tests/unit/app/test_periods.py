"""A run against budgets over time, with a ledger that others have spent from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.app.books import Books
from bot.app.bounds import NO_BATCH, UNVERIFIED
from bot.app.periods import ALONE, Periods
from bot.core.calls import ModelRequest
from bot.core.excerpt import SkipReason
from bot.core.ledger.account import Account, Scope, Span
from bot.core.ledger.budgets import Budgets, OnExhausted
from bot.core.ledger.entry import Opening, RunFacts
from bot.core.ledger.standing import Level
from bot.core.receipt import Receipt, Status
from bot.core.report.conversation import Conversation
from bot.core.reuse import hunk_key
from bot.core.route import Routing
from bot.core.summary import summary_body
from bot.core.verify import Verify
from bot.errors import LedgerLost
from tests.fakes import NOON, FakeClock, Vendor
from tests.fakes_ledger import FakeLedger
from tests.unit.app.runs import CHEAP, STANDARD, Room, a_change, a_finding, a_plan, counted, said, some_options
from tests.unit.core.ledger.budgets import budgets, limit

RUN = RunFacts("this", NOON, "acme/shop", 7, "ada", "payments")
OTHER = RunFacts("other", NOON, "acme/web", 1, "eve", "search")


@dataclass
class Company:
    """A ledger from which others have spent so much, and what this run sees of it."""

    rules: Budgets
    spent: str = "0"
    ledger: FakeLedger = field(default_factory=FakeLedger)
    vendor: Vendor = field(default_factory=lambda: Vendor(lambda _: said()))
    clock: FakeClock = field(default_factory=FakeClock)
    alone: bool = False

    def review(self, files: int = 3, **options: Any) -> Receipt:
        """One run of this company."""
        self.ledger.reserve(OTHER, [opening(self.spent)])
        periods = Periods(self.rules, RUN, self.ledger, self.alone)
        books = Books(RUN, self.ledger, periods.limits, periods=periods)
        room = Room(self.vendor, clock=self.clock, books=books)
        return room.review(a_change(files), some_options(**options))

    @property
    def models(self) -> set[str]:
        """Who was asked."""
        return {request.model for request in self.vendor.requests}


def opening(usd: str, at: datetime = NOON) -> Opening:
    """What somebody else has reserved."""
    return Opening(f"other-{at}", at, "review", "m", "p", "K", "standard", "", 1, 1, 1, Decimal(usd))


def reasons(receipt: Receipt) -> set[tuple[SkipReason, str]]:
    """Why anything was left out."""
    return {(one.skipped.reason, one.skipped.detail) for one in receipt.coverage.skipped}


def test_within_its_budgets_a_run_is_as_ever() -> None:
    """Nobody reads of a budget that is far from its end, but programs do."""
    company = Company(budgets(limit("100")), "1")
    receipt = company.review()
    assert (receipt.status, receipt.coverage.reviewed, receipt.notes) == (Status.CLEAN, 3, ())
    [period] = receipt.budget.periods
    assert period.level is Level.WITHIN
    assert period.committed_usd == 1 + receipt.bill.total_usd


def test_past_the_warning_threshold_a_run_says_so() -> None:
    """One sentence, first of all, and the review goes on."""
    company = Company(budgets(limit("100"), limit("10", scope=Scope.REPOSITORY)), "80")
    receipt = company.review()
    assert receipt.status is Status.CLEAN
    assert [note[:41] for note in receipt.notes] == ["80 % of the budget of everybody for Novem"]


def test_a_budget_that_is_used_up_stops_a_run() -> None:
    """Nothing is asked; everything is named, with its price, and the first sentence says why."""
    company = Company(budgets(limit("100"), ask="#ci"), "100")
    receipt = company.review()
    assert company.vendor.requests == []
    assert (receipt.status, counted(receipt.coverage), receipt.coverage.reviewed) == (Status.PARTIAL, 3, 0)
    assert reasons(receipt) == {(SkipReason.BUDGET, "the budget of everybody for November 2026 is used up")}
    assert all(one.cost_to_review_usd for one in receipt.coverage.skipped)
    assert receipt.notes[0].startswith("The budget of everybody for November 2026 ($100.00) is used up. It renews on ")
    assert receipt.notes[0].endswith(" Ask #ci.")
    assert [one.level for one in receipt.budget.periods] == [Level.STOPPED]


@pytest.mark.parametrize("routing", [Routing.TRIAGE, Routing.CASCADE, Routing.RULES])
def test_no_way_of_routing_asks_past_the_end(routing: Routing) -> None:
    """Triage, drafts and second looks cost money too."""
    company = Company(budgets(limit("1")), "1")
    receipt = company.review(routing=routing, verify=Verify.ALL)
    assert company.vendor.requests == []
    assert (receipt.status, counted(receipt.coverage)) == (Status.PARTIAL, 3)


def test_other_peoples_budgets_stop_nobody_else() -> None:
    """The team that spent is not this one."""
    company = Company(budgets(limit("1", scope=Scope.TEAM), limit("1", scope=Scope.AUTHOR)), "5")
    assert company.review().status is Status.CLEAN


@pytest.mark.parametrize("routing", list(Routing))
def test_where_only_the_cheap_model_is_asked_every_hunk_goes_there(routing: Routing) -> None:
    """The receipt says why a hunk went to a model that it would not have gone to yesterday."""
    company = Company(budgets(limit("1", then=OnExhausted.CHEAP, hard="50")), "2")
    company.vendor.act = lambda _: said(a_finding("src/part000.py", 11, "marker_0000 = os.getcwd()"))
    receipt = company.review(routing=routing, verify=Verify.ALL)
    assert company.models == {CHEAP}
    assert receipt.coverage.reviewed == 3
    assert {call.why for call in receipt.calls} == {"the budget of everybody for November 2026 is used up"}
    assert "so only the cheap model is asked, up to $50.00." in receipt.notes[0]
    assert UNVERIFIED in receipt.notes


def test_what_triage_sorted_out_before_is_not_asked_for_want_of_money() -> None:
    """The cheap model is asked about what was to be reviewed, and not about more."""
    company = Company(budgets(limit("1", then=OnExhausted.CHEAP, hard="50")), "2")
    change, options = a_change(2), some_options(routing=Routing.TRIAGE)
    periods = Periods(company.rules, RUN, company.ledger)
    company.ledger.reserve(OTHER, [opening("2")])
    room = Room(company.vendor, books=Books(RUN, company.ledger, periods.limits, periods=periods))
    plan = a_plan(change, options)
    [first, _] = plan.excerpts
    receipt = room.run(replace(plan, triaged=frozenset(map(hunk_key, first.hunks))), options)
    assert len(company.vendor.requests) == 1
    assert (receipt.coverage.reviewed, {reason for reason, _ in reasons(receipt)}) == (1, {SkipReason.TRIAGE})


def test_a_budget_that_only_warns_lets_a_run_go_on() -> None:
    """On the models of every day, with the sentence, up to the hard limit."""
    company = Company(budgets(limit("1", then=OnExhausted.WARN, hard="50")), "2")
    receipt = company.review()
    assert (receipt.status, company.models) == (Status.CLEAN, {STANDARD})
    assert "is used up, and reviews go on, up to $50.00." in receipt.notes[0]


def test_a_hard_limit_stops_what_only_warns() -> None:
    """However lenient, every budget has an end."""
    company = Company(budgets(limit("1", then=OnExhausted.WARN, hard="50")), "50")
    assert company.review().status is Status.PARTIAL
    assert company.vendor.requests == []


def test_where_reviews_are_to_wait_in_batches_nothing_is_asked_at_once() -> None:
    """Full price is what the budget has no dollars for, so a run that cannot hand in asks nothing, and says so."""
    company = Company(budgets(limit("1", then=OnExhausted.BATCH, hard="50")), "2")
    receipt = company.review()
    assert (company.vendor.requests, receipt.status) == ([], Status.PARTIAL)
    assert NO_BATCH in receipt.notes


def test_a_run_ends_where_the_ledger_has_no_more_for_it() -> None:
    """Others spend meanwhile: what does not fit is left out, with the budget's sentence and not the pull request's."""
    company = Company(budgets(limit("1")), "0.2")

    def act(request: ModelRequest) -> Any:
        later = NOON + timedelta(seconds=len(company.vendor.requests))
        company.ledger.reserve(OTHER, [opening("0.8", later)])
        return said()

    company.vendor.act = act
    receipt = company.review()
    assert (receipt.status, receipt.coverage.reviewed) == (Status.PARTIAL, 1)
    assert {reason for reason, _ in reasons(receipt)} == {SkipReason.BUDGET}
    assert receipt.notes[0].startswith("The budget of everybody for November 2026 ($1.00) is used up.")
    assert "Raise `budget-usd`" not in summary_body(receipt, Conversation(a_change(3)))


def test_no_hard_limit_is_passed_by_a_run() -> None:
    """What is committed stays within it, whatever is asked."""
    company = Company(budgets(limit("0.001"), limit("0.0004", Span.DAY, then=OnExhausted.CHEAP, hard="0.0009")))
    receipt = company.review(12)
    assert all(one.committed_usd <= one.held.limit.hard_usd for one in receipt.budget.periods)
    assert receipt.status is Status.PARTIAL
    assert receipt.notes[0].startswith("The budget of everybody for Sunday 22 November 2026 ($0.0004, at most $0.0009)")


def test_a_ledger_that_does_not_answer_spends_nothing() -> None:
    """What may be spent is not known, so nothing is."""
    company = Company(budgets(limit("1")))
    company.ledger.lost = False
    company.ledger.reserve(OTHER, [opening("0", NOON - timedelta(days=1))])
    company.ledger.committed = gone  # type: ignore[method-assign]
    with pytest.raises(LedgerLost):
        company.review()
    assert company.vendor.requests == []


def test_a_ledger_that_is_lost_on_the_way_shows_how_it_stood() -> None:
    """The receipt is still one: with the figures from before, and a sentence that they are."""
    company = Company(budgets(limit("1")), "0.5")

    def act(_: ModelRequest) -> Any:
        company.ledger.committed = gone  # type: ignore[method-assign]
        return said()

    company.vendor.act = act
    receipt = company.review()
    assert [one.committed_usd for one in receipt.budget.periods] == [Decimal("0.5")]
    assert "Budgets are shown as they stood before this run." in receipt.notes[0]


def test_a_runner_that_counts_alone_says_so() -> None:
    """Best effort must not look like certainty."""
    assert Company(budgets(limit("5")), alone=True).review().notes == (ALONE,)


def test_a_run_over_midnight_counts_on_both_days() -> None:
    """Each attempt belongs to the day that it was made on; both are shown."""
    company = Company(budgets(limit("1", Span.DAY)))

    def act(_: ModelRequest) -> Any:
        company.clock.sleep(12 * 3_600)
        return said()

    company.vendor.act = act
    receipt = company.review(2, run_seconds=10**6)
    days = {one.held.account.period.label: one.committed_usd for one in receipt.budget.periods}
    first, second = (call.cost_usd for call in receipt.calls)
    assert days == {"2026-11-22": first, "2026-11-23": second}


def gone(account: Account, *, simulated: bool) -> Decimal:
    """A ledger's answer that does not come."""
    raise LedgerLost("The ledger does not answer.")
