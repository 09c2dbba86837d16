"""A cheap draft, and the stronger model's word on what it says something about."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bot.app.retry import RetryPolicy
from bot.core.budget import Limits
from bot.core.calls import Feature, ModelAnswer, ModelRequest, Outcome
from bot.core.choose import RequestSizes
from bot.core.excerpt import SkipReason
from bot.core.failure import FailureKind
from bot.core.receipt import Receipt, Status
from bot.core.route import Routing
from bot.core.status import exit_code
from bot.errors import CallFailed
from tests.fakes import FakeClock, KeptAnswers, Vendor
from tests.unit.app.runs import (
    CHEAP,
    STANDARD,
    STRONG,
    Room,
    Slow,
    a_change,
    a_finding,
    counted,
    markers_in,
    said,
    some_options,
)
from tests.unit.core.changes import diff, hunk, modified

Act = Callable[[ModelRequest], ModelAnswer]
ALL_IN_ONE = RequestSizes()


def options(**changes: Any) -> Any:
    """A cascade over three models."""
    return some_options(**{"routing": Routing.CASCADE, **changes})


def found(part: int, **changes: Any) -> dict[str, Any]:
    """A finding in that file of a change."""
    return a_finding(f"src/part{part:03}.py", 11, f"marker_{part:04} = os.getcwd()", **changes)


def models(draft: Act, confirm: Act) -> Vendor:
    """A vendor whose cheap model drafts and whose others confirm."""
    return Vendor(lambda request: draft(request) if request.model == CHEAP else confirm(request))


def by_model(draft: ModelAnswer, request: ModelRequest) -> ModelAnswer:
    """The draft from the cheap model, nothing found from the others."""
    return draft if request.model == CHEAP else said()


def claims_in(request: ModelRequest) -> list[dict[str, Any]]:
    """What a request puts before the model beside hunks."""
    return [json.loads(line) for line in request.hunks[-1].split("\n")[2:] if line]


def features(receipt: Receipt) -> list[str]:
    """What each call was for."""
    return [call.feature.value for call in receipt.calls]


def test_a_silent_draft_is_the_last_word() -> None:
    """Only the cheap model is asked."""
    vendor = Vendor(lambda _: said())
    receipt = Room(vendor).review(a_change(3), options())
    assert (receipt.status, receipt.coverage.reviewed) == (Status.CLEAN, 3)
    assert {(call.model, call.feature) for call in receipt.calls} == {(CHEAP, Feature.DRAFT)}


def test_what_the_draft_finds_the_stronger_model_settles() -> None:
    """It sees the hunk and the draft; what it says is shown, in its words, and what it leaves out is not."""
    vendor = models(
        lambda _: said(found(0, title="Of the draft"), found(2, title="Of the draft")),
        lambda _: said(found(0, title="Confirmed", confidence=0.95)),
    )
    receipt = Room(vendor).review(a_change(4), options(sizes=ALL_IN_ONE))
    assert features(receipt) == ["draft", "confirm"]
    confirm = vendor.requests[1]
    assert markers_in(confirm)[:2] == ["marker_0000", "marker_0002"]
    assert [claim["title"] for claim in claims_in(confirm)] == ["Of the draft"] * 2
    assert [one.title for one in receipt.findings] == ["Confirmed"]
    assert (receipt.coverage.reviewed, receipt.notes) == (4, ())
    assert receipt.calls[1].why == "the draft found something"


def test_the_stronger_model_may_find_what_the_draft_missed() -> None:
    """It reviews the hunk, it does not only mark the draft."""
    vendor = models(lambda _: said(found(0)), lambda _: said(found(0, title="Another", category="leak")))
    receipt = Room(vendor).review(a_change(1), options())
    assert [one.title for one in receipt.findings] == ["Another"]


def test_a_doubt_is_enough() -> None:
    """A finding too unsure to be shown sends its hunk on, and the call says so."""
    vendor = models(lambda _: said(found(0, confidence=0.35)), lambda _: said())
    receipt = Room(vendor).review(a_change(2), options(sizes=ALL_IN_ONE))
    assert features(receipt) == ["draft", "confirm"]
    assert receipt.calls[1].why == "the draft was in doubt"
    assert receipt.findings == ()


def test_a_finding_without_a_line_casts_doubt_on_its_file() -> None:
    """And on all that was shown, where its file is not among it."""
    change = diff(
        modified("a.py", hunk("a.py", "+a = 1"), hunk("a.py", "+b = 1", at=50)),
        modified("c.py", hunk("c.py", "+c = 1")),
    )
    for path, doubted in (("a.py", 2), ("elsewhere.py", 3)):
        vendor = Vendor(partial(by_model, said(a_finding(path, 999, "no such line"))))
        receipt = Room(vendor).review(change, options(sizes=ALL_IN_ONE))
        assert [call.hunks for call in receipt.calls] == [3, doubted]
        assert (receipt.unplaced, receipt.coverage.reviewed) == ((), 3)


def test_high_risk_goes_to_the_strong_model() -> None:
    """By the rules that route reviews."""
    row = "+if user.is_admin and verify(token, password): return execute(query, balance)"
    change = diff(modified("auth/a.py", hunk("auth/a.py", *(f"{row}  # {n}" for n in range(60)))))
    draft = said(a_finding("auth/a.py", 10, row[1:] + "  # 0"))
    receipt = Room(models(lambda _: draft, lambda _: said())).review(change, options())
    assert [(call.model, call.why) for call in receipt.calls] == [
        (CHEAP, "draft"),
        (STRONG, "the draft found something, high risk"),
    ]


@pytest.mark.parametrize(
    "kind", [kind for kind in FailureKind if kind not in {FailureKind.STOPPED, FailureKind.DEADLINE}]
)
def test_where_the_stronger_model_cannot_be_asked_the_draft_stands(kind: FailureKind) -> None:
    """With a note; no finding is lost, and no hunk."""

    def fail(_: ModelRequest) -> ModelAnswer:
        raise CallFailed(kind, "so it is")

    vendor = models(lambda _: said(found(0), found(1, confidence=0.3)), fail)
    receipt = Room(vendor).review(a_change(2), options(sizes=ALL_IN_ONE, retry=RetryPolicy(attempts=1)))
    assert [one.path for one in receipt.findings] == ["src/part000.py"]
    assert (receipt.status, receipt.coverage.reviewed) == (Status.FINDINGS, 2)
    assert any("2 hunks stands unconfirmed" in note for note in receipt.notes)


@pytest.mark.parametrize("outcome", [Outcome.TRUNCATED, Outcome.REFUSED, Outcome.UNPARSEABLE])
def test_useless_confirmations_leave_the_draft_standing(outcome: Outcome) -> None:
    """After a second try, in halves, each with the claims about its hunks."""
    vendor = models(lambda _: said(found(0), found(1)), lambda _: said(outcome=outcome))
    receipt = Room(vendor).review(a_change(2), options(sizes=ALL_IN_ONE))
    assert [len(claims_in(one)) for one in vendor.requests[1:]] == [2, 1, 1]
    assert len(receipt.findings) == 2
    assert any("stands unconfirmed" in note for note in receipt.notes)


def test_a_budget_that_only_pays_for_drafts_shows_them() -> None:
    """Money that runs short never moves a confirmation to the cheap model: it has spoken."""
    vendor = models(lambda _: said(found(0)), lambda _: said())
    options_ = options()
    full = Room(vendor).review(a_change(1), options_)
    limit = full.calls[0].cost_usd + full.calls[1].cost_usd
    receipt = Room(vendor).review(a_change(1), options(limits=Limits(usd=limit)))
    assert {call.model for call in receipt.calls} == {CHEAP}
    assert len(receipt.findings) == 1
    assert any("the budget in dollars" in note for note in receipt.notes)


def test_nothing_is_told_twice_where_a_draft_is_confirmed() -> None:
    """The same finding from both models is one."""
    vendor = Vendor(lambda _: said(found(0)))
    receipt = Room(vendor).review(a_change(1), options())
    assert len(receipt.findings) == 1


def test_all_requests_of_a_model_share_their_prefix() -> None:
    """System prompt, facts and contract are the same bytes in drafts and confirmations."""
    vendor = Vendor(lambda request: said(*(found(int(marker[-4:])) for marker in markers_in(request)[:1])))
    Room(vendor).review(a_change(5), options())
    assert len({(one.system, one.facts, str(one.contract.schema)) for one in vendor.requests}) == 1
    assert {one.model for one in vendor.requests} == {CHEAP, STANDARD}


def test_an_interrupt_between_draft_and_confirmation_shows_the_draft() -> None:
    """What was paid for is not thrown away; the exit code says that somebody ended it."""

    def interrupt(_: ModelRequest) -> ModelAnswer:
        raise KeyboardInterrupt

    vendor = models(lambda _: said(found(0)), interrupt)
    receipt = Room(vendor, clock=Slow()).review(a_change(2), options(run_seconds=1_000))
    assert len(receipt.findings) == 1
    assert counted(receipt.coverage) == 2
    assert any("stands unconfirmed" in note for note in receipt.notes)
    assert receipt.interrupted
    assert exit_code(receipt, None, "warn") == 130
    assert receipt.bill.total_usd + receipt.bill.unsettled_usd == receipt.budget.spent_usd


def test_a_deadline_between_draft_and_confirmation_shows_the_draft() -> None:
    """And no more is asked."""
    clock = FakeClock()

    def slow(_: ModelRequest) -> ModelAnswer:
        clock.sleep(40)
        return said(found(0), found(1))

    receipt = Room(models(slow, lambda _: said()), clock=clock).review(a_change(3), options(run_seconds=60))
    assert {call.feature for call in receipt.calls} == {Feature.DRAFT}
    assert any("the run's own deadline" in note for note in receipt.notes)
    assert {one.skipped.reason for one in receipt.coverage.skipped} == {SkipReason.DEADLINE}


def test_paid_drafts_and_confirmations_are_not_bought_twice() -> None:
    """A run after one that died finds both."""
    kept = KeptAnswers()
    vendor = models(lambda _: said(found(0, title="Of the draft")), lambda _: said(found(0, title="Confirmed")))
    first = Room(vendor, answers=kept).review(a_change(2), options(sizes=ALL_IN_ONE))
    vendor.requests.clear()
    second = Room(vendor, answers=kept).review(a_change(2), options(sizes=ALL_IN_ONE))
    assert (vendor.requests, second.findings) == ([], first.findings)
    assert second.coverage.reused == 2


def test_one_model_for_all_tiers_is_no_cascade() -> None:
    """A model that confirms itself would be asked twice for nothing; the receipt says what was done instead."""
    vendor = Vendor(lambda _: said(found(0)))
    receipt = Room(vendor).review(a_change(1), options(models=dict.fromkeys(options().models, STANDARD)))
    assert features(receipt) == ["review"]
    assert receipt.routing
    assert receipt.routing.mode == "fixed"
    assert any("nobody could draft" in note for note in receipt.notes)


def test_confirmations_count_as_what_routing_cost() -> None:
    """Against one look at everything on the standard model."""
    vendor = models(lambda _: said(found(0)), lambda _: said())
    receipt = Room(vendor).review(a_change(1), options())
    draft, confirm = receipt.calls
    assert receipt.routing
    assert receipt.routing.saved_vs_standard_usd == confirm.cost_usd - draft.cost_usd - confirm.cost_usd
    assert {tier: one.hunks for tier, one in receipt.routing.by_tier.items()} == {
        "cheap": 1,
        "standard": 1,
        "strong": 0,
    }
