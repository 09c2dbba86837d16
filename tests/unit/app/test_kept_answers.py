"""Promise 2: an answer that was paid for is not paid for again, wherever a store survived."""

from __future__ import annotations

from bot.core.receipt import Status
from tests.fakes import KeptAnswers, Vendor
from tests.unit.app.runs import Room, a_change, a_finding, counted, said, some_options


def test_a_second_run_is_answered_from_the_store() -> None:
    """After a crash between paying and posting the same hunks cost nothing, and are told apart as reused."""
    found = a_finding("src/part000.py", 11, "marker_0000 = os.getcwd()")
    store, vendor = KeptAnswers(), Vendor(lambda _: said(found))
    first = Room(vendor, answers=store).review(a_change(3), some_options())
    again = Room(vendor, answers=store).review(a_change(3), some_options())
    assert len(vendor.requests) == len(first.calls) > 0
    assert not again.calls
    assert again.status is Status.FINDINGS
    assert again.findings == first.findings
    assert (first.coverage.reused, again.coverage.reused, again.coverage.reviewed) == (0, 3, 0)
    assert counted(again.coverage) == again.coverage.hunks


def test_a_changed_hunk_is_asked_about() -> None:
    """Only an answer to the very same question counts."""
    store, vendor = KeptAnswers(), Vendor(lambda _: said())
    Room(vendor, answers=store).review(a_change(1), some_options())
    Room(vendor, answers=store).review(a_change(2), some_options())
    assert len(vendor.requests) == 3, "the facts of a change are part of the question"


def test_a_damaged_answer_is_asked_about_again() -> None:
    """What no longer parses is not an answer."""
    store, vendor = KeptAnswers(), Vendor(lambda _: said())
    Room(vendor, answers=store).review(a_change(1), some_options())
    store.texts = dict.fromkeys(store.texts, "{")
    assert Room(vendor, answers=store).review(a_change(1), some_options()).coverage.reviewed == 1
    assert len(vendor.requests) == 2


def test_a_full_store_costs_a_sentence_and_not_the_review() -> None:
    """What was paid for is reported, whatever happens to the store."""
    receipt = Room(Vendor(lambda _: said()), answers=KeptAnswers(full=True)).review(a_change(2), some_options())
    assert receipt.status is Status.CLEAN
    assert any("store" in note for note in receipt.notes)
