"""The Message Batches API through the official SDK; every failure mapped as a call's is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import anthropic
import httpx2
from anthropic.lib.credentials import WorkloadIdentityError
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse

from bot.adapters.anthropic.body import body_of
from bot.adapters.anthropic.failures import failure_of, lost, not_signed_in
from bot.adapters.anthropic.stream import Gathered
from bot.core.calls import ModelRequest
from bot.core.failure import FailureKind
from bot.core.message_batch import Ending, ItemResult, SeenBatch
from bot.errors import CallFailed

_SECONDS = httpx2.Timeout(120.0, connect=10.0)
"""A batch of a hundred megabytes takes a while to hand in."""

_A_PAGE = 100
_MARKER_TTLS = ("1h",)
"""What every cached request of a batch asks for, should its usage not say by itself."""

_INVALID = "invalid_request_error"


class ClaudeBatches:
    """BatchApi over the SDK's client, whose own retries are off."""

    def __init__(self, client: anthropic.Anthropic) -> None:
        self._batches = client.with_options(timeout=_SECONDS).messages.batches

    def create(self, requests: Sequence[tuple[str, ModelRequest]]) -> SeenBatch:
        """Hand in requests by their custom ids."""
        params: list[Any] = [
            {"custom_id": name, "params": {"max_tokens": request.max_tokens, **body_of(request)}}
            for name, request in requests
        ]
        with _mapped():
            return _seen(self._batches.create(requests=params))

    def created_since(self, since: datetime) -> tuple[SeenBatch, ...]:
        """List newest first, page by page, until they are older."""
        seen = []
        with _mapped():
            for batch in self._batches.list(limit=_A_PAGE):
                if batch.created_at < since:
                    break
                seen.append(_seen(batch))
        return tuple(seen)

    def look(self, batch_id: str) -> SeenBatch:
        """One batch as it is now."""
        with _mapped():
            return _seen(self._batches.retrieve(batch_id))

    def first_id(self, batch_id: str) -> str:
        """The first line of the results, without reading the rest: they may be somebody else's, and many."""
        try:
            with _mapped():
                lines = self._batches.results(batch_id)
                try:
                    first = next(iter(lines), None)
                finally:
                    lines.close()
        except CallFailed as failed:
            if failed.kind in {FailureKind.NOT_FOUND, FailureKind.NOT_PERMITTED}:
                return ""
            raise
        return first.custom_id if first else ""

    def results(self, batch_id: str) -> Iterator[ItemResult]:
        """What became of each request; raises CallFailed in the middle where the connection ends early."""
        with _mapped():
            for line in self._batches.results(batch_id):
                yield _result(line)

    def cancel(self, batch_id: str) -> SeenBatch:
        """Ask for an end."""
        with _mapped():
            return _seen(self._batches.cancel(batch_id))


@contextmanager
def _mapped() -> Iterator[None]:
    """Every way a request can fail, as CallFailed."""
    try:
        yield
    except anthropic.APIError as error:
        raise failure_of(error, None) from error
    except WorkloadIdentityError as error:
        raise not_signed_in(error) from error
    except anthropic.AnthropicError as error:
        # No results_url: the batch has not ended, or its results are archived.
        raise CallFailed(FailureKind.NOT_FOUND, str(error)) from error
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise lost(error, None) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CallFailed(FailureKind.NOT_FOUND, "what answers here is not the Message Batches API") from error


def _seen(batch: MessageBatch) -> SeenBatch:
    ended = batch.processing_status == "ended"
    return SeenBatch(batch.id, batch.created_at, ended, batch.request_counts.succeeded)


def _result(line: MessageBatchIndividualResponse) -> ItemResult:
    """The SDK's line as a value; one that succeeded without readable usage raises CallFailed."""
    said: Mapping[str, Any] = line.to_dict()
    result = said["result"]
    ending = Ending(result["type"])
    if ending is Ending.SUCCEEDED:
        gathered = Gathered(request_id=result["message"].get("id"))
        gathered.add_message(result["message"], lambda: None)
        return ItemResult(said["custom_id"], ending, gathered.answer(_MARKER_TTLS))
    error = (result.get("error") or {}).get("error") or {}
    return ItemResult(
        said["custom_id"], ending, detail=str(error.get("message") or ""), invalid=error.get("type") == _INVALID
    )
