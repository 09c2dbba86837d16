"""The Claude Messages API through the official SDK: one attempt a call, every ending mapped to a FailureKind."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import anthropic
import httpx2

from bot.adapters.anthropic.body import body_of
from bot.adapters.anthropic.failures import failure_of, lost
from bot.adapters.anthropic.stream import Gathered
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import FailureKind
from bot.errors import CallFailed
from bot.ports import Clock

_CONNECT_SECONDS = 10.0
_COUNT_SECONDS = 5.0
"""A count only sharpens a reservation that a bound would do for, so nobody waits long for it."""


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
            timeout=httpx2.Timeout(access.silence_timeout, connect=_CONNECT_SECONDS),
            default_headers={"x-api-key": access.api_key},
        )
        self._silence_timeout = access.silence_timeout
        self._clock = clock
        self._stop = stop

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """Stream one answer. Streaming shows a dead connection within `silence_timeout`, not after a whole answer."""
        deadline = min(self._clock.monotonic() + request.seconds, request.until)
        gathered = Gathered(request_id=None)
        try:
            with self._client.messages.create(
                max_tokens=request.max_tokens, stream=True, timeout=self._timeout(deadline), **body_of(request)
            ) as stream:
                gathered.request_id = stream.response.headers.get("request-id")
                self._gather(stream.response, gathered, deadline, begun)
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

    def _timeout(self, deadline: float) -> httpx2.Timeout:
        """No single wait outlasts the attempt."""
        left = max(1.0, deadline - self._clock.monotonic())
        return httpx2.Timeout(min(self._silence_timeout, left), connect=min(_CONNECT_SECONDS, left))

    def _gather(
        self, response: httpx2.Response, gathered: Gathered, deadline: float, begun: Callable[[], None]
    ) -> None:
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            gathered.add_message(_json_of(response), begun)
            return
        watched = _Watched(response, lambda: self._give_up_if_over(deadline, gathered))
        for event in anthropic.Stream.raw_events(watched):  # type: ignore[arg-type]  # it only reads iter_bytes
            if event.data:
                gathered.add(event.json(), begun)

    def _give_up_if_over(self, deadline: float, gathered: Gathered) -> None:
        if gathered.complete:
            return
        if self._stop.is_set():
            raise CallFailed(FailureKind.STOPPED, "interrupted", request_id=gathered.request_id)
        if self._clock.monotonic() > deadline:
            raise CallFailed(FailureKind.TIMED_OUT, "the answer took too long", request_id=gathered.request_id)

    def count(self, request: ModelRequest) -> int | None:
        """Input tokens by the free counting endpoint; None where it is missing or does not answer soon."""
        try:
            counted = self._client.messages.count_tokens(timeout=_COUNT_SECONDS, **body_of(request))
        except (anthropic.APIError, json.JSONDecodeError):
            return None
        tokens: object = getattr(counted, "input_tokens", None)  # a gateway without the endpoint may say anything
        return tokens if isinstance(tokens, int) else None

    @property
    def client(self) -> anthropic.Anthropic:
        """The SDK's client, for what else the same key is asked."""
        return self._client

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()


@dataclass(frozen=True, slots=True)
class _Watched:
    """A response whose every piece of bytes is followed by a look at the clock: a line can drip without an event."""

    response: httpx2.Response
    look: Callable[[], None]

    def iter_bytes(self) -> Iterator[bytes]:
        for piece in self.response.iter_bytes():
            yield piece
            self.look()


def _json_of(response: httpx2.Response) -> Any:
    """A body that is not a stream; None where it is no JSON either."""
    try:
        return json.loads(response.read())
    except ValueError:
        return None
