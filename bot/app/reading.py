"""Holds an answer against its contract, inside the guard, so that a paid answer that is no use is recorded as such."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.core.calls import Contract, ModelAnswer, ModelRequest, Outcome
from bot.ports import Provider


class Reading:
    """A Provider whose answers are parsed, or marked as unparseable."""

    def __init__(self, inner: Provider) -> None:
        self._inner = inner

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """As the inner provider; never raises for what the model wrote."""
        return read_by(request.contract, self._inner.ask(request, begun))


def read_by(contract: Contract, answer: ModelAnswer) -> ModelAnswer:
    """The answer parsed by its contract, or marked as unparseable."""
    if answer.outcome is not Outcome.ANSWERED:
        return answer
    try:
        return replace(answer, parsed=contract.parse(answer.text))
    except ValueError:
        return replace(answer, outcome=Outcome.UNPARSEABLE)
