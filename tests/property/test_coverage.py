"""Promise 4: every hunk of a change is accounted for exactly once, whatever is skipped, equal, split or lost."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.options import Options
from bot.app.retry import RetryPolicy
from bot.core.budget import Limits
from bot.core.calls import ModelAnswer, ModelRequest, Outcome
from bot.core.choose import RequestSizes
from bot.core.diff.model import Diff, FileDiff
from bot.core.excerpt import SkipReason
from bot.core.failure import FailureKind
from bot.core.progress import BatchEnded
from bot.core.receipt import Receipt, Status
from bot.core.route import Routing
from bot.core.status import EXIT_INTERRUPTED, exit_code
from bot.core.triage import Word
from bot.core.usage import Usage
from bot.core.verify import Verify
from bot.errors import CallFailed
from tests.fakes import Vendor, Watcher
from tests.unit.app.runs import Room, Slow, a_finding, counted, said, some_options
from tests.unit.core.changes import diff, hunk, modified

PATHS = ["src/a.py", "src/b.py", "src/deep/c.go", "poetry.lock", "docs/d.md", "vendor/e.js"]
BODIES = [("+x = 1",), ("-y", "+z = 2"), (" c", "+call()", " d"), (" only", " context"), ("+" + "long = 1; " * 400,)]
OUTCOMES = [*Outcome, *(kind for kind in FailureKind if kind not in {FailureKind.STOPPED, FailureKind.DEADLINE})]


@st.composite
def changes(draw: st.DrawFn) -> Diff:
    """Some files, each with hunks from a small choice, so that equal ones are common."""
    paths = draw(st.lists(st.sampled_from(PATHS), unique=True))
    return diff(*(_file(draw, path) for path in paths))


def _file(draw: st.DrawFn, path: str) -> FileDiff:
    bodies = draw(st.lists(st.sampled_from(BODIES), max_size=4))
    return modified(path, *(hunk(path, *body, at=10 + 50 * number) for number, body in enumerate(bodies)))


_HEAD = re.compile(r"^Hunk (\d+): ", re.MULTILINE)
_FILE = re.compile(r"^File: (.+)$", re.MULTILINE)
_LINE = re.compile(r"^(\d+) ([ +-])(.*)$", re.MULTILINE)


def dicing(seed: int) -> Vendor:
    """A vendor that ends each call in any way there is, and says anything that holds to the contract, or nothing."""
    dice = random.Random(seed)  # noqa: S311  # a test's dice

    def act(request: ModelRequest) -> ModelAnswer:
        ending = dice.choice([Outcome.ANSWERED] * len(OUTCOMES) + OUTCOMES)
        if isinstance(ending, FailureKind):
            raise CallFailed(ending, "the dice say so")
        usage = Usage(input_tokens=dice.randint(0, 900), output_tokens=dice.randint(0, request.max_tokens))
        if request.contract.name == "triage":
            words = [Word.SKIP, Word.SKIP, *Word, "nonsense"]
            numbers = [int(number) for number in _HEAD.findall(request.hunks[0])]
            said_of = [
                {"id": number, "tier": dice.choice(words)} for number in dice.choices([*numbers, 0], k=len(numbers))
            ]
            return replace(said(outcome=ending, usage=usage), text=json.dumps({"hunks": said_of}))
        return said(*_findings(request, dice), outcome=ending, usage=usage)

    return Vendor(act)


def _findings(request: ModelRequest, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Some findings on lines that were shown, as sure and as grave as the dice say, and one that is nowhere."""
    for block in request.hunks:
        path = _FILE.search(block)
        lines = _LINE.findall(block) if path else []
        if path and lines and dice.random() < 0.4:
            number, mark, text = dice.choice(lines)
            yield a_finding(
                path[1],
                int(number),
                text,
                side="LEFT" if mark == "-" else "RIGHT",
                severity=dice.choice(["error", "warning", "info"]),
                category=dice.choice(["bug", "leak"]),
                confidence=dice.choice([0.2, 0.7, 1.0]),
            )
    if dice.random() < 0.1:
        yield a_finding("nowhere.py", 1, "x")


