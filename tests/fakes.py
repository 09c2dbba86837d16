"""Stand-ins for what the application needs from outside, each as small as it can be and still be true."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.core.calls import Contract, ModelAnswer, ModelRequest, Outcome, Purpose
from bot.core.failure import FailureKind
from bot.core.pacing import Cost
from bot.core.prefix_use import Earlier, PrefixUse
from bot.core.pricing import ModelPrice, PriceList
from bot.core.progress import Event
from bot.core.rate_facts import LIMIT_NAMES
from bot.core.usage import Usage
from bot.errors import BadConfiguration, CallFailed
from bot.ports import Waitable

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLAIN = "plain-model"
"""A model at one dollar a million tokens of input and two of output, with Claude's usual cache prices."""

PRICES = PriceList(
    NOON,
    {PLAIN: ModelPrice(Decimal(1), Decimal(2), Decimal("1.25"), Decimal(2), Decimal("0.1"))},
)
ANYTHING = Contract("anything", {"type": "object"}, str)


_LONGEST_LEAP = 130.0
"""Seconds: the longest `retry-after` that is obeyed, and some."""


class FakeClock:
    """Time that passes only when somebody sleeps; safe for threads."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Noon, and what was slept since."""
        return NOON + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds slept so far."""
        with self._lock:
            return self._seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        with self._lock:
            self._seconds += seconds
            self.slept.append(seconds)

    def wait(self, until_told: Waitable, seconds: float) -> None:
        """Let other threads have a moment; if none of them tells, the time passes at once (but not for ever).

        A long wait is one for other threads, bounded by the end of a run: it passes in steps, or a thread that the
        machine keeps waiting for a moment would find the run over.
        """
        if not until_told.wait(0.002) and not math.isinf(seconds):
            self.sleep(seconds if seconds <= _LONGEST_LEAP else 1.0)


@dataclass
class Watcher:
    """An Observer that remembers."""

    events: list[Event] = field(default_factory=list)

    def on(self, event: Event) -> None:
        """Keep the event."""
        self.events.append(event)


class NoCounter:
    """A TokenCounter where counting is not to be had."""

    def count(self, request: ModelRequest) -> int | None:  # the protocol's signature
        """Nothing."""
        return None


@dataclass
class TableCounter:
    """A TokenCounter that knows the answer for each number of hunks, and how often it was asked."""

    by_hunks: Mapping[int, int]
    asked: int = 0

    def count(self, request: ModelRequest) -> int | None:
        """The table's figure."""
        self.asked += 1
        return self.by_hunks.get(len(request.hunks))


@dataclass
class Vendor:
    """A Provider that does what `act` says and keeps every request it got."""

    act: Callable[[ModelRequest], ModelAnswer]
    requests: list[ModelRequest] = field(default_factory=list)

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """Keep the request, begin, and act."""
        self.requests.append(request)
        begun()
        return self.act(request)


def a_request(**changes: object) -> ModelRequest:
    """A small request to PLAIN: 100 prefix tokens, one hunk of 40 bytes, room for 50 tokens of answer."""
    request = ModelRequest(
        model=PLAIN,
        system="s",
        facts="f",
        hunks=("x" * 40,),
        contract=ANYTHING,
        max_tokens=50,
        least_output_tokens=10,
        prefix_tokens=100,
        purpose=Purpose("standard", "because", 1),
    )
    return replace(request, **changes)  # type: ignore[arg-type]  # a builder's changes are checked by replace itself


def an_answer(text: str = '{"findings": []}', **usage: int) -> ModelAnswer:
    """An answer with this usage (100 tokens in and 10 out unless said otherwise)."""
    spent = Usage(**(usage or {"input_tokens": 100, "output_tokens": 10}))
    return ModelAnswer(text, spent, Outcome.ANSWERED, "req_1")


def rate_headers(name: str = "requests", *, limit: int, remaining: int) -> dict[str, str]:
    """The headers of one rate limit."""
    prefix = f"anthropic-ratelimit-{name}"
    return {f"{prefix}-limit": str(limit), f"{prefix}-remaining": str(remaining)}


@dataclass
class ScriptedVendor:
    """A Provider that ends each call as the next word of its script says, in the words of the stand-in's faults.

    `endings` maps a word to the outcome or the failure it stands for, and `silent` are those words whose answer
    never begins.
    """

    script: list[str]
    endings: Mapping[str, Outcome | FailureKind]
    silent: Collection[str] = ()

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:  # the protocol's
        """End as the script says."""
        word = self.script.pop(0)
        ending = self.endings[word]
        if word not in self.silent:
            begun()
        if isinstance(ending, FailureKind):
            retry_after = float(word.partition(":")[2] or 1) if ending is FailureKind.RATE_LIMITED else None
            raise CallFailed(ending, word, retry_after=retry_after, request_id=f"req_{word}")
        return replace(an_answer(), outcome=ending)


Board = dict[tuple[str, str, str], tuple[int, float, float]]
"""By key, class and limit: the limit a minute, the level, and when that was."""


class FakeSharedLimits:
    """SharedLimits of one key in memory: token buckets by class and limit, in the clock's time.

    `board` holds the buckets of all keys; whoever has the same board and key shares them.
    """

    def __init__(self, board: Board, key: str, clock: FakeClock) -> None:
        self._board = board
        self._key = key
        self._clock = clock
        self._unpaid: dict[tuple[str, str], int] = {}

    def take(self, model_class: str, limits: Mapping[str, int], cost: Cost) -> float:
        """Take from all or from none."""
        now = self._clock.monotonic()
        for name, limit in limits.items():
            known, level, at = self._board.get((self._key, model_class, name), (limit, 0.95 * limit, now))
            self._board[self._key, model_class, name] = (max(known, limit), level, at)
        levels, waits = {}, [0.0]
        for name in LIMIT_NAMES:
            owed = cost.of(name) + self._unpaid.get((model_class, name), 0)
            bucket = (self._key, model_class, name)
            if bucket in self._board:
                limit, level, at = self._board[bucket]
                level = min(0.95 * limit, level + (now - at) * limit / 60)
                levels[bucket] = (limit, level - min(owed, 0.95 * limit), now)
                waits.append(-levels[bucket][1] * 60 / limit)
        if max(waits) > 0:
            return max(waits)
        self._board.update(levels)
        for name in LIMIT_NAMES:
            known_too = (self._key, model_class, name) in self._board
            before = self._unpaid.get((model_class, name), 0)
            self._unpaid[model_class, name] = 0 if known_too else before + cost.of(name)
        return 0.0

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class KeptPrefixes:
    """A PrefixHistory in memory; `full` makes it take nothing more, `note` is what it says of damage."""

    uses: list[PrefixUse] = field(default_factory=list)
    full: bool = False
    note: str = ""

    def earlier(self, prefix: str, family: str) -> Earlier:
        related = [use for use in self.uses if use.family == family]
        return Earlier(
            tuple(use for use in self.uses if use.prefix == prefix),
            max(related, key=lambda use: use.last, default=None),
            self.note,
        )

    def add(self, use: PrefixUse) -> None:
        if self.full:
            raise BadConfiguration("The store cannot remember: no space left.")
        self.uses.append(use)


@dataclass
class KeptAnswers:
    """An AnswerStore in memory; `full` makes it take nothing more."""

    texts: dict[str, str] = field(default_factory=dict)
    full: bool = False

    def get(self, key: str) -> str | None:
        return self.texts.get(key)

    def put(self, key: str, text: str) -> None:
        if self.full:
            raise BadConfiguration("The store takes no answer: no space left.")
        self.texts[key] = text
