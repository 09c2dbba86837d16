"""The Claude Messages API through the official SDK: one attempt a call, every ending mapped to a FailureKind."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anthropic
import httpx2

from bot.adapters.anthropic.failures import failure_of, lost
from bot.adapters.anthropic.stream import Gathered
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import FailureKind
from bot.errors import CallFailed
from bot.ports import Clock


@dataclass(frozen=True, slots=True)
class Access:
    """How the API is reached; the key never appears in a repr.

    `silence_timeout` ends an attempt whose stream says nothing for so many seconds (the API pings while it thinks).
    """

    api_key: str = field(repr=False)
    base_url: str | None = None
    silence_timeout: float = 60.0


class ClaudeApi:
    """Provider and TokenCounter over the SDK, whose own retries are off: bot/app/retry.py owns them."""

    def __init__(self, access: Access, clock: Clock, stop: threading.Event) -> None:
        """`stop` ends answers that are still arriving when a run is interrupted."""
        self._client = anthropic.Anthropic(
            api_key=access.api_key,
            base_url=access.base_url or "https://api.anthropic.com",
            max_retries=0,
            timeout=httpx2.Timeout(access.silence_timeout, connect=10.0),
            default_headers={"x-api-key": access.api_key},
        )
        self._clock = clock
        self._stop = stop

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """Stream one answer. Streaming shows a dead connection within `silence_timeout`, not after a whole answer."""
        deadline = min(self._clock.monotonic() + request.seconds, request.until)
        gathered = Gathered(request_id=None)
        try:
            with self._client.messages.create(max_tokens=request.max_tokens, stream=True, **_body(request)) as stream:
                gathered.request_id = stream.response.headers.get("request-id")
                for event in anthropic.Stream.raw_events(stream.response):
                    if event.data:
                        gathered.add(event.json(), begun)
                    if not gathered.complete:
                        self._give_up_if_over(deadline, gathered.request_id)
        except anthropic.APIError as error:
            raise failure_of(error, gathered.request_id) from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            if not gathered.complete:
                raise lost(error, gathered.request_id) from error
        except json.JSONDecodeError as error:
            raise CallFailed(
                FailureKind.BROKEN_STREAM, "the stream held no JSON", request_id=gathered.request_id
            ) from error
        return gathered.answer(request.cache_ttl)

    def _give_up_if_over(self, deadline: float, request_id: str | None) -> None:
        if self._stop.is_set():
            raise CallFailed(FailureKind.STOPPED, "interrupted", request_id=request_id)
        if self._clock.monotonic() > deadline:
            raise CallFailed(FailureKind.TIMED_OUT, "the answer took too long", request_id=request_id)

    def count(self, request: ModelRequest) -> int | None:
        """Input tokens by the free counting endpoint; None where it is missing or does not answer."""
        try:
            counted = self._client.messages.count_tokens(**_body(request))
        except (anthropic.APIError, json.JSONDecodeError):
            return None
        tokens: object = getattr(counted, "input_tokens", None)  # a gateway without the endpoint may say anything
        return tokens if isinstance(tokens, int) else None

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()


def _body(request: ModelRequest) -> dict[str, Any]:
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
