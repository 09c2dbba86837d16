"""The Message Batches API in memory, whose batches outlive whoever asked; and moments at which a process may die."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.core.budget import Amount
from bot.core.calls import ModelAnswer, ModelRequest, Outcome
from bot.core.failure import FailureKind
from bot.core.message_batch import Ending, Intent, ItemResult, SeenBatch
from bot.core.pricing import PriceList, Tariff
from bot.core.usage import Usage
from bot.errors import CallFailed
from bot.ports import Clock

_WITHOUT_A_WORD = {FailureKind.SERVER_ERROR, FailureKind.TIMED_OUT, FailureKind.CONNECTION_LOST}
"""Failures that do not say whether it was done."""

_SHOWN = re.compile(r"^\s*(\d+) \+(.*\b(marker_\d+)\b.*)$", re.MULTILINE)
_PATH = re.compile(r"^File: (.+)$", re.MULTILINE)


class Killed(BaseException):
    """The process is gone: nothing below may catch this."""


@dataclass
class Effects:
    """Counts what changes the world outside, and kills at one of these moments: before it is done, or just after."""

    kill_at: int = -1
    count: int = 0

    def around(self, do: Callable[[], Any]) -> Any:
        """Do it, unless the process dies before; it may die before it hears of it, too."""
        self._moment()
        result = do()
        self._moment()
        return result

    def _moment(self) -> None:
        self.count += 1
        if self.count == self.kill_at:
            raise Killed


def a_report(request: ModelRequest) -> ModelAnswer:
    """An answer that reports every added line with a marker, and costs by its size."""
    findings = []
    for block in request.hunks:
        [path] = _PATH.findall(block)
        for number, line, _ in _SHOWN.findall(block):
            findings.append(finding(path, int(number), line))
    size = len(request.system) + len(request.facts) + sum(map(len, request.hunks))
    usage = Usage(input_tokens=size // 4, output_tokens=10 + 5 * len(findings))
    return ModelAnswer(json.dumps({"findings": findings}), usage, Outcome.ANSWERED, "msg_1")


def finding(path: str, line: int, quote: str) -> dict[str, Any]:
    """A finding as a model writes it."""
    return {
        "path": path,
        "line": line,
        "end_line": None,
        "side": "RIGHT",
        "quote": quote,
        "severity": "error",
        "category": "bug",
        "title": f"Something about {quote}",
        "body": "It fails.",
        "suggestion": None,
        "confidence": 0.9,
    }


@dataclass
class _Held:
    """A batch as the server keeps it."""

    id: str
    created_at: datetime
    ends_at: datetime
    requests: tuple[tuple[str, Any], ...]
    canceled: bool = False


@dataclass
class FakeBatches:
    """A BatchApi. `takes` is how long a batch works; `endings` gives an ending to requests by the word of a marker in
    them and their attempt; `refuse` are failures of the next creates, and `lost` says that one which may have been done
    was.
    """

    clock: Clock
    prices: PriceList
    effects: Effects = field(default_factory=Effects)
    takes: timedelta = timedelta(minutes=1)
    answer: Callable[[ModelRequest], ModelAnswer] = a_report
    endings: Callable[[str, ModelRequest], Ending] = lambda _name, _request: Ending.SUCCEEDED
    refuse: list[FailureKind | None] = field(default_factory=list)
    lost: bool = False
    held: list[_Held] = field(default_factory=list)
    archived: set[str] = field(default_factory=set)

    # The port.

    def create(self, requests: Sequence[tuple[str, ModelRequest]]) -> SeenBatch:
        """Keep them."""
        kind = self.refuse.pop(0) if self.refuse else None
        if kind is not None and not (self.lost and kind in _WITHOUT_A_WORD):
            raise CallFailed(kind, "no")
        seen: SeenBatch = self.effects.around(lambda: self.seen(self._keep(requests)))
        if kind is not None:
            raise CallFailed(kind, "done, but who knows")
        return seen

    def created_since(self, since: datetime) -> tuple[SeenBatch, ...]:
        """Newest first."""
        return tuple(self.seen(one) for one in reversed(self.held) if one.created_at >= since)

    def look(self, batch_id: str) -> SeenBatch:
        """As it is now."""
        return self.seen(self._batch(batch_id))

    def first_id(self, batch_id: str) -> str:
        """The first name."""
        batch = self._batch(batch_id)
        return "" if batch_id in self.archived or not self.seen(batch).ended else batch.requests[0][0]

    def results(self, batch_id: str) -> Iterator[ItemResult]:
        """In no order."""
        batch = self._batch(batch_id)
        if batch_id in self.archived or not self.seen(batch).ended:
            raise CallFailed(FailureKind.NOT_FOUND, "no results")
        for name, request in reversed(batch.requests):
            yield self.result(batch, name, request)

    def cancel(self, batch_id: str) -> SeenBatch:
        """End it now: nothing of it was answered yet."""
        batch = self._batch(batch_id)
        self.effects.around(lambda: self._end(batch))
        return self.seen(batch)

    # What the server knows.

    def stranger(self, name: str, takes: timedelta) -> None:
        """Somebody else hands in a batch with the same key."""
        now = self.clock.now()
        self.held.append(_Held(f"msgbatch_{len(self.held)}", now, now + takes, ((name, None),)))

    def seen(self, batch: _Held) -> SeenBatch:
        """A batch as it is shown."""
        return SeenBatch(batch.id, batch.created_at, self.clock.now() >= batch.ends_at, 0)

    def result(self, batch: _Held, name: str, request: ModelRequest) -> ItemResult:
        """What became of a request."""
        ending = Ending.CANCELED if batch.canceled else self.endings(name, request)
        if ending is Ending.SUCCEEDED:
            return ItemResult(name, ending, self.answer(request))
        return ItemResult(name, ending, detail="so it is")

    def billed(self) -> Amount:
        """What the server charges for all that has been answered by now, and by then will be."""
        total = Amount()
        for batch in self.held:
            for name, request in batch.requests:
                if request is None:
                    continue
                answer = self.result(batch, name, request).answer
                if answer is not None:
                    usage = answer.usage
                    total += Amount(usage.total_tokens, self.prices.cost(request.model, usage, Tariff(batch=True)))
        return total

    def markers_answered(self) -> list[str]:
        """The markers of all answered requests, as often as they were paid for."""
        answered = (
            request
            for batch in self.held
            for name, request in batch.requests
            if request is not None and self.result(batch, name, request).answer is not None
        )
        return [marker for request in answered for _, _, marker in _SHOWN.findall("\n".join(request.hunks))]

    def _keep(self, requests: Sequence[tuple[str, ModelRequest]]) -> _Held:
        names = [name for name, _ in requests]
        assert requests
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) for name in names)
        now = self.clock.now()
        self.held.append(_Held(f"msgbatch_{len(self.held)}", now, now + self.takes, tuple(requests)))
        return self.held[-1]

    def _end(self, batch: _Held) -> None:
        batch.canceled, batch.ends_at = True, self.clock.now()

    def _batch(self, batch_id: str) -> _Held:
        for batch in self.held:
            if batch.id == batch_id:
                return batch
        raise CallFailed(FailureKind.NOT_FOUND, "no such batch")


@dataclass
class FakeIntents:
    """An IntentStore in memory."""

    effects: Effects = field(default_factory=Effects)
    kept: dict[str, Intent] = field(default_factory=dict)
    room: int = 1_000

    def load(self) -> tuple[Intent, ...]:
        """Oldest first."""
        return tuple(sorted(self.kept.values(), key=lambda one: one.began))

    def save(self, intent: Intent) -> None:
        """Keep it."""
        self.effects.around(lambda: self.kept.update({intent.nonce: replace(intent)}))

    def has_room_for(self, intent: Intent) -> bool:
        """As many items as there is room for."""
        return len(intent.items) <= self.room
