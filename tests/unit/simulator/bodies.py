"""Request bodies for tests, and the way from one to a request."""

from __future__ import annotations

from typing import Any

from bot.simulator.request import Request
from bot.simulator.tenant import Tenant
from bot.simulator.validate import read_request

MARKER = {"type": "ephemeral"}
HOUR_MARKER = {"type": "ephemeral", "ttl": "1h"}
_FINDING: dict[str, Any] = {
    "path": {"type": "string"},
    "line": {"type": "integer"},
    "end_line": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    "side": {"enum": ["RIGHT", "LEFT"]},
    "quote": {"type": "string"},
    "severity": {"enum": ["error", "warning", "info"]},
    "category": {"type": "string"},
    "title": {"type": "string"},
    "body": {"type": "string"},
    "suggestion": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    "confidence": {"type": "number"},
}
REVIEW_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["findings"],
    "properties": {"findings": {"type": "array", "items": {"$ref": "#/$defs/Finding"}}},
    "$defs": {
        "Finding": {
            "type": "object",
            "additionalProperties": False,
            "required": list(_FINDING),
            "properties": _FINDING,
        }
    },
}


KEY = Tenant("key")


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now


def text(words: str, marker: dict[str, str] | None = None) -> dict[str, Any]:
    """A text block, perhaps with a cache marker."""
    return {"type": "text", "text": words, **({"cache_control": marker} if marker else {})}


def body(**changes: Any) -> dict[str, Any]:
    """A small good body of `POST /v1/messages`; a change to None leaves the field out."""
    fields = {
        "model": "claude-haiku-5-5",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": "Hello"}],
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def request(tenant: str = "key", **changes: Any) -> Request:
    """The request such a body stands for."""
    return read_request(body(**changes), Tenant(tenant))


def output(**config: Any) -> dict[str, Any]:
    """An `output_config` with the review's schema."""
    return {"format": {"type": "json_schema", "schema": REVIEW_SCHEMA}, **config}