def check(receipt: Receipt, change: Diff, options: Options) -> None:
    """What holds for every run, in every way of routing."""
    covered = receipt.coverage
    assert covered.hunks == change.hunk_count
    assert counted(covered) == covered.hunks
    gaps = [one for one in covered.skipped if not one.skipped.reason.by_rule]
    assert (receipt.status in {Status.PARTIAL, Status.FAILED}) == bool(gaps)
    assert all(one.skipped.detail for one in gaps)
    assert receipt.bill.total_usd + receipt.bill.unsettled_usd == receipt.budget.spent_usd
    assert options.limits.tokens is None or receipt.budget.spent_tokens <= options.limits.tokens
    named = [(one.skipped.path, one.skipped.hunk) for one in covered.skipped if one.skipped.hunk]
    assert len(named) == len(set(named)), "no hunk is left out twice"
    assert receipt.bill.wasted_usd >= Decimal(0)
    names = [one.fingerprint for one in receipt.findings]
    assert len(names) == len(set(names)), "no finding is told twice"
    spots = [(one.path, one.side, one.first_line) for one in receipt.findings]
    assert len(spots) == len(set(spots)), "nor is a line"
    assert all(one.confidence >= options.min_confidence for one in receipt.findings)
    triaged = [one for one in covered.skipped if one.skipped.reason is SkipReason.TRIAGE]
    assert options.routing is Routing.TRIAGE or not triaged
    assert all(one.cost_to_review_usd is not None for one in triaged)
    assert receipt.routing is not None
    assert receipt.routing.saved_vs_standard_usd == receipt.bill.saved.routing
    assert sum(one.usd for one in receipt.routing.by_tier.values()) == receipt.bill.total_usd


RUNS: dict[str, st.SearchStrategy[Any]] = {
    "change": changes(),
    "seed": st.integers(0, 2**32),
    "tokens": st.none() | st.integers(0, 60_000),
    "concurrency": st.integers(1, 4),
    "max_hunks": st.sampled_from([1, 2, 20]),
    "routing": st.sampled_from(Routing),
    "verify": st.sampled_from(Verify),
}


def options_of(tokens: int | None, concurrency: int, max_hunks: int, routing: Routing, verify: Verify) -> Options:
    """Small requests, so that there are several."""
    return some_options(
        limits=Limits(tokens=tokens),
        concurrency=concurrency,
        sizes=RequestSizes(batch_tokens=600, hunk_tokens=900, max_hunks=max_hunks),
        routing=routing,
        verify=verify,
        retry=RetryPolicy(attempts=2),
    )


@settings(max_examples=300, deadline=None)
@given(**RUNS)
def test_every_hunk_is_counted_once(change: Diff, seed: int, **chosen: Any) -> None:
    """Hunks == reviewed + reused + duplicates + skipped, no gap is silent, and the receipt's money is the budget's."""
    options = options_of(**chosen)
    receipt = Room(dicing(seed)).review(change, options)
    check(receipt, change, options)
    reasons = {one.skipped.reason for one in receipt.coverage.skipped}
    assert not reasons & {SkipReason.DEADLINE, SkipReason.INTERRUPTED}, "nobody ended it, so every hunk has its word"


class Interrupting(Watcher):
    """Ctrl-C in the main thread after so many batches."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def on(self, event: object) -> None:
        """Interrupt when the time has come."""
        if isinstance(event, BatchEnded):
            self._after -= 1
            if self._after == 0:
                raise KeyboardInterrupt


@settings(max_examples=60, deadline=None)
@given(after=st.integers(1, 12), seconds=st.sampled_from([5.0, 30.0, 1_200.0]), **RUNS)
def test_a_run_that_is_ended_early_counts_every_hunk_too(
    after: int, seconds: float, change: Diff, seed: int, **chosen: Any
) -> None:
    """An interrupt or a deadline in any step ends with a receipt that adds up."""
    options = replace(options_of(**chosen), run_seconds=seconds)
    receipt = Room(dicing(seed), observer=Interrupting(after), clock=Slow()).review(change, options)
    check(receipt, change, options)
    assert (exit_code(receipt, None, "warn") == EXIT_INTERRUPTED) == receipt.interrupted
