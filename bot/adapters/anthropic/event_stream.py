"""The events of a streamed answer as plain JSON, out of either framing that the platforms use."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import anthropic

SSE = "text/event-stream"
AWS = "application/vnd.amazon.eventstream"


class Bytes(Protocol):
    """A response body in pieces."""

    def iter_bytes(self) -> Iterator[bytes]:
        """The pieces, as they arrive."""
        ...


def events(body: Bytes, content_type: str) -> Iterator[Mapping[str, Any]] | None:
    """Every event, or None where the content type says that the answer is no stream. Raises ValueError for nonsense."""
    if content_type.startswith(SSE):
        return _sse(body)
    return _aws(body.iter_bytes()) if content_type.startswith(AWS) else None


def _sse(body: Bytes) -> Iterator[Mapping[str, Any]]:
    for event in anthropic.Stream.raw_events(body):  # type: ignore[arg-type]  # it only reads iter_bytes
        if event.data:
            yield event.json()


def _aws(pieces: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    """Amazon's binary frames: an event of the API in base64 within each `chunk`, an exception as itself.

    Every frame carries checksums; one that does not hold raises botocore's ParserError, a ValueError here.
    """
    from botocore.eventstream import EventStreamBuffer, ParserError  # noqa: PLC0415 - only where Bedrock is asked

    buffer = EventStreamBuffer()
    for piece in pieces:
        buffer.add_data(piece)
        try:
            for message in buffer:
                yield _event(message.headers, message.payload)
        except ParserError as error:
            raise ValueError(str(error)) from error


def _event(headers: Mapping[str, Any], payload: bytes) -> Mapping[str, Any]:
    said = json.loads(payload)
    if headers.get(":message-type") == "event":
        event: Mapping[str, Any] = json.loads(base64.b64decode(said["bytes"]))
        return event
    kind = headers.get(":exception-type") or headers.get(":error-code")
    return {"type": "error", "error": {"type": kind, "message": said.get("message")}}
