"""What was handed to the Message Batches API and has not come back: an intent, written down before it is acted on.

An intent says what each request is about, so that answers which come a day later find their hunks, and what may have
been accepted, so that a crash between asking and hearing loses nothing and pays for nothing twice. Whatever happens
to it is a new value; `resolved` is the one place where what the server shows decides what became of a sending.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.budget import Amount, Limits
from bot.core.calls import ModelAnswer
from bot.core.diff.model import Hunk, Side
from bot.core.excerpt import Excerpt, Tier
from bot.core.reuse import hunk_key
from bot.core.state import OpenRun, ReviewState

NONCE = re.compile(r"[0-9a-f]{16}")
"""64 random bits: two intents share them by chance once in 10^19."""

EARLIER, LATER = timedelta(minutes=10), timedelta(minutes=20)
"""A batch of a sending was created within this of its beginning: clocks differ, and a request may be long under way."""

LEADERS_TAKE = timedelta(minutes=30)
"""After so long the run that wrote an intent has sent all it will ever send: it waits for its leaders much shorter."""

ENDED_FOR_SURE = timedelta(hours=25)
"""A batch expires after 24 hours, so one that nobody could look into has ended by then."""

RESULTS_KEPT = timedelta(days=29)
"""So long the API keeps results; what was not read by then is charged in full."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A hunk, or a part of one, as it was submitted: its key, its path, and the lines that answers count in.

    `twins` are the keys of equal hunks that are answered with it.
    """

    key: str
    path: str
    old: tuple[int, int]
    new: tuple[int, int]
    part: tuple[int, int] = (1, 1)
    twins: tuple[str, ...] = ()

    @classmethod
    def of(cls, excerpt: Excerpt) -> Piece:
        """The piece that an excerpt is."""
        hunk = excerpt.hunk
        return cls(
            hunk_key(hunk),
            hunk.path,
            (hunk.old_start, hunk.old_count),
            (hunk.new_start, hunk.new_count),
            excerpt.part,
            tuple(dict.fromkeys(hunk_key(twin) for twin in excerpt.twins)),
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """Every hunk that its answer is about."""
        return (self.key, *self.twins)

    def holds(self, side: Side, line: int) -> bool:
        """Whether a line of that side belonged to the hunk when it was submitted."""
        start, count = self.old if side is Side.LEFT else self.new
        return start <= line < start + count

    def moved(self, side: Side, now: Hunk) -> int:
        """How many lines further down the hunk stands now."""
        return now.old_start - self.old[0] if side is Side.LEFT else now.new_start - self.new[0]


@dataclass(frozen=True, slots=True)
class Item:
    """One request of an intent. `reserved` is its worst case at the batch price; `attempt` is 1, or 2 for what had
    failed before. `cached` says that its prefix carries a cache marker.
    """

    index: int
    attempt: int
    pieces: tuple[Piece, ...]
    model: str
    tier: Tier
    why: str
    reserved: Amount
    cached: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Every hunk that its answer is about."""
        return tuple(key for piece in self.pieces for key in piece.keys)


class Stage(StrEnum):
    """How far a sending has come."""

    PLANNED = "planned"
    IN_DOUBT = "in doubt"
    ACCEPTED = "accepted"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Sending:
    """Items that go out as one batch.

    `begun` is written before the API is asked and `batch_id` after it has answered; in between nobody knows. `spent`
    is what it cost once that is known, and nothing for what was never accepted. `told` says that what it brought
    has been delivered. `leads` marks the request that writes a cached prefix for those that follow.
    """

    items: tuple[int, ...]
    leads: bool = False
    begun: datetime | None = None
    batch_id: str = ""
    spent: Amount | None = None
    told: bool = False

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.spent is not None:
            return Stage.SETTLED
        if self.batch_id:
            return Stage.ACCEPTED
        return Stage.PLANNED if self.begun is None else Stage.IN_DOUBT

    @property
    def brought(self) -> bool:
        """Whether it was answered; settled without a batch, it was never sent, or what it brought is lost."""
        return self.spent is not None and bool(self.batch_id)

    @property
    def never_sent(self) -> bool:
        """Whether it is certain that the API never took it."""
        return self.spent == Amount() and not self.batch_id

    def released(self) -> Sending:
        """It was certainly not accepted, and cost nothing."""
        return replace(self, spent=Amount())


