"""Answers are held against their contract where they are paid for."""

from __future__ import annotations

import pytest

from bot.app.guard import Guard
from bot.app.reading import Reading
from bot.core.answer import REVIEW, Answer
from bot.core.budget import Budget, Limits
from bot.core.calls import ModelAnswer, Outcome
from bot.core.usage import Usage
from tests.fakes import PRICES, FakeClock, NoCounter, Vendor, Watcher, a_request, an_answer


def read(answer: ModelAnswer) -> ModelAnswer:
    """The answer, read by the contract of a review."""
    return Reading(Vendor(lambda _: answer)).ask(a_request(contract=REVIEW), lambda: None)


def test_an_answer_comes_back_parsed() -> None:
    """Nobody further out parses again."""
    assert read(an_answer('{"findings": []}')).parsed == Answer(findings=())


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", '{"findings": {}}', '{"findings": [{}]}', '{"findings": [], "more": 1}', "[" * 100_000],
)
def test_what_holds_to_no_contract_is_unparseable_and_keeps_its_usage(text: str) -> None:
    """It was paid for, whatever it says."""
    answer = read(an_answer(text, input_tokens=7))
    assert answer.outcome is Outcome.UNPARSEABLE
    assert (answer.usage, answer.parsed) == (Usage(input_tokens=7), None)


@pytest.mark.parametrize("outcome", [Outcome.TRUNCATED, Outcome.REFUSED])
def test_a_cut_or_refused_answer_is_not_read(outcome: Outcome) -> None:
    """Half an answer that happens to parse is still half an answer."""
    assert read(ModelAnswer('{"findings": []}', Usage(), outcome, None)).outcome is outcome


def test_inside_the_guard_a_useless_answer_is_recorded_as_such() -> None:
    """The receipt's waste is made of these."""
    guard = Guard(
        Reading(Vendor(lambda _: an_answer("no"))), Budget(Limits()), PRICES, NoCounter(), FakeClock(), Watcher()
    )
    guard.ask(a_request(contract=REVIEW), lambda: None)
    assert [call.outcome for call in guard.calls()] == ["unparseable"]
