"""The Claude Messages API through the official SDK: one attempt a call, every ending mapped to a FailureKind."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx2

from bot.adapters.anthropic.access import Access
from bot.adapters.anthropic.batches import ClaudeBatches
from bot.adapters.anthropic.body import body_of
from bot.adapters.anthropic.clients import CONNECT_SECONDS, client_for
from bot.adapters.anthropic.event_stream import events
from bot.adapters.anthropic.failures import failure_of, lost, not_signed_in, request_id_of, sign_in_errors
from bot.adapters.anthropic.stream import Gathered
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.chain import ProviderKind
from bot.core.failure import FailureKind
from bot.errors import CallFailed
from bot.ports import Clock

_COUNT_SECONDS = 5.0
"""A count only sharpens a reservation that a bound would do for, so nobody waits long for it."""


Heard = Callable[[str, Mapping[str, str]], None]
"""Hears the model and the headers of each response, before its body."""


class ClaudeApi:
    """Provider and TokenCounter over the SDK, on any platform that it speaks to."""

    def __init__(
        self, access: Access, clock: Clock, stop: threading.Event, heard: Heard = lambda _model, _headers: None
    ) -> None:
        """`stop` ends answers that are still arriving when a run is interrupted. Raises BadConfiguration."""
        self._client = client_for(access)
        self._sign_in_errors = sign_in_errors(access)
        self._diagnoses = access.kind is ProviderKind.ANTHROPIC
        self._silence_timeout = access.silence_timeout
        self._clock = clock
        self._stop = stop
        self._heard = heard

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """Stream one answer. Streaming shows a dead connection within `silence_timeout`, not after a whole answer."""
        deadline = min(self._clock.monotonic() + request.seconds, request.until)
        gathered = Gathered(request_id=None)
        try:
            with self._client.messages.create(
                max_tokens=request.max_tokens,
                stream=True,
                timeout=self._timeout(deadline),
                **body_of(request),
                **(_diagnostics(request) if self._diagnoses else {}),
            ) as stream:
                gathered.request_id = request_id_of(stream.response.headers)
                self._heard(request.model, stream.response.headers)
                self._gather(stream.response, gathered, deadline, begun)
        except anthropic.APIError as error:
            if isinstance(error, anthropic.APIStatusError) and error.response.is_error:
                self._heard(request.model, error.response.headers)
            raise failure_of(error, gathered.request_id) from error
        except self._sign_in_errors as error:
            raise not_signed_in(error) from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            if not gathered.complete:
                raise lost(error, gathered.request_id) from error
        except ValueError as error:
            raise CallFailed(
                FailureKind.BROKEN_STREAM, "the stream held no JSON", request_id=gathered.request_id
            ) from error
        return gathered.answer(request.ttls)

    def _timeout(self, deadline: float) -> httpx2.Timeout:
        """No single wait outlasts the attempt."""
        left = max(1.0, deadline - self._clock.monotonic())
        return httpx2.Timeout(min(self._silence_timeout, left), connect=min(CONNECT_SECONDS, left))

    def _gather(
        self, response: httpx2.Response, gathered: Gathered, deadline: float, begun: Callable[[], None]
    ) -> None:
        watched = _Watched(response, lambda: self._give_up_if_over(deadline, gathered))
        arriving = events(watched, response.headers.get("content-type", ""))
        if arriving is None:
            gathered.add_message(_json_of(response), begun)
            return
        for event in arriving:
            gathered.add(event, begun)

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
        except self._sign_in_errors:  # errors of the API are among them
            return None
        except json.JSONDecodeError:
            return None
        tokens: object = getattr(counted, "input_tokens", None)  # a gateway without the endpoint may say anything
        return tokens if isinstance(tokens, int) else None

    def batches(self) -> ClaudeBatches | None:
        """The Message Batches API of the same key; None on platforms that have none."""
        return ClaudeBatches(self._client) if isinstance(self._client, anthropic.Anthropic) else None

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


def _diagnostics(request: ModelRequest) -> dict[str, Any]:
    """The question why an earlier prefix was missed, which only Anthropic's own API answers."""
    return {"diagnostics": {"previous_message_id": request.previous_message_id}} if request.diagnosed else {}
