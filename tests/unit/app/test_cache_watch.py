"""Whole runs with a history: what the next run knows of the last, and what the receipt says of the cache."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.app.options import Options
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import FailureKind
from bot.core.receipt import Receipt, Status
from bot.core.usage import Usage
from bot.errors import CallFailed
from tests.fakes import FakeClock, KeptPrefixes, Vendor
from tests.unit.app.runs import STANDARD, Room, a_change, said, some_options


@dataclass
class Api:
    """A vendor with a cache of its own, which outlives runs: 4,000 tokens of system prompt, 300 of facts."""

    miss: str | None = None
    cached: set[str] = field(default_factory=set)
    forgetful: bool = False
    answers: int = 0

    def __call__(self, request: ModelRequest) -> ModelAnswer:
        """Answer with nothing found."""
        self.answers += 1
        read = written = 0
        for text, tokens, ttl in ((request.system, 4_000, request.cache_ttl), (request.facts, 300, request.facts_ttl)):
            if ttl is not None:
                read += tokens if text in self.cached else 0
                written += 0 if text in self.cached else tokens
                self.cached |= set() if self.forgetful else {text}
        usage = Usage(
            input_tokens=4_400 - read - written,
            cache_write_5m_tokens=written,
            cache_read_tokens=read,
            output_tokens=10,
        )
        answer = replace(said(usage=usage), message_id=f"msg_{self.answers}")
        return replace(answer, cache_miss=self.miss) if request.previous_message_id else answer


def reviewed(vendor: Vendor, history: KeptPrefixes | None, requests: int = 3, **changes: object) -> Receipt:
    """A run of so many requests, all of them one after the other."""
    return Room(vendor, clock=FakeClock(), history=history).review(a_change(requests), some_options(**changes))


def test_a_run_leaves_word_for_the_next() -> None:
    """One use a prefix, with the message that the API can compare with, and not a word of the change."""
    history = KeptPrefixes()
    reviewed(Vendor(Api()), history)
    (use,) = history.uses
    assert (use.requests, use.ttl, use.message_id) == (3, "5m", "msg_1")
    assert use.last >= use.began
    assert "marker" not in repr(use)


def test_the_next_run_reads_what_this_one_left() -> None:
    """Another change with the same prompt; the prediction knew it."""
    history, api = KeptPrefixes(), Api()
    first = reviewed(Vendor(api), history, requests=3)
    vendor = Vendor(api)
    second = reviewed(vendor, history, requests=1)
    assert [(one.cache_ttl, one.facts_ttl) for one in vendor.requests] == [("5m", None)]
    assert (vendor.requests[0].diagnosed, vendor.requests[0].previous_message_id) == (True, "msg_1")
    assert first.cache.by_model[0].writes == 1
    assert second.cache.by_model[0].writes == 0
    assert second.cache.predicted_hit_ratio > 0.8
    assert second.bill.usage.cache_read_tokens == 4_000
    assert second.notes == ()
    assert [use.message_id for use in history.uses] == ["msg_1", "msg_4"]


def test_without_a_store_nothing_is_asked_and_nothing_kept() -> None:
    """A server without diagnostics is not bothered."""
    vendor = Vendor(Api())
    reviewed(vendor, None)
    assert not any(request.diagnosed for request in vendor.requests)


def test_a_read_that_did_not_happen_is_explained_by_the_api() -> None:
    """The run before left it a moment ago."""
    history = KeptPrefixes()
    reviewed(Vendor(Api()), history)
    receipt = reviewed(Vendor(Api(miss="previous_message_not_found")), history)
    assert any("keys of one workspace" in note for note in receipt.notes)


def test_a_prompt_that_drifted_is_noted() -> None:
    """Its ingredients are the same, and yet it is another."""
    history = KeptPrefixes()
    reviewed(Vendor(Api()), history)
    history.uses = [replace(use, prefix="0" * 64) for use in history.uses]
    receipt = reviewed(Vendor(Api(miss="system_changed")), history)
    assert any("the system prompt differs" in note for note in receipt.notes)


def test_writes_of_the_cold_are_counted() -> None:
    """Where nothing stays cached, every answer writes, and the receipt says what that cost."""
    receipt = reviewed(Vendor(Api(forgetful=True)), None)
    (one,) = receipt.cache.by_model
    assert (one.model, one.writes, one.actual_hit_ratio) == (STANDARD, 3, 0.0)
    assert one.predicted_hit_ratio > 0.5
    assert one.saved_usd == receipt.bill.saved.prompt_cache < 0
    assert any("3 answers wrote the prompt where 1 would have done" in note for note in receipt.notes)


def test_the_hit_ratio_of_the_receipt_is_that_of_its_usage() -> None:
    """Two figures for one thing would be a lie."""
    receipt = reviewed(Vendor(Api()), None)
    usage = receipt.bill.usage
    assert receipt.cache.actual_hit_ratio == round(usage.cache_read_tokens / usage.total_input_tokens, 4) > 0


def test_a_gateway_that_knows_no_diagnostics_reviews_all_the_same() -> None:
    """Its refusal is not billed, and the request is made again without the question."""

    def act(request: ModelRequest) -> ModelAnswer:
        if request.diagnosed:
            raise CallFailed(FailureKind.BAD_REQUEST, "diagnostics: extra inputs are not permitted")
        return said()

    vendor = Vendor(act)
    receipt = reviewed(vendor, KeptPrefixes())
    assert (receipt.status, receipt.coverage.reviewed) == (Status.CLEAN, 3)
    assert receipt.bill.unsettled_usd == 0
    assert [request.diagnosed for request in vendor.requests] == [True, False, False, False]


def test_a_full_store_costs_a_sentence_and_not_the_review() -> None:
    """What was found is reported, whatever the store says."""
    receipt = reviewed(Vendor(Api()), KeptPrefixes(full=True))
    assert receipt.status is Status.CLEAN
    assert any("cannot remember" in note for note in receipt.notes)


def test_damage_is_told_once() -> None:
    """However many prefixes were looked up."""
    receipt = reviewed(Vendor(Api()), KeptPrefixes(note="prefixes.jsonl is damaged."))
    assert [note for note in receipt.notes if "damaged" in note] == ["prefixes.jsonl is damaged."]


def test_a_run_in_which_nobody_answered_leaves_no_word() -> None:
    """It did not warm anything."""

    def act(_: ModelRequest) -> ModelAnswer:
        raise CallFailed(FailureKind.NOT_PERMITTED, "no")

    history = KeptPrefixes()
    receipt = reviewed(Vendor(act), history)
    assert history.uses == []
    assert receipt.cache.by_model[0].writes == 0


@pytest.mark.parametrize("ttl", ["5m", "1h", None])
def test_the_receipt_says_for_how_long(ttl: str | None) -> None:
    """As chosen by the settings here, with the dollars of each way where there was a choice."""
    options: Options = some_options(cache_ttl=ttl)
    receipt = Room(Vendor(Api())).review(a_change(3), options)
    assert receipt.cache.ttl == (ttl or "off")
    assert set(receipt.cache.by_model[0].expected_usd) == ({"off", ttl} if ttl else set())
