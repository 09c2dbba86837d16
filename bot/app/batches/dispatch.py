"""Sends an intent's batches: every step is written down before it is taken, and again when its answer is there.

A run that is killed anywhere in here leaves one of three traces: a sending that was never begun, one that the API may
have accepted, or one whose batch is known. bot/core/message_batch.py says what follows from each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.app.batches.patience import leaves_doubt, read, until_answered
from bot.core.calls import ModelRequest
from bot.core.message_batch import Intent, Stage
from bot.core.progress import InBatch
from bot.errors import BatchRefused, CallFailed
from bot.ports import BatchApi, Clock, IntentStore, Observer

_FIRST_LOOK, _LONGEST_BETWEEN_LOOKS = 0.5, 15.0
"""Seconds between two looks at a leader: small batches end within a minute, most of them."""


class Dispatch:
    """One intent on its way. `intent` is what is known of it so far, and what the store holds."""

    def __init__(
        self,
        intent: Intent,
        requests: Mapping[int, ModelRequest],
        api: BatchApi,
        store: IntentStore,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self.intent = intent
        self._requests = requests
        self._api = api
        self._store = store
        self._clock = clock
        self._observer = observer

    def leaders(self, patience: float) -> None:
        """Send the requests that write a prefix, and wait until all have ended, at most `patience` seconds."""
        numbers = self._planned(leads=True)
        self._send(numbers)
        waiting = [one.batch_id for one in map(self.intent.sendings.__getitem__, numbers) if one.batch_id]
        until = self._clock.monotonic() + patience
        pause = _FIRST_LOOK
        while waiting and self._clock.monotonic() < until:
            waiting = [one for one in waiting if not self._has_ended(one)]
            if waiting:
                self._observer.on(InBatch(len(numbers) - len(waiting), len(numbers), "its leaders"))
                self._clock.sleep(min(pause, until - self._clock.monotonic()))
                pause = min(2 * pause, _LONGEST_BETWEEN_LOOKS)

    def rest(self) -> None:
        """Send everything else."""
        self._send(self._planned(leads=False))

    def give_up(self) -> None:
        """Send nothing more; what was not begun is certain to cost nothing."""
        for number in (*self._planned(leads=True), *self._planned(leads=False)):
            self._never(number)
        self._store.save(self.intent)

    def _planned(self, *, leads: bool) -> list[int]:
        sendings = enumerate(self.intent.sendings)
        return [number for number, one in sendings if one.stage is Stage.PLANNED and one.leads is leads]

    def _send(self, numbers: Sequence[int]) -> None:
        """Hand some in, each as a batch. Raises CallFailed where the API certainly took none of those that are left."""
        if not numbers:
            return
        now = self._clock.now()
        for number in numbers:
            self.intent = self.intent.with_sending(number, replace(self.intent.sendings[number], begun=now))
        self._store.save(self.intent)
        try:
            for at, number in enumerate(numbers):
                self._create(number, numbers[at + 1 :])
        finally:
            self._store.save(self.intent)

    def _create(self, number: int, others: Sequence[int]) -> None:
        """One batch; where its answer was lost it may exist, so it is looked for later and never asked for again."""
        sending = self.intent.sendings[number]
        named = [(self.intent.custom_id(item), self._requests[item.index]) for item in self.intent.items_of(sending)]
        try:
            batch = until_answered(
                lambda: self._api.create(named), self._clock, may_repeat=lambda kind: not leaves_doubt(kind)
            )
        except CallFailed as failed:
            if leaves_doubt(failed.kind):
                return
            for refused in (number, *others):
                self._never(refused)
            raise
        self.intent = self.intent.with_sending(number, replace(sending, batch_id=batch.id))

    def _never(self, number: int) -> None:
        never = replace(self.intent.sendings[number].released(), told=True)
        self.intent = self.intent.with_sending(number, never)

    def _has_ended(self, batch_id: str) -> bool:
        """A leader that cannot be looked at now holds nobody up for longer than it would anyway."""
        try:
            return read(lambda: self._api.look(batch_id), self._clock).ended
        except BatchRefused:
            return False
