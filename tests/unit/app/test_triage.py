"""Runs with a triage in front: what it says is followed where it may be, and nothing hangs on it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from bot.app.prepare import prepare
from bot.app.review import review
from bot.app.target import Target
from bot.app.triage import HUNKS_A_REQUEST, MOST_REQUESTS
from bot.core.budget import Amount, Limits
from bot.core.calls import ModelAnswer, ModelRequest, Outcome
from bot.core.choose import RequestSizes
from bot.core.excerpt import SkipReason
from bot.core.failure import RULES, FailureKind, Sign
from bot.core.receipt import Status, TargetFacts
from bot.core.reuse import hunk_key
from bot.core.route import Routing
from bot.core.status import exit_code
from bot.core.usage import Usage
from bot.errors import CallFailed
from tests.fakes import FakeClock, KeptAnswers, Vendor
from tests.unit.app.runs import CHEAP, STANDARD, STRONG, Room, Slow, a_change, counted, markers_in, said, some_options
from tests.unit.core.changes import diff, hunk, modified
from tests.unit.core.prompt.prompts import TEMPLATES

_HEAD = re.compile(r"^Hunk (\d+): (\S+)", re.MULTILINE)
Act = Callable[[ModelRequest], ModelAnswer]


def options(**changes: Any) -> Any:
    """Triage over three models."""
    return some_options(routing=Routing.TRIAGE, **changes)


def sorting(words: Mapping[str, str], then: Act = lambda _: said()) -> Act:
    """A vendor that sorts hunks by the first of these that their paths begin with, and reviews as `then` says."""

    def act(request: ModelRequest) -> ModelAnswer:
        if request.contract.name != "triage":
            return then(request)
        words_of = (
            (int(number), next((word for start, word in words.items() if path.startswith(start)), None))
            for number, path in _HEAD.findall(request.hunks[0])
        )
        hunks = [{"id": number, "tier": word} for number, word in words_of if word is not None]
        return ModelAnswer(
            json.dumps({"hunks": hunks}), Usage(input_tokens=300, output_tokens=30), Outcome.ANSWERED, "t"
        )

    return act


def test_hunks_go_where_triage_sends_them() -> None:
    """Skipped ones are asked about by nobody, and stand on the receipt with their reason and price."""
    vendor = Vendor(sorting({"src/part000": "skip", "src/part001": "cheap", "src/part002": "standard"}))
    receipt = Room(vendor).review(a_change(4), options())
    assert [one.contract.name for one in vendor.requests] == ["triage", "review", "review", "review"]
    asked = {
        marker: one.model for one in vendor.requests for marker in markers_in(one) if one.contract.name == "review"
    }
    assert set(asked) == {"marker_0001", "marker_0002", "marker_0003"}
    (skipped,) = receipt.coverage.skipped
    assert (skipped.skipped.path, skipped.skipped.reason) == ("src/part000.py", SkipReason.TRIAGE)
    assert skipped.cost_to_review_usd
    assert (receipt.status, counted(receipt.coverage)) == (Status.CLEAN, 4)
    assert any("1 hunk, which went by the rules" in note for note in receipt.notes)


def test_a_strong_word_buys_the_strong_model() -> None:
    """Where there is enough of it; the call says that triage asked."""
    vendor = Vendor(sorting({"src": "strong"}))
    receipt = Room(vendor).review(a_change(1, rows=200), options())
    assert (receipt.calls[1].model, receipt.calls[1].why) == (STRONG, "triage")


def test_the_triage_is_on_the_receipt_and_counts_as_what_routing_cost() -> None:
    """Its call has its own feature, and all figures add up."""
    receipt = Room(Vendor(sorting({"src": "standard"}))).review(a_change(2), options())
    first = receipt.calls[0]
    assert (first.feature, first.model, first.tier, first.hunks) == ("triage", CHEAP, "cheap", 2)
    assert receipt.routing is not None
    assert receipt.routing.mode == "triage"
    assert receipt.bill.saved.routing == receipt.routing.saved_vs_standard_usd == -first.cost_usd
    assert receipt.routing.by_tier["cheap"].hunks == 0
    assert sum(one.usd for one in receipt.routing.by_tier.values()) == receipt.bill.total_usd


def test_what_triage_spares_counts_as_saved() -> None:
    """By its size, since nobody asked."""
    change = diff(
        modified("src/a.py", hunk("src/a.py", "+x = 1")),
        modified("src/b.py", hunk("src/b.py", *["+# words"] * 400)),
    )
    vendor = Vendor(sorting({"src/a": "standard", "src/b": "skip"}, lambda _: said(usage=Usage(input_tokens=500))))
    receipt = Room(vendor).review(change, options())
    assert receipt.routing
    assert receipt.routing.saved_vs_standard_usd > Decimal(0)


OUTAGES = [kind for kind in FailureKind if RULES[kind].sign is Sign.DOWN]


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind not in {FailureKind.STOPPED, *OUTAGES}])
def test_a_triage_that_fails_leaves_all_to_the_rules(kind: FailureKind) -> None:
    """Whatever happened to it: every hunk is reviewed as if there had been none, and a note says so."""

    def act(request: ModelRequest) -> ModelAnswer:
        if request.contract.name == "triage":
            raise CallFailed(kind, "so it is")
        return said()

    receipt = Room(Vendor(act)).review(a_change(3), options())
    assert (receipt.status, receipt.coverage.reviewed) == (Status.CLEAN, 3)
    assert any("Triage failed for 3 hunks" in note and RULES[kind].meaning in note for note in receipt.notes)


@pytest.mark.parametrize("kind", OUTAGES)
def test_an_outage_during_triage_loses_no_hunk(kind: FailureKind) -> None:
    """Where nobody answers for minutes, the run may end with it; then every hunk is named with its price."""

    def act(request: ModelRequest) -> ModelAnswer:
        if request.contract.name == "triage":
            raise CallFailed(kind, "so it is")
        return said()

    covered = Room(Vendor(act)).review(a_change(3), options()).coverage
    left_out = [one for one in covered.skipped if one.cost_to_review_usd]
    assert covered.reviewed + len(left_out) == covered.hunks == 3


@pytest.mark.parametrize(
    "text", ["", "null", "no", '{"hunks": {}}', '{"hunks": [{"id": 1, "tier": "none"}]}', '{"findings": []}']
)
def test_an_unreadable_triage_is_paid_and_passed_over(text: str) -> None:
    """Any server may answer anything."""

    def act(request: ModelRequest) -> ModelAnswer:
        triage = request.contract.name == "triage"
        return ModelAnswer(text, Usage(input_tokens=10), Outcome.ANSWERED, "t") if triage else said()

    receipt = Room(Vendor(act)).review(a_change(3), options())
    assert (receipt.coverage.reviewed, receipt.calls[0].outcome) == (3, "unparseable")
    assert receipt.bill.wasted_usd == receipt.calls[0].cost_usd > 0


def test_numbers_that_were_never_given_are_passed_over() -> None:
    """An answer about hunks that do not exist changes nothing."""
    hunks = [{"id": number, "tier": "skip"} for number in (-1, 0, 99, 10**12)]
    answer = ModelAnswer(json.dumps({"hunks": hunks}), Usage(input_tokens=10), Outcome.ANSWERED, "t")
    receipt = Room(Vendor(lambda one: answer if one.contract.name == "triage" else said())).review(
        a_change(3), options()
    )
    assert receipt.coverage.reviewed == 3


def test_a_budget_without_room_for_triage_reviews_by_the_rules() -> None:
    """Nothing is spent over the limit."""
    receipt = Room(Vendor(sorting({}))).review(a_change(2), options(limits=Limits(tokens=100)))
    assert (receipt.calls, receipt.status) == ((), Status.PARTIAL)
    assert {one.skipped.reason for one in receipt.coverage.skipped} == {SkipReason.BUDGET}


def test_a_huge_change_is_sorted_in_a_few_requests() -> None:
    """What does not fit into them goes by the rules."""
    vendor = Vendor(sorting({"src": "standard"}))
    most = HUNKS_A_REQUEST * MOST_REQUESTS
    receipt = Room(vendor).review(a_change(most + 50), options(sizes=RequestSizes()))
    sizes = [len(_HEAD.findall(one.hunks[0])) for one in vendor.requests if one.contract.name == "triage"]
    assert sizes == [HUNKS_A_REQUEST] * MOST_REQUESTS
    assert receipt.coverage.reviewed == most + 50
    assert any("50 hunks were too many for triage" in note for note in receipt.notes)


def test_what_triage_left_out_before_is_not_sorted_again() -> None:
    """Unchanged hunks cost nothing on the next push, and stay on the receipt as what they are."""
    change = a_change(3)
    known = frozenset({hunk_key(change.files[0].hunks[0])})
    plan = prepare(Target(TargetFacts("diff"), change), options(), TEMPLATES, frozenset(), known)
    vendor = Vendor(sorting({"src": "standard"}))
    receipt = review(plan, options(), TEMPLATES, Room(vendor).desk(), Amount())
    assert "part000" not in vendor.requests[0].hunks[0]
    assert [(one.skipped.path, one.skipped.reason) for one in receipt.coverage.skipped] == [
        ("src/part000.py", SkipReason.TRIAGE)
    ]
    assert receipt.coverage.reviewed == 2


def test_another_routing_reviews_what_triage_left_out() -> None:
    """Nobody has reviewed it."""
    change = a_change(1)
    known = frozenset({hunk_key(change.files[0].hunks[0])})
    plan = prepare(Target(TargetFacts("diff"), change), some_options(), TEMPLATES, frozenset(), known)
    receipt = review(plan, some_options(), TEMPLATES, Room(Vendor(lambda _: said())).desk(), Amount())
    assert receipt.coverage.reviewed == 1


def test_a_paid_triage_is_not_bought_twice() -> None:
    """A run after one that died finds its answer in the store, like every other."""
    kept, vendor = KeptAnswers(), Vendor(sorting({"src/part000": "skip", "src": "standard"}))
    first = Room(vendor, answers=kept).review(a_change(2), options())
    vendor.requests.clear()
    second = Room(vendor, answers=kept).review(a_change(2), options())
    assert vendor.requests == []
    assert (second.coverage.reused, second.coverage.skipped) == (1, first.coverage.skipped)


def test_an_interrupt_while_sorting_ends_with_a_receipt() -> None:
    """Nothing was reviewed and everything is named; what the triage cost is on it."""

    def act(_: ModelRequest) -> ModelAnswer:
        raise KeyboardInterrupt

    receipt = Room(Vendor(act), clock=Slow()).review(a_change(2), options())
    assert {one.skipped.reason for one in receipt.coverage.skipped} == {SkipReason.INTERRUPTED}
    assert exit_code(receipt, None, "warn") == 130
    assert not any("by the rules" in note for note in receipt.notes)


def test_a_deadline_while_sorting_leaves_all_out() -> None:
    """For that reason."""
    clock = FakeClock()

    def act(request: ModelRequest) -> ModelAnswer:
        clock.sleep(100)
        return sorting({"src": "standard"})(request)

    receipt = Room(Vendor(act), clock=clock).review(a_change(2), options(run_seconds=50))
    assert (len(receipt.calls), receipt.status) == (1, Status.PARTIAL)
    assert {one.skipped.reason for one in receipt.coverage.skipped} == {SkipReason.DEADLINE}


def test_one_model_for_all_tiers_can_still_leave_out() -> None:
    """There is no tier to choose, but what is skipped costs nothing."""
    models = dict.fromkeys(options().models, STANDARD)
    vendor = Vendor(sorting({"src/part000": "skip", "src": "cheap"}))
    receipt = Room(vendor).review(a_change(2), options(models=models))
    assert (receipt.coverage.reviewed, len(receipt.coverage.skipped)) == (1, 1)
