"""What other processes do to a ledger while a test looks on: spend the last dollar, mix everything, be killed."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from zoneinfo import ZoneInfo

from bot.adapters.ledger.book import SqlLedger
from bot.core.ledger.account import Account, AccountLimit, Scope, Span, period_at
from bot.core.ledger.entry import Entry, FindingRow, Opening, RateRow, RunFacts, Settlement, State
from bot.ports import Ledger
from tests.contract.ledgers import ADA, NOON, answered, ended, limit, opening, whole

PROCESSES = multiprocessing.get_context("forkserver")
"""Real processes, of which each takes no longer to begin than a fork."""

PROCESSES.set_forkserver_preload([__name__])

PIECE = Decimal("0.03")
AT_ONCE = 4
"""Processes that work together until each is killed."""

AUTHORS, TEAMS, REPOSITORIES = ("ada", "ben", "chen"), ("payments", "search"), ("acme/shop", "acme/api")


def spend_all(book: Ledger, name: str, limits: list[AccountLimit]) -> list[str]:
    """Reserve pieces until one is refused; gives the ids of those that were granted."""
    granted: list[str] = []
    while True:
        one = opening(id=f"{name}-{len(granted)}", reserved_usd=PIECE)
        if book.reserve(replace(ADA, run_id=name), [one], limits) is not None:
            return granted
        granted.append(one.id)


def settle_some(book: Ledger, ids: list[str], seed: int) -> None:
    """End about half of the attempts, each at another cost."""
    rng = random.Random(seed)  # noqa: S311  # a course of events, no secret
    for one in ids:
        if rng.random() < 0.5:
            book.settle(one, answered(str(Decimal(rng.randint(0, 30_000)) / 1_000_000)))


def race(place: str, number: int, limits: list[AccountLimit], all_there: Barrier, told: Connection) -> None:
    """One of many processes that spend from the same accounts, beginning at once."""
    with closing(SqlLedger(place)) as book:
        all_there.wait()
        granted = spend_all(book, f"process-{number}", limits)
        told.send(len(granted))
        all_there.wait()
        settle_some(book, granted, number)
    told.send(None)


def mix(place: str, number: int, rounds: int, all_there: Barrier, told: Connection) -> None:
    """Everything that a ledger does, over several days, teams and zones, in an order of its own."""
    rng = random.Random(number)  # noqa: S311  # a course of events, no secret
    with closing(SqlLedger(place)) as book:
        all_there.wait()
        for one in range(rounds):
            _mixed_round(book, rng, f"{number}-{one}")
    told.send(None)


def _mixed_round(book: Ledger, rng: random.Random, name: str) -> None:
    run = replace(
        ADA,
        run_id=name,
        author=rng.choice(AUTHORS),
        team=rng.choice(TEAMS),
        repository=rng.choice(REPOSITORIES),
        simulated=rng.random() < 0.2,
    )
    moments = [NOON + timedelta(hours=rng.randint(-60, 60)) for _ in range(rng.randint(1, 4))]
    openings = [opening(id=f"{name}-{index}", at=at, reserved_usd=PIECE) for index, at in enumerate(moments)]
    book.begin_run(run)
    book.reserve(run, openings, limits_of(run, moments, rng))
    book.add(_shared_rows(rng))
    for one in openings:
        book.settle(one.id, answered("0.01"))
    findings = [FindingRow(f"f{index}", "bug", "high", "go", posted=True) for index in rng.sample(range(20), 12)]
    book.end_run(run, ended(run, findings=tuple(findings)))
    rates = [RateRow("anthropic", f"KEY{index}", "haiku", "requests", 5, 5, NOON) for index in rng.sample(range(9), 6)]
    book.note_rates(rates)


def limits_of(run: RunFacts, moments: list[datetime], rng: random.Random) -> list[AccountLimit]:
    """Limits on some of the accounts that cover these moments."""
    of = {Scope.ALL: "", Scope.REPOSITORY: run.repository, Scope.TEAM: run.team, Scope.AUTHOR: run.author}
    zone = ZoneInfo(rng.choice(("UTC", "Europe/Berlin", "America/New_York")))
    accounts = [Account(s, of[s], period_at(span, at, zone)) for s in Scope for span in Span for at in moments]
    return [limit("50", one) for one in rng.sample(accounts, 4)]


def _shared_rows(rng: random.Random) -> list[Entry]:
    """Rows that other processes add too: the same receipts, in another order."""
    numbers = rng.sample(range(40), 20)
    return [
        whole(
            replace(ADA, author=AUTHORS[number % 3], repository=REPOSITORIES[number % 2]),
            "0.002",
            id=f"shared-{number}",
            at=NOON + timedelta(hours=5 * number - 100),
        )
        for number in numbers
    ]


@dataclass(frozen=True, slots=True)
class Said:
    """What a process that may be killed says of a row: before it writes (`done` is False), and after."""

    what: str
    id: str
    done: bool


LAST_WEEK = NOON - timedelta(days=7)


def work(book: Ledger, name: str, limits: list[AccountLimit], tell: Callable[[Said], None], rounds: int) -> None:
    """Reserve, settle and add, and say what is tried and what is confirmed."""
    rng = random.Random(name)  # noqa: S311  # a course of events, no secret
    mine: list[Opening] = []
    for number in range(rounds):
        one, dice = opening(id=f"{name}-{number}", reserved_usd=PIECE), rng.random()
        if dice < 0.5 or (dice < 0.8 and not mine):
            tell(Said("reserved", one.id, done=False))
            refused = book.reserve(ADA, [one], limits)
            tell(Said("refused" if refused else "reserved", one.id, done=True))
            mine += [] if refused else [one]
        elif dice < 0.8:
            ending = mine.pop(rng.randrange(len(mine)))
            tell(Said("settled", ending.id, done=False))
            assert book.settle(ending.id, Settlement(State.SETTLED, "answered", cost_usd=Decimal("0.01")))
            tell(Said("settled", ending.id, done=True))
        elif dice < 0.95:
            rows = [whole(ADA, "0.002", id=f"{one.id}-{index}", at=LAST_WEEK) for index in range(3)]
            for done in (False, True):
                book.add(rows if done else [])
                for row in rows:
                    tell(Said("added", row.opening.id, done=done))
        else:
            book.end_run(replace(ADA, run_id=name), ended(ADA))


def work_and_kill(place: str, kills: int, limits: list[AccountLimit], told: Connection) -> None:
    """Have processes work, a few at a time, and kill each at a random point; says what all of them said.

    Each is a fork of this process, which has opened the ledger once and let go of it: what they do begins at once.
    """
    forks, rng = multiprocessing.get_context("fork"), random.Random(kills)  # noqa: S311  # any point is as good
    with closing(SqlLedger(place)) as book:
        said: list[Said] = []
        work(book, "first", limits, said.append, 40)
        for wave in range(kills // AT_ONCE):
            book.close()  # no connection is shared with what is forked
            children = []
            for number in range(AT_ONCE):
                ear, mouth = forks.Pipe(duplex=False)
                name = f"killed-{wave}-{number}"
                child = forks.Process(target=work, args=(book, name, limits, mouth.send, 100_000), daemon=True)
                child.start()
                mouth.close()
                children.append((child, ear))
            for child, ear in children:
                said += [ear.recv() for _ in range(rng.randint(1, 5))]
                time.sleep(rng.uniform(0, 0.003))
                child.kill()
                said += _heard(ear)
                child.join()
                assert child.exitcode == -signal.SIGKILL
    told.send(said)


def _heard(ear: Connection) -> Iterator[Said]:
    """Everything until the other end is gone."""
    with ear:
        while True:
            try:
                yield ear.recv()
            except EOFError:
                return
