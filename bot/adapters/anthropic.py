"""The Claude Messages API through the official SDK: one attempt a call, every ending mapped to a FailureKind."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import anthropic
import httpx2
from anthropic import types

from bot.core.calls import ModelAnswer, ModelRequest, Outcome
from bot.core.failure import FailureKind
from bot.core.usage import Usage
from bot.errors import CallFailed
from bot.ports import Clock

_STATUS_KINDS = {
    400: FailureKind.BAD_REQUEST,
    401: FailureKind.NOT_PERMITTED,
    402: FailureKind.NOT_PERMITTED,
    403: FailureKind.NOT_PERMITTED,
    404: FailureKind.NOT_FOUND,
    408: FailureKind.GATEWAY_ERROR,
    409: FailureKind.SERVER_ERROR,
    413: FailureKind.TOO_LARGE,
    429: FailureKind.RATE_LIMITED,
    500: FailureKind.SERVER_ERROR,
    503: FailureKind.OVERLOADED,
    529: FailureKind.OVERLOADED,
}
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


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
        gathered = _Gathered(self._clock.monotonic() + request.seconds)
        try:
            with self._client.messages.create(max_tokens=request.max_tokens, stream=True, **_body(request)) as stream:
                gathered.request_id = stream.response.headers.get("request-id")
                for event in stream:
                    gathered.add(event, begun)
                    if not gathered.complete:
                        self._give_up_if_over(gathered)
        except anthropic.APIError as error:
            raise _failure(error, gathered) from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            if not gathered.complete:
                raise _lost(error, gathered) from error
        except json.JSONDecodeError as error:
            raise CallFailed(
                FailureKind.BROKEN_STREAM, "the stream held no JSON", request_id=gathered.request_id
            ) from error
        return gathered.answer(request.cache_ttl)

    def count(self, request: ModelRequest) -> int | None:
        """Input tokens by the free counting endpoint; None where it is missing or does not answer."""
        try:
            counted = self._client.messages.count_tokens(**_body(request))
        except (anthropic.APIError, json.JSONDecodeError):
            return None
        tokens: object = getattr(counted, "input_tokens", None)  # a gateway without the endpoint may say anything
        return tokens if isinstance(tokens, int) else None

    def _give_up_if_over(self, gathered: _Gathered) -> None:
        if self._stop.is_set():
            raise CallFailed(FailureKind.STOPPED, "interrupted", request_id=gathered.request_id)
        if self._clock.monotonic() > gathered.deadline:
            raise CallFailed(FailureKind.TIMED_OUT, "the answer took too long", request_id=gathered.request_id)

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


@dataclass(slots=True)
class _Gathered:
    """An answer while it arrives."""

    deadline: float
    request_id: str | None = None
    text: list[str] = field(default_factory=list)
    started: types.Usage | None = None
    ended: types.MessageDeltaUsage | None = None
    stop_reason: str | None = None

    def add(self, event: types.RawMessageStreamEvent, begun: Callable[[], None]) -> None:
        if event.type == "message_start":
            self.started = event.message.usage
            begun()
        elif event.type == "content_block_delta" and event.delta.type == "text_delta":
            self.text.append(event.delta.text)
        elif event.type == "message_delta":
            self.ended = event.usage
            self.stop_reason = event.delta.stop_reason

    @property
    def complete(self) -> bool:
        """Whether the answer and its final usage are there, whatever happens to the connection afterwards."""
        return self.started is not None and self.ended is not None and self.stop_reason is not None

    def answer(self, cache_ttl: str | None) -> ModelAnswer:
        if self.started is None or self.ended is None:
            raise CallFailed(
                FailureKind.CONNECTION_LOST, "the answer ended before its usage came", request_id=self.request_id
            )
        return ModelAnswer(
            "".join(self.text), _usage(self.started, self.ended, cache_ttl), _outcome(self.stop_reason), self.request_id
        )


def _usage(started: types.Usage, ended: types.MessageDeltaUsage, cache_ttl: str | None) -> Usage:
    """The final figures, cumulative in the last event; what that leaves out stands in the first one."""

    def final(name: str) -> int:
        value = getattr(ended, name)
        return int((getattr(started, name) if value is None else value) or 0)

    written = final("cache_creation_input_tokens")
    by_ttl = started.cache_creation
    one_hour = min(written, by_ttl.ephemeral_1h_input_tokens) if by_ttl else (written if cache_ttl == "1h" else 0)
    details = ended.output_tokens_details
    return Usage(
        input_tokens=final("input_tokens"),
        cache_write_5m_tokens=written - one_hour,
        cache_write_1h_tokens=one_hour,
        cache_read_tokens=final("cache_read_input_tokens"),
        output_tokens=ended.output_tokens,
        thinking_tokens=details.thinking_tokens if details else 0,
    )


def _outcome(stop_reason: str | None) -> Outcome:
    if stop_reason in ("max_tokens", "model_context_window_exceeded"):
        return Outcome.TRUNCATED
    if stop_reason == "refusal":
        return Outcome.REFUSED
    return Outcome.ANSWERED


def _failure(error: anthropic.APIError, gathered: _Gathered) -> CallFailed:
    if isinstance(error, anthropic.APIConnectionError):
        return _lost(error.__cause__, gathered)
    if not isinstance(error, anthropic.APIStatusError):
        return CallFailed(FailureKind.GATEWAY_ERROR, error.message, request_id=gathered.request_id)
    return CallFailed(
        _kind(error),
        error.api_message or error.message,
        status=error.status_code,
        retry_after=_retry_after(error.response.headers),
        request_id=error.request_id or gathered.request_id,
    )


def _kind(error: anthropic.APIStatusError) -> FailureKind:
    if error.status_code < HTTPStatus.BAD_REQUEST:
        return FailureKind.BROKEN_STREAM
    if _is_spend_limit(error):
        return FailureKind.SPEND_LIMIT
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and error.type is None:
        return FailureKind.GATEWAY_ERROR
    fallback = (
        FailureKind.GATEWAY_ERROR if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else FailureKind.BAD_REQUEST
    )
    return _STATUS_KINDS.get(error.status_code, fallback)


def _is_spend_limit(error: anthropic.APIStatusError) -> bool:
    """Spend caps come as 429 with a code of their own, as 402, and (a limit set by the user) as a plain 400."""
    if "spend_limit" in (error.error_code or ""):
        return True
    return error.status_code == HTTPStatus.BAD_REQUEST and "API usage limits" in (error.api_message or "")


def _lost(cause: BaseException | None, gathered: _Gathered) -> CallFailed:
    if isinstance(cause, _NEVER_SENT):
        return CallFailed(FailureKind.NEVER_SENT, "no connection to the API could be made")
    if isinstance(cause, httpx2.TimeoutException):
        return CallFailed(FailureKind.TIMED_OUT, "the API said nothing for too long", request_id=gathered.request_id)
    return CallFailed(FailureKind.CONNECTION_LOST, "the connection was lost", request_id=gathered.request_id)


def _retry_after(headers: httpx2.Headers) -> float | None:
    """Seconds; a date or nonsense counts as not given."""
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return None
