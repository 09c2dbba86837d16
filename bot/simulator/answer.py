"""What the stand-in says, and what saying it costs in output tokens."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from typing import Any

from bot.simulator import tokens
from bot.simulator.request import Request
from bot.simulator.reviewer import review

ANSWER_TOKENS = 4
"""Framing around every answer: an empty one costs something too."""

REFUSAL_TOKENS = 12

THINKING_TOKENS = {"low": 40, "medium": 150, "high": 400, "xhigh": 1000, "max": 2000}
"""Tokens spent on thinking before an answer, by effort."""

_GARBLED = "Here is what I found in the changes you sent me: {"
_THOUGHT = "The hunks are read against a list of plain rules. "


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: content blocks, why it ended, and its size. `output_tokens` includes `thinking_tokens`."""

    thought: str | None
    text: str
    stop_reason: str
    output_tokens: int
    thinking_tokens: int
    stop_details: dict[str, Any] | None = None

    def content(self) -> list[dict[str, Any]]:
        """The content blocks of a message."""
        blocks: list[dict[str, Any]] = []
        if self.thought is not None:
            blocks.append({"type": "thinking", "thinking": self.thought, "signature": _signature(self)})
        if self.text:
            blocks.append({"type": "text", "text": self.text, "citations": None})
        return blocks


def compose(request: Request, thinking_scale: float, fault: str | None) -> Answer:
    """The answer to a request; `fault` may be 'truncate', 'refuse' or 'garble'."""
    if request.max_tokens == 0:
        return Answer(None, "", "max_tokens", 0, 0)
    if fault == "refuse":
        return _refusal()
    text = _GARBLED if fault == "garble" else review.reply(request)
    answer = _within(request, text, _thinking_tokens(request, thinking_scale))
    return _truncated(request, answer) if fault == "truncate" else answer


def _truncated(request: Request, answer: Answer) -> Answer:
    """Half an answer at the price of max_tokens, as when a model cannot come to an end."""
    half = answer.text[: len(answer.text) // 2]
    thinking = request.max_tokens // 2 if request.thinking.on else 0
    return replace(
        answer, text=half, stop_reason="max_tokens", output_tokens=request.max_tokens, thinking_tokens=thinking
    )


def _within(request: Request, text: str, thinking: int) -> Answer:
    """The answer, cut where max_tokens ends it."""
    new = request.model.new_tokenizer
    room = request.max_tokens
    shown = (_THOUGHT if request.thinking.shown else "") if thinking else None
    if thinking >= room:
        return Answer(shown, "", "max_tokens", room, room)
    spoken = tokens.count_text(text, new_tokenizer=new)
    if thinking + spoken + ANSWER_TOKENS > room:
        cut = tokens.cut_to_tokens(text, min(spoken - 1, room - thinking - ANSWER_TOKENS), new_tokenizer=new)
        return Answer(shown, cut, "max_tokens", room, thinking)
    return Answer(shown, text, "end_turn", thinking + spoken + ANSWER_TOKENS, thinking)


def _thinking_tokens(request: Request, scale: float) -> int:
    if not request.thinking.on:
        return 0
    return math.ceil(THINKING_TOKENS[request.effort or "high"] * scale)


def _refusal() -> Answer:
    details = {
        "type": "refusal",
        "category": "cyber",
        "explanation": "The stand-in was told to refuse this request.",
    }
    return Answer(None, "", "refusal", REFUSAL_TOKENS, 0, details)


def _signature(answer: Answer) -> str:
    return hashlib.sha256(f"{answer.thinking_tokens} {answer.text}".encode("utf-8", "surrogatepass")).hexdigest()
