"""Answers and what they cost."""

from __future__ import annotations

import json

import pytest

from bot.simulator.answer import THINKING_TOKENS, compose
from tests.unit.simulator.bodies import output, request


def test_a_plain_request_is_told_that_it_is_simulated() -> None:
    """Nobody mistakes the stand-in for a model."""
    answer = compose(request(), 1.0, None)
    assert "simulated" in answer.text
    assert (answer.stop_reason, answer.thinking_tokens) == ("end_turn", THINKING_TOKENS["medium"])
    assert answer.output_tokens > answer.thinking_tokens


def test_thinking_follows_effort_and_can_be_off() -> None:
    """Effort decides what thinking costs; a mode without thinking costs none and shows no block."""
    low = compose(request(output_config={"effort": "low"}), 1.0, None)
    off = compose(request(thinking={"type": "disabled"}), 1.0, None)
    assert low.thinking_tokens == THINKING_TOKENS["low"]
    assert off.thinking_tokens == 0
    assert [block["type"] for block in off.content()] == ["text"]
    assert [block["type"] for block in low.content()] == ["thinking", "text"]


def test_the_text_of_thinking_is_shown_only_where_asked_for() -> None:
    """Newer models omit it by default and give a signature alone."""
    hidden = compose(request(), 1.0, None).content()[0]
    shown = compose(request(thinking={"type": "adaptive", "display": "summarized"}), 1.0, None).content()[0]
    assert (hidden["thinking"], bool(hidden["signature"])) == ("", True)
    assert shown["thinking"]


@pytest.mark.parametrize("room", [1, 40, 150, 151, 153, 160])
def test_max_tokens_ends_an_answer_and_is_charged(room: int) -> None:
    """What does not fit is cut, and never costs more than max_tokens."""
    answer = compose(request(max_tokens=room), 1.0, None)
    assert (answer.stop_reason, answer.output_tokens) == ("max_tokens", room)
    assert answer.thinking_tokens <= room


def test_a_warm_up_generates_nothing() -> None:
    """max_tokens 0 fills the cache and no more."""
    answer = compose(request(max_tokens=0), 1.0, None)
    assert (answer.content(), answer.output_tokens, answer.stop_reason) == ([], 0, "max_tokens")


def test_a_told_truncation_costs_all_of_max_tokens() -> None:
    """A model that cannot end spends everything it may, and half an answer arrives."""
    answer = compose(request(output_config=output(), max_tokens=5000), 1.0, "truncate")
    assert (answer.stop_reason, answer.output_tokens) == ("max_tokens", 5000)
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(answer.text)


def test_a_refusal_says_so_and_carries_its_details() -> None:
    """stop_reason and stop_details as the API gives them."""
    answer = compose(request(), 1.0, "refuse")
    assert answer.stop_reason == "refusal"
    assert answer.stop_details is not None
    assert answer.stop_details["type"] == "refusal"


def test_a_garbled_answer_is_no_json() -> None:
    """Even under a schema, as when the answer broke."""
    answer = compose(request(output_config=output()), 1.0, "garble")
    assert answer.stop_reason == "end_turn"
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(answer.text)
