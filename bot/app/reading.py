"""Holds an answer against its contract, inside the guard, so that a paid answer that is no use is recorded as such."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.core.calls import ModelAnswer, ModelRequest, Outcome
from bot.ports import Provider


class Reading:
    """A Provider whose answers are parsed, or marked as unparseable."""

    def __init__(self, inner: Provider) -> None:
        self._inner = inner

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """As the inner provider; never raises for what the model wrote."""
        answer = self._inner.ask(request, begun)
        if answer.outcome is not Outcome.ANSWERED:
            return answer
        try:
            return replace(answer, parsed=request.contract.parse(answer.text))
        except ValueError:
            return replace(answer, outcome=Outcome.UNPARSEABLE)
