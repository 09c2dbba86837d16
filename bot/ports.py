"""What the application needs from outside, each with at least two implementations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.progress import Event


class Provider(Protocol):
    """A model vendor, and every layer around one (bot/app: guard, retry)."""

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """Send one request; call `begun` when the answer's first event arrives.

        Raises CallFailed when no answer with usage came back.
        """
        ...


class TokenCounter(Protocol):
    """Counts the input of a request without paying for it."""

    def count(self, request: ModelRequest) -> int | None:
        """Input tokens of the whole request (schema included), or None where counting is not to be had."""
        ...


class Clock(Protocol):
    """Time, passed in so that tests own it."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never jump."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; returns early when the run is stopped."""
        ...


class SourceTexts(Protocol):
    """The changed files' whole texts at the head of what is reviewed."""

    def text(self, path: str) -> bytes | None:
        """The file's bytes, or None where it is not at hand."""
        ...


class Observer(Protocol):
    """Sees a run while it works; must not raise."""

    def on(self, event: Event) -> None:
        """One step of the run."""
        ...