@dataclass(frozen=True, slots=True)
class Intent:
    """All that one run hands in. `nonce` begins every `custom_id`, `head_sha` is the commit it was made for.

    `cancelled` says that somebody wanted it back: then nothing of it is submitted a second time.
    """

    nonce: str
    began: datetime
    items: tuple[Item, ...]
    sendings: tuple[Sending, ...]
    limits: Limits = field(default_factory=Limits)
    head_sha: str | None = None
    cancelled: bool = False

    def custom_id(self, item: Item) -> str:
        """The name of a request, by which its result is known again."""
        return f"{self.nonce}-{item.index}-{item.attempt}"

    def items_of(self, sending: Sending) -> tuple[Item, ...]:
        """The items that a sending carries."""
        return tuple(self.items[index] for index in sending.items)

    def reserved_by(self, sending: Sending) -> Amount:
        """The most that a sending can cost."""
        return sum((item.reserved for item in self.items_of(sending)), Amount())

    @property
    def reserved(self) -> Amount:
        """The most that what is not settled yet can cost."""
        return sum((self.reserved_by(one) for one in self.sendings if one.spent is None), Amount())

    @property
    def spent(self) -> Amount:
        """What everything settled has cost."""
        return sum((one.spent for one in self.sendings if one.spent is not None), Amount())

    @property
    def untold(self) -> Amount:
        """What was settled and never told anybody."""
        return sum((one.spent for one in self.sendings if one.spent is not None and not one.told), Amount())

    @property
    def finished(self) -> bool:
        """Whether nothing of it is still to come, or to be told."""
        return all(one.spent is not None and one.told for one in self.sendings)

    @property
    def whole(self) -> bool:
        """Whether everything of it has ended."""
        return all(one.spent is not None for one in self.sendings)

    @property
    def in_hand(self) -> frozenset[str]:
        """The keys of the hunks that wait in it."""
        waiting = (one for one in self.sendings if not one.told)
        return frozenset(key for one in waiting for item in self.items_of(one) for key in item.keys)

    def with_sending(self, number: int, sending: Sending) -> Intent:
        """The intent with one sending replaced."""
        return replace(self, sendings=(*self.sendings[:number], sending, *self.sendings[number + 1 :]))

    def all_told(self) -> Intent:
        """The intent once everything that is settled has reached its readers."""
        told = (one if one.spent is None else replace(one, told=True) for one in self.sendings)
        return replace(self, sendings=tuple(told))


@dataclass(frozen=True, slots=True)
class SeenBatch:
    """A batch as the API's listing shows it.

    `custom_id` is the first in its results: None while it has not ended, '' where its results cannot be read.
    """

    id: str
    created_at: datetime
    ended: bool
    succeeded: int = 0
    custom_id: str | None = None


class Ending(StrEnum):
    """How one request of a batch ended; only one that succeeded is billed."""

    SUCCEEDED = "succeeded"
    ERRORED = "errored"
    CANCELED = "canceled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One line of a batch's results. `answer` is there where it succeeded; `detail` is the error's own words, and
    `invalid` says that the request itself was wrong, so that a second one would be too.
    """

    custom_id: str
    ending: Ending
    answer: ModelAnswer | None = None
    detail: str = ""
    invalid: bool = False


def doubtful(intents: Iterable[Intent]) -> list[Sending]:
    """The sendings of which nobody knows whether the API took them."""
    return [one for intent in intents for one in intent.sendings if one.stage is Stage.IN_DOUBT]


def known_ids(intents: Iterable[Intent]) -> frozenset[str]:
    """The batches that are known to be somebody's."""
    return frozenset(one.batch_id for intent in intents for one in intent.sendings if one.batch_id)


def may_be_of(sending: Sending, batch: SeenBatch) -> bool:
    """Whether a batch was created at the time when a doubtful sending would have been."""
    begun = sending.begun
    return begun is not None and begun - EARLIER <= batch.created_at <= begun + LATER


def resolved(intent: Intent, number: int, seen: Collection[SeenBatch], now: datetime) -> Sending:
    """What is known of a sending by now. `seen` are the batches of its time that nobody else is known to own.

    A planned one is given up once the run that planned it must be over. A doubtful one is found by the nonce in its
    results; it was never accepted when all batches of its time have ended and none is it; and where that cannot be
    said after 25 hours, its reservation is charged.
    """
    sending = intent.sendings[number]
    if sending.stage is Stage.PLANNED:
        return sending.released() if now - intent.began >= LEADERS_TAKE else sending
    if sending.stage is not Stage.IN_DOUBT or sending.begun is None:
        return sending
    names = {intent.custom_id(item) for item in intent.items_of(sending)}
    candidates = [one for one in seen if may_be_of(sending, one)]
    found = next((one for one in candidates if one.custom_id in names), None)
    if found is not None:
        return replace(sending, batch_id=found.id)
    unread = any(not one.custom_id for one in candidates)
    if now - sending.begun >= ENDED_FOR_SURE and unread:
        return replace(sending, spent=intent.reserved_by(sending))
    if unread or now <= sending.begun + LATER:
        return sending
    return sending.released()


def noted(state: ReviewState, before: Intent | None, after: Intent) -> ReviewState:
    """A pull request's state once an intent is written: what it still reserves is an open run of its name, and what
    was settled since `before` is spent. A write that settles or begins counts as a run, so that it wins over older
    copies of the state.
    """
    settled = after.spent - before.spent if before else after.spent
    others = tuple(run for run in state.open_runs if run.run_id != after.nonce)
    reserved = after.reserved
    own = (OpenRun(after.nonce, reserved, after.began),) if reserved != Amount() else ()
    moved = before is None or before.reserved != reserved
    return replace(
        state, spent=state.spent + settled, open_runs=(*others, *own), runs=state.runs + 1 if moved else state.runs
    )
