"""A request's body as the Messages API takes it, whether it is asked at once or in a batch."""

from __future__ import annotations

from typing import Any

from bot.core.calls import ModelRequest


def body_of(request: ModelRequest) -> dict[str, Any]:
    """What asking and counting have in common, in the order that caching hashes it."""
    content: list[dict[str, Any]] = [{"type": "text", "text": request.facts, **_breakpoint(request.facts_ttl)}]
    content += [{"type": "text", "text": hunk} for hunk in request.hunks]
    output: dict[str, Any] = {"format": {"type": "json_schema", "schema": dict(request.contract.schema)}}
    if request.effort:
        output["effort"] = request.effort
    body: dict[str, Any] = {
        "model": request.model,
        "system": [{"type": "text", "text": request.system, **_breakpoint(request.cache_ttl)}],
        "messages": [{"role": "user", "content": content}],
        "output_config": output,
    }
    if request.thinking:
        body["thinking"] = {"type": request.thinking}
    return body


def _breakpoint(ttl: str | None) -> dict[str, Any]:
    """A block's mark that the prompt up to and with it is to be cached."""
    return {"cache_control": {"type": "ephemeral", "ttl": ttl}} if ttl else {}
