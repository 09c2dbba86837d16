"""Promise 4: every hunk of a change is accounted for exactly once, whatever is skipped, equal, split or lost."""

from __future__ import annotations

import random
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.retry import RetryPolicy
from bot.core.budget import Limits
from bot.core.calls import ModelAnswer, ModelRequest, Outcome
from bot.core.choose import RequestSizes
from bot.core.diff.model import Diff, FileDiff
from bot.core.excerpt import SkipReason
from bot.core.failure import FailureKind
from bot.core.receipt import Status
from bot.core.route import Routing
from bot.core.usage import Usage
from bot.errors import CallFailed
from tests.fakes import Vendor
from tests.unit.app.runs import Room, counted, said, some_options
from tests.unit.core.changes import diff, hunk, modified

PATHS = ["src/a.py", "src/b.py", "src/deep/c.go", "poetry.lock", "docs/d.md", "vendor/e.js"]
BODIES = [("+x = 1",), ("-y", "+z = 2"), (" c", "+call()", " d"), (" only", " context"), ("+" + "long = 1; " * 400,)]
OUTCOMES = [*Outcome, *(kind for kind in FailureKind if kind is not FailureKind.STOPPED)]


@st.composite
def changes(draw: st.DrawFn) -> Diff:
    """Some files, each with hunks from a small choice, so that equal ones are common."""
    paths = draw(st.lists(st.sampled_from(PATHS), unique=True))
    return diff(*(_file(draw, path) for path in paths))


def _file(draw: st.DrawFn, path: str) -> FileDiff:
    bodies = draw(st.lists(st.sampled_from(BODIES), max_size=4))
    return modified(path, *(hunk(path, *body, at=10 + 50 * number) for number, body in enumerate(bodies)))


def dicing(seed: int) -> Vendor:
    """A vendor that ends each call in any way there is."""
    dice = random.Random(seed)  # noqa: S311  # a test's dice

    def act(request: ModelRequest) -> ModelAnswer:
        ending = dice.choice([Outcome.ANSWERED] * len(OUTCOMES) + OUTCOMES)
        if isinstance(ending, FailureKind):
            raise CallFailed(ending, "the dice say so")
        output = dice.randint(0, request.max_tokens)
        return said(outcome=ending, usage=Usage(input_tokens=dice.randint(0, 900), output_tokens=output))

    return Vendor(act)


@settings(max_examples=300, deadline=None)
@given(
    change=changes(),
    seed=st.integers(0, 2**32),
    tokens=st.none() | st.integers(0, 60_000),
    concurrency=st.integers(1, 4),
    max_hunks=st.sampled_from([1, 2, 20]),
    routing=st.sampled_from(Routing),
)
def test_every_hunk_is_counted_once(
    change: Diff, seed: int, tokens: int | None, concurrency: int, max_hunks: int, routing: Routing
) -> None:
    """Hunks == reviewed + reused + duplicates + skipped, no gap is silent, and the receipt's money is the budget's."""
    options = some_options(
        limits=Limits(tokens=tokens),
        concurrency=concurrency,
        sizes=RequestSizes(batch_tokens=600, hunk_tokens=900, max_hunks=max_hunks),
        routing=routing,
        retry=RetryPolicy(attempts=2),
    )
    receipt = Room(dicing(seed)).review(change, options)
    covered = receipt.coverage
    assert covered.hunks == change.hunk_count
    assert counted(covered) == covered.hunks
    gaps = [one for one in covered.skipped if not one.skipped.reason.by_rule]
    assert (receipt.status in {Status.PARTIAL, Status.FAILED}) == bool(gaps)
    assert all(one.skipped.detail for one in gaps)
    assert receipt.bill.total_usd + receipt.bill.unsettled_usd == receipt.budget.spent_usd
    assert tokens is None or receipt.budget.spent_tokens <= tokens
    named = [(one.skipped.path, one.skipped.hunk) for one in covered.skipped if one.skipped.reason is SkipReason.BUDGET]
    assert len(named) == len(set(named)), "no hunk is left out twice"
    assert receipt.bill.wasted_usd >= Decimal(0)
