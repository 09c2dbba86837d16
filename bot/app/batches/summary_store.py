"""Intents in a pull request's summary comment, beside its state: hosted runners share nothing else."""

from __future__ import annotations

from dataclasses import replace

from bot.app.memory import Memory, page_of, recall
from bot.app.sticky import put_summary
from bot.core.comment import COMMENT_CHARACTERS
from bot.core.intent_mark import INTENTS_CHARACTERS, write_intents
from bot.core.marker import MARKER_CHARACTERS, Signer
from bot.core.message_batch import Intent, noted
from bot.ports import Clock, CodeHost

IN_BATCHES = (
    "**Hunkwise** has handed this pull request in for review. What it finds, and what it cost, will stand here."
)
"""The summary of a pull request until there is more to say."""

_SLACK = 1_500
"""Characters that an intent gains on its way: the ids of batches, and the times they were sent."""


class SummaryStore:
    """An IntentStore in a comment. An intent and the spending it settles are one write.

    `memory` is what is known of the pull request after the last of them.
    """

    def __init__(self, host: CodeHost, number: int, signer: Signer, memory: Memory, clock: Clock) -> None:
        self._host = host
        self._number = number
        self._signer = signer
        self._clock = clock
        self.memory = memory

    def load(self) -> tuple[Intent, ...]:
        """Every intent, oldest first."""
        return tuple(sorted(self.memory.intents, key=lambda one: one.began))

    def save(self, intent: Intent) -> None:
        """Write an intent into the summary as it stands now, with what it spends and reserves. Raises CodeHostError."""
        latest = recall(self._host, self._number, self._signer, self._clock.now())
        before = next((one for one in (*latest.intents, *self.memory.intents) if one.nonce == intent.nonce), None)
        memory = replace(latest, intents=_with(latest.intents, intent), notes=self.memory.notes)
        page = page_of(latest.summary.body) if latest.summary else ""
        state = noted(latest.state, before, intent)
        self.memory = put_summary(
            self._host, self._number, memory, page or IN_BATCHES, state, self._signer, self._clock
        )

    def has_room_for(self, intent: Intent) -> bool:
        """Whether the comment holds it beside the page that stands there, and the state at its largest."""
        summary = self.memory.summary
        page = len(page_of(summary.body)) if summary else len(IN_BATCHES)
        room = min(INTENTS_CHARACTERS, COMMENT_CHARACTERS - MARKER_CHARACTERS - page)
        return len(write_intents(_with(self.memory.intents, intent), self._signer)) <= room - _SLACK


def _with(intents: tuple[Intent, ...], intent: Intent) -> tuple[Intent, ...]:
    return (*(one for one in intents if one.nonce != intent.nonce), intent)
