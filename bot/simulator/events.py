"""An answer as the API writes it: one JSON message, or the events of a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.simulator.turn import Turn

DELTA_CHARACTERS = 120


def message(turn: Turn) -> dict[str, Any]:
    """The whole message."""
    return {
        **_opening(turn),
        "content": turn.answer.content(),
        "stop_reason": turn.answer.stop_reason,
        "stop_details": turn.answer.stop_details,
        "usage": usage(turn),
    }


def usage(turn: Turn) -> dict[str, Any]:
    """What the answer cost, in full."""
    return {
        **_input_usage(turn),
        "cache_creation": {
            "ephemeral_5m_input_tokens": turn.use.write_5m_tokens,
            "ephemeral_1h_input_tokens": turn.use.write_1h_tokens,
        },
        **_output_usage(turn),
        "server_tool_use": None,
        "service_tier": turn.service_tier,
        "inference_geo": "not_available",
        "speed": turn.request.speed,
    }


def stream(turn: Turn) -> Iterator[dict[str, Any]]:
    """The events of the streamed answer, in order."""
    start = {
        **_opening(turn),
        "content": [],
        "usage": {**usage(turn), "output_tokens": min(1, turn.answer.output_tokens)},
    }
    start["usage"].pop("output_tokens_details")
    yield _event("message_start", message=start)
    for index, block in enumerate(turn.answer.content()):
        yield from _block_events(index, block)
        if index == 0:
            yield _event("ping")
    yield _event(
        "message_delta",
        delta={
            "stop_reason": turn.answer.stop_reason,
            "stop_sequence": None,
            "stop_details": turn.answer.stop_details,
            "container": None,
        },
        usage={**_input_usage(turn), **_output_usage(turn), "server_tool_use": None},
    )
    yield _event("message_stop")


def sse(event: Mapping[str, Any]) -> bytes:
    """An event as a server-sent event."""
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event['type']}\ndata: {data}\n\n".encode("utf-8", "surrogatepass")


def _event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, **fields}


def _block_events(index: int, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if block["type"] == "thinking":
        empty: dict[str, Any] = {"type": "thinking", "thinking": "", "signature": ""}
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in _pieces(block["thinking"])]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    else:
        empty = {"type": "text", "text": "", "citations": None}
        deltas = [{"type": "text_delta", "text": piece} for piece in _pieces(block["text"])]
    yield _event("content_block_start", index=index, content_block=empty)
    for delta in deltas:
        yield _event("content_block_delta", index=index, delta=delta)
    yield _event("content_block_stop", index=index)


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), DELTA_CHARACTERS):
        yield text[start : start + DELTA_CHARACTERS]


def _opening(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.message_id,
        "type": "message",
        "role": "assistant",
        "model": turn.request.model.id,
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "container": None,
        "diagnostics": turn.diagnostics,
    }


def _input_usage(turn: Turn) -> dict[str, Any]:
    return {
        "input_tokens": turn.use.uncached_tokens,
        "cache_creation_input_tokens": turn.use.write_5m_tokens + turn.use.write_1h_tokens,
        "cache_read_input_tokens": turn.use.read_tokens,
    }


def _output_usage(turn: Turn) -> dict[str, Any]:
    return {
        "output_tokens": turn.answer.output_tokens,
        "output_tokens_details": {"thinking_tokens": turn.answer.thinking_tokens},
    }
