"""Why a request could not read the prefix of the one before it, as `diagnostics.cache_miss_reason` says it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from bot.simulator import tokens
from bot.simulator.request import Request
from bot.simulator.tenant import Tenant

REMEMBERED_REQUESTS = 10_000


@dataclass(frozen=True, slots=True)
class _Fingerprint:
    """Who asked, and what the request was made of. `cacheable` is its input up to the last breakpoint, in tokens."""

    tenant: Tenant
    model: str
    tools: str
    system: str
    messages: tuple[str, ...]
    other: str
    cacheable: int


class Diagnostics:
    """Remembers the requests that asked for diagnostics; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Fingerprint] = OrderedDict()

    def remember(self, message_id: str, request: Request, cacheable: int) -> None:
        """Keep a request that asked for diagnostics, under its answer's id."""
        if not request.diagnosed:
            return
        with self._lock:
            self._known[message_id] = _fingerprint(request, cacheable)
            if len(self._known) > REMEMBERED_REQUESTS:
                self._known.popitem(last=False)

    def explain(self, request: Request, read_tokens: int) -> dict[str, Any] | None:
        """The answer's `diagnostics`: null where none was asked for or nothing diverged."""
        if request.previous_message_id is None:
            return None
        with self._lock:
            before = self._known.get(request.previous_message_id)
        if before is None or before.tenant != request.tenant:
            return _reason("previous_message_not_found")
        kind = _divergence(before, _fingerprint(request, 0))
        if kind is None or kind == "unavailable":
            return None if kind is None else _reason(kind)
        return _reason(kind, cache_missed_input_tokens=max(0, before.cacheable - read_tokens))


def _divergence(before: _Fingerprint, now: _Fingerprint) -> str | None:
    for name in ("model", "tools", "system"):
        if getattr(before, name) != getattr(now, name):
            return f"{name}_changed"
    if now.messages[: len(before.messages)] != before.messages:
        return "messages_changed"
    return "unavailable" if before.other != now.other else None


def _fingerprint(request: Request, cacheable: int) -> _Fingerprint:
    unmarked = tokens.without_marker
    return _Fingerprint(
        tenant=request.tenant,
        model=f"{request.model.id} {request.speed}",
        tools=tokens.canonical([unmarked(tool) for tool in request.tools]),
        system=tokens.canonical([unmarked(block) for block in request.system]),
        messages=tuple(
            tokens.canonical([message.role, *(unmarked(block) for block in message.blocks)])
            for message in request.messages
        ),
        other=tokens.canonical([request.thinking.mode, request.effort, request.schema, request.tool_choice]),
        cacheable=cacheable,
    )


def _reason(kind: str, **figures: int) -> dict[str, Any]:
    return {"cache_miss_reason": {"type": kind, **figures}}
