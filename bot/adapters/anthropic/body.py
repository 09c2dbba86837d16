"""A request's body as the Messages API takes it, whether it is asked at once or in a batch."""

from __future__ import annotations

from typing import Any

from bot.core.calls import ModelRequest


def body_of(request: ModelRequest) -> dict[str, Any]:
    """What asking and counting have in common, in the order that caching hashes it."""
    marker = {"cache_control": {"type": "ephemeral", "ttl": request.cache_ttl}} if request.cache_ttl else {}
    content: list[dict[str, Any]] = [{"type": "text", "text": request.facts, **marker}]
    content += [{"type": "text", "text": hunk} for hunk in request.hunks]
    output: dict[str, Any] = {"format": {"type": "json_schema", "schema": dict(request.contract.schema)}}
    if request.effort:
        output["effort"] = request.effort
    body: dict[str, Any] = {
        "model": request.model,
        "system": [{"type": "text", "text": request.system, **marker}],
        "messages": [{"role": "user", "content": content}],
        "output_config": output,
    }
    if request.thinking:
        body["thinking"] = {"type": request.thinking}
    return body
