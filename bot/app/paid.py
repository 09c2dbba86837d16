"""Answers that were paid for, kept where a store is at hand, so that a run after one that died does not pay again."""

from __future__ import annotations

from typing import Any

from bot.core.calls import ModelAnswer, ModelRequest
from bot.errors import HunkwiseError
from bot.ports import AnswerStore


class PaidAnswers:
    """A run's view of the store. A store that takes nothing more costs a sentence in `notes`, not the review."""

    def __init__(self, store: AnswerStore | None, notes: list[str]) -> None:
        self._store = store
        self._notes = notes

    def find(self, request: ModelRequest) -> Any | None:
        """What the contract reads in the kept answer; None where none is kept, or the file is damaged."""
        text = self._store.get(request.key) if self._store else None
        try:
            return None if text is None else request.contract.parse(text)
        except ValueError:
            return None  # it is asked about again

    def keep(self, request: ModelRequest, answer: ModelAnswer) -> None:
        """Keep an answer that can be read."""
        if self._store is None:
            return
        try:
            self._store.put(request.key, answer.text)
        except HunkwiseError as error:
            self._store = None
            self._notes.append(error.message)

    @property
    def at_hand(self) -> bool:
        """Whether there is a store: without one no request needs to be rendered to look for its answer."""
        return self._store is not None
