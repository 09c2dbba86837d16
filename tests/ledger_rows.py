"""Rows of a ledger for tests of reports: single ones by hand, and many at random."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.core.failure import FailureKind
from bot.core.ledger.entry import (
    Entry,
    FindingRow,
    Opening,
    RunEnd,
    RunFacts,
    Settlement,
    State,
    Untaken,
)
from bot.core.savings import Saved
from bot.core.usage import Usage
from bot.ports import Ledger

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
RUN = RunFacts("run-1", NOON, "acme/shop", 7, "ada", "payments", prompt_hash="p1", sections={"core": 100})
OPENING = Opening(
    id="row-1",
    at=NOON,
    feature="review",
    model="claude-sonnet-4-6",
    provider="anthropic",
    key="ANTHROPIC_API_KEY",
    tier="standard",
    why="small change",
    hunks=2,
    attempt=1,
    reserved_tokens=900,
    reserved_usd=Decimal("0.02"),
    kinds={"python": 2},
)
ANSWERED = Settlement(State.SETTLED, "answered", Usage(input_tokens=100, output_tokens=10), Decimal("0.01"))
END = RunEnd(NOON, "findings", "live", "rules", 2, 2, 0, 0, 0, Decimal("0.01"), Decimal(0))


def opened(number: int = 1, at: datetime = NOON, run: RunFacts = RUN, **changes: object) -> Entry:
    """A row whose end is unknown."""
    opening = replace(OPENING, **{"id": f"row-{number}", "at": at, **changes})  # type: ignore[arg-type]  # any field
    return Entry(run, opening)


def settled(ending: Settlement = ANSWERED, number: int = 1, at: datetime = NOON, **changes: object) -> Entry:
    """A row that ended, answered unless said otherwise."""
    return replace(opened(number, at, **changes), settlement=ending)  # type: ignore[arg-type]  # any field


def spent(rows: Sequence[Entry]) -> Decimal:
    """What rows count against a budget, added up without the ledger."""
    return sum((_amount(row) for row in rows), Decimal(0))


@dataclass(frozen=True, slots=True)
class Invented:
    """A history: its rows, and its runs with how they ended."""

    rows: tuple[Entry, ...]
    runs: tuple[tuple[RunFacts, RunEnd | None], ...]

    def write(self, book: Ledger) -> None:
        """Put it into a ledger."""
        for run, end in self.runs:
            book.begin_run(run)
            if end is not None:
                book.end_run(run, end)
        book.add(self.rows)

    def between(self, start: datetime, end: datetime) -> list[Entry]:
        """The rows that began in a time."""
        return [row for row in self.rows if start <= row.opening.at < end]


def invented(rng: random.Random, count: int, days: int = 40) -> Invented:
    """So many rows, the newest at NOON at most, in runs of one to five; amounts have all twelve digits."""
    rows: list[Entry] = []
    runs: list[tuple[RunFacts, RunEnd | None]] = []
    while len(rows) < count:
        run = _run(rng, len(runs), days)
        for _ in range(min(rng.randint(1, 5), count - len(rows))):
            rows.append(_row(rng, run, len(rows)))
        end = replace(END, ended=run.began, findings=tuple(_finding(rng, at) for at in range(rng.randint(0, 2))))
        runs.append((run, end if rng.random() < 0.9 else None))
    return Invented(tuple(rows), tuple(runs))


def invented_from(seed: int, count: int) -> Invented:
    """The same history for the same seed."""
    return invented(random.Random(seed), count)  # noqa: S311  # no secret


def _run(rng: random.Random, number: int, days: int) -> RunFacts:
    sections = {"core": 2_000, "guide/python": 400, "instruction/no-print": 45, "style-guide": 80}
    kept = {name: tokens for name, tokens in sections.items() if rng.random() < 0.7}
    return RunFacts(
        run_id=f"run-{number:04}",
        began=NOON - timedelta(seconds=rng.randint(0, days * 86_400)),
        repository=rng.choice(("acme/shop", "acme/search", "")),
        pull_request=rng.choice((None, 1, 2, 30)),
        author=rng.choice(("ada", "ben", "")),
        team=rng.choice(("payments", "")),
        prompt_hash=rng.choice(("p1", "p2")),
        sections=kept,
    )


def _row(rng: random.Random, run: RunFacts, number: int) -> Entry:
    kinds = {kind: rng.randint(0, 9) for kind in ("python", "go", "") if rng.random() < 0.5}
    opening = replace(
        OPENING,
        id=f"row-{number}",
        at=run.began + timedelta(seconds=rng.randint(0, 900)),
        feature=rng.choice(("review", "triage", "verify", "draft")),
        model=rng.choice(("claude-sonnet-4-6", "claude-haiku-4-5", "nobody-knows-its-price")),
        tier=rng.choice(("cheap", "standard", "")),
        hunks=rng.randint(0, 20),
        attempt=rng.choice((1, 1, 1, 2, 3)),
        reserved_usd=_usd(rng),
        batch=rng.random() < 0.2,
        kinds=kinds,
    )
    return Entry(run, opening, _ending(rng, opening))


def _ending(rng: random.Random, opening: Opening) -> Settlement | None:
    luck = rng.random()
    if luck < 0.1:
        return None
    if luck < 0.2:
        outcome = rng.choice((FailureKind.TIMED_OUT, FailureKind.CONNECTION_LOST)).value
        unsettled = opening.reserved_usd
        return Settlement(State.UNSETTLED, outcome, unsettled_usd=unsettled, unsettled_tokens=opening.reserved_tokens)
    if luck < 0.3:
        return Settlement(State.SETTLED, FailureKind.OVERLOADED.value, latency_ms=300)
    saved = Saved(*(_usd(rng) - Decimal(1) for _ in range(5)))
    if luck < 0.4:
        return Settlement(State.SETTLED, rng.choice(list(Untaken)).value, saved=saved)
    usage = Usage(*(rng.randint(0, 5_000) for _ in range(5)))
    outcome = rng.choice(("answered", "answered", "answered", "truncated", "refused"))
    return Settlement(State.SETTLED, outcome, usage, _usd(rng), latency_ms=rng.randint(0, 9_000), saved=saved)


def _usd(rng: random.Random) -> Decimal:
    return Decimal(rng.randint(0, 3 * 10**12)).scaleb(-12)


def _finding(rng: random.Random, number: int) -> FindingRow:
    rule = rng.choice(("bug", "convention/no-print", "convention/gone", "convention", "security"))
    posted = rng.random() < 0.8
    accepted = NOON if posted and rng.random() < 0.5 else None
    return FindingRow(f"{rng.random()}-{number}", rule, "warning", rng.choice(("python", "")), posted, accepted)


def _amount(row: Entry) -> Decimal:
    ending = row.settlement
    return row.opening.reserved_usd if ending is None else ending.cost_usd + ending.unsettled_usd
