"""An answer while it arrives, event by event, as the API writes them.

The events are read as plain JSON: the SDK's own iteration hides the pings, by which a dead line is told from a model
that thinks, and spends more time on types than everything else here together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.calls import ModelAnswer, Outcome
from bot.core.failure import FailureKind
from bot.core.usage import Usage
from bot.errors import CallFailed


@dataclass(slots=True)
class Gathered:
    """What has arrived of an answer so far."""

    request_id: str | None
    text: list[str] = field(default_factory=list)
    started: Mapping[str, Any] | None = None
    ended: Mapping[str, Any] | None = None
    stop_reason: str | None = None
    message_id: str | None = None
    cache_miss: str | None = None

    def add(self, event: Mapping[str, Any], begun: Callable[[], None]) -> None:
        """Take one event; raises CallFailed for an error event and for one that is not as the API writes it."""
        try:
            self._add(event, begun)
        except (KeyError, TypeError, AttributeError):
            raise CallFailed(
                FailureKind.BROKEN_STREAM, "an event was not as the API writes it", request_id=self.request_id
            ) from None

    def _add(self, event: Mapping[str, Any], begun: Callable[[], None]) -> None:
        kind = event["type"]
        if kind == "error":
            error = event["error"]
            raise CallFailed(
                FailureKind.BROKEN_STREAM, f"{error.get('type')}: {error.get('message')}", request_id=self.request_id
            )
        if kind == "message_start":
            self.started = event["message"]["usage"]
            self._identify(event["message"])
            begun()
        elif kind == "content_block_delta" and event["delta"]["type"] == "text_delta":
            self.text.append(event["delta"]["text"])
        elif kind == "message_delta":
            self.ended = event["usage"]
            self.stop_reason = event["delta"].get("stop_reason")

    def add_message(self, message: Mapping[str, Any], begun: Callable[[], None]) -> None:
        """Take a whole answer, as gateways send it that do not stream; raises CallFailed where it is none."""
        try:
            self.started, self.ended, self.stop_reason = message["usage"], message["usage"], message["stop_reason"]
            self.text = [block["text"] for block in message["content"] if block["type"] == "text"]
            self._identify(message)
        except (KeyError, TypeError, AttributeError):
            raise CallFailed(
                FailureKind.NOT_FOUND,
                "what answers at this address is not the Messages API",
                request_id=self.request_id,
            ) from None
        begun()

    def _identify(self, message: Mapping[str, Any]) -> None:
        """The message's id, and the API's word for why a prefix was missed; neither is worth failing for."""
        self.message_id = message.get("id")
        reason = (message.get("diagnostics") or {}).get("cache_miss_reason") or {}
        self.cache_miss = reason.get("type")

    @property
    def complete(self) -> bool:
        """Whether the answer and its final usage are there, whatever happens to the connection afterwards."""
        return self.started is not None and self.ended is not None and self.stop_reason is not None

    def answer(self, ttls: Collection[str]) -> ModelAnswer:
        """The whole answer; raises CallFailed where its usage has not come. `ttls` are those that were asked for."""
        if self.started is None or self.ended is None:
            raise CallFailed(
                FailureKind.CONNECTION_LOST, "the answer ended before its usage came", request_id=self.request_id
            )
        usage = _usage({**self.started, **{key: value for key, value in self.ended.items() if value is not None}}, ttls)
        return ModelAnswer(
            "".join(self.text),
            usage,
            _outcome(self.stop_reason),
            self.request_id,
            message_id=self.message_id,
            cache_miss=self.cache_miss,
        )


def _usage(figures: Mapping[str, Any], ttls: Collection[str]) -> Usage:
    """The final figures: those of the last event, which are cumulative, over those of the first.

    A server that does not say for how long it wrote is taken to have written for the longest time asked for.
    """
    written = int(figures.get("cache_creation_input_tokens") or 0)
    by_ttl = figures.get("cache_creation")
    one_hour = written if "1h" in ttls else 0
    if by_ttl:
        one_hour = min(written, int(by_ttl.get("ephemeral_1h_input_tokens") or 0))
    details = figures.get("output_tokens_details") or {}
    return Usage(
        input_tokens=int(figures.get("input_tokens") or 0),
        cache_write_5m_tokens=written - one_hour,
        cache_write_1h_tokens=one_hour,
        cache_read_tokens=int(figures.get("cache_read_input_tokens") or 0),
        output_tokens=int(figures.get("output_tokens") or 0),
        thinking_tokens=int(details.get("thinking_tokens") or 0),
    )


def _outcome(stop_reason: str | None) -> Outcome:
    if stop_reason in {"max_tokens", "model_context_window_exceeded"}:
        return Outcome.TRUNCATED
    if stop_reason == "refusal":
        return Outcome.REFUSED
    return Outcome.ANSWERED
