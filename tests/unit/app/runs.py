"""Whole runs in a few words: a change, a plan for it, a vendor of flesh and dice, and the receipt that comes of it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bot.app.books import Books
from bot.app.desk import Desk
from bot.app.options import Options
from bot.app.prepare import Prepared, prepare
from bot.app.review import review
from bot.app.target import Target
from bot.core.budget import Amount, Limits
from bot.core.calls import ModelAnswer, ModelRequest, Outcome
from bot.core.choose import RequestSizes
from bot.core.diff.model import Diff
from bot.core.excerpt import Tier
from bot.core.pricing import ModelPrice, PriceList
from bot.core.receipt import Coverage, Receipt, TargetFacts
from bot.core.route import Routing
from bot.core.usage import Usage
from bot.ports import AnswerStore, Clock, Observer, PrefixHistory, Provider, TokenCounter
from tests.fakes import NOON, PRICES, FakeClock, NoCounter, Watcher
from tests.unit.core.changes import diff, hunk, modified
from tests.unit.core.prompt.prompts import TEMPLATES

CHEAP, STANDARD, STRONG = "small-model", "plain-model", "large-model"
MODELS = {Tier.CHEAP: CHEAP, Tier.STANDARD: STANDARD, Tier.STRONG: STRONG}
ALL_PRICES = PriceList(
    NOON,
    {
        **PRICES.own,
        CHEAP: ModelPrice(*map(Decimal, ("0.1", "0.2", "0.125", "0.2", "0.01"))),
        STRONG: ModelPrice(*map(Decimal, ("10", "20", "12.5", "20", "1"))),
    },
)
NO_LIMITS = Limits()
_MARKER = re.compile(r"marker_\d+")


def a_change(files: int, *, rows: int = 1) -> Diff:
    """So many files with one hunk each; every added row holds a marker of its own."""
    numbers = iter(range(files * rows))
    return diff(*(_file(f"src/part{file:03}.py", [next(numbers) for _ in range(rows)]) for file in range(files)))


def _file(path: str, numbers: list[int]) -> Any:
    return modified(path, hunk(path, " import os", *(f"+marker_{number:04} = os.getcwd()" for number in numbers)))


def some_options(**changes: Any) -> Options:
    """Three made-up models, no limits, one hunk a request, one request at a time."""
    chosen: dict[str, Any] = {
        "models": MODELS,
        "limits": NO_LIMITS,
        "routing": Routing.FIXED,
        "sizes": RequestSizes(max_hunks=1),
        "concurrency": 1,
    }
    return Options(**(chosen | changes))


def a_plan(change: Diff, options: Options) -> Prepared:
    """The plan for a bare diff."""
    return prepare(Target(TargetFacts("diff"), change), options, TEMPLATES)


def markers_in(request: ModelRequest) -> list[str]:
    """Which hunks a request asks about."""
    return _MARKER.findall("".join(request.hunks))


def a_finding(path: str, line: int, quote: str, **changes: Any) -> dict[str, Any]:
    """A finding as a model writes it."""
    return {
        "path": path,
        "line": line,
        "end_line": None,
        "side": "RIGHT",
        "quote": quote,
        "severity": "error",
        "category": "bug",
        "title": "The folder may be gone",
        "body": "It fails where the folder was deleted.",
        "suggestion": None,
        "confidence": 0.9,
        **changes,
    }


def said(*findings: dict[str, Any], outcome: Outcome = Outcome.ANSWERED, usage: Usage | None = None) -> ModelAnswer:
    """An answer that reports these."""
    text = json.dumps({"findings": findings})
    return ModelAnswer(text, usage or Usage(input_tokens=1_000, output_tokens=20), outcome, "req_1")


@dataclass
class Room:
    """Everything a review works with, each part to be replaced by a test."""

    provider: Provider
    counter: TokenCounter = field(default_factory=NoCounter)
    prices: PriceList = ALL_PRICES
    clock: Clock = field(default_factory=FakeClock)
    observer: Observer = field(default_factory=Watcher)
    stop: threading.Event = field(default_factory=threading.Event)
    answers: AnswerStore | None = None
    history: PrefixHistory | None = None
    books: Books = field(default_factory=Books)

    def desk(self) -> Desk:
        """The desk with all of it."""
        return Desk(
            self.provider,
            self.counter,
            self.prices,
            self.clock,
            self.observer,
            self.stop,
            answers=self.answers,
            history=self.history,
            books=self.books,
        )

    def review(self, change: Diff, options: Options, before: Amount | None = None) -> Receipt:
        """Run a review of a bare diff."""
        return self.run(a_plan(change, options), options, before)

    def run(self, prepared: Prepared, options: Options, before: Amount | None = None) -> Receipt:
        """Run a plan."""
        return review(prepared, options, TEMPLATES, self.desk(), before or Amount())


class Slow(FakeClock):
    """A clock whose seconds pass a little with every look, so that waiting for nobody comes to an end."""

    def monotonic(self) -> float:
        """A moment later each time."""
        super().sleep(0.4)
        return super().monotonic()


def counted(covered: Coverage) -> int:
    """The hunks that a coverage accounts for."""
    left_out = sum(one.skipped.hunks for one in covered.skipped)
    return covered.reviewed + covered.reused + covered.duplicates + left_out


def answering(answers: Iterator[ModelAnswer]) -> Callable[[ModelRequest], ModelAnswer]:
    """Give these answers in turn."""
    return lambda _: next(answers)
