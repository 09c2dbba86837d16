"""Who answers for each name in the chain: the innermost provider, behind all layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import FailureKind
from bot.errors import CallFailed
from bot.ports import BatchApi, Provider, TokenCounter


class Line(Provider, TokenCounter, Protocol):
    """One provider that answers and counts."""

    def batches(self) -> BatchApi | None:
        """Its Message Batches API; None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Switchboard:
    """A Provider and TokenCounter that passes each request to the provider that it names."""

    lines: Mapping[str, Line]

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """As the named provider."""
        return self.lines[request.provider].ask(request, begun)

    def count(self, request: ModelRequest) -> int | None:
        """As the named provider."""
        return self.lines[request.provider].count(request)

    def batches(self, provider: str) -> BatchApi | None:
        """The Message Batches API of the named provider; None where there is none."""
        return self.lines[provider].batches()


@dataclass(frozen=True, slots=True)
class Disconnected:
    """A provider that cannot be asked, with the reason: what it is asked fails at once and goes elsewhere."""

    why: str

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:  # noqa: ARG002  # the protocol's
        """CallFailed, always."""
        raise CallFailed(FailureKind.NOT_PERMITTED, self.why)

    def count(self, request: ModelRequest) -> int | None:  # noqa: ARG002  # the protocol's
        """Nothing."""
        return None

    def batches(self) -> BatchApi | None:
        """None: nobody who could be asked."""
        return None
