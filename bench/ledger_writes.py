"""What a reservation and a settlement cost, in plain commits of one row into the same database.

    python -m bench.ledger_writes [--seconds 2] [POSTGRESQL-URL]

An attempt is reserved against four budgets and settled afterwards: two transactions, in which six rows are written. The
plain commit inserts one row of one column by the database's own driver. Both are done by one thread and by eight, each
for the same time, in turn; what is printed are ratios, since the figures of a disk say nothing about another. In
PostgreSQL each of the two transactions is five round trips to the server (BEGIN, the lock, the row, the accounts,
COMMIT), a plain commit is one: that is what makes an attempt dearer there.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from bot.adapters.ledger.book import SqlLedger
from bot.core.ledger.account import Account, AccountLimit, Scope, Span, period_at
from bot.core.ledger.entry import Opening, RunFacts, Settlement, State

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
RUN = RunFacts("run", NOON, "acme/shop", 7, "ada", "payments")
OF = {Scope.ALL: "", Scope.REPOSITORY: "acme/shop", Scope.TEAM: "payments", Scope.AUTHOR: "ada"}
LIMITS = [
    AccountLimit(Account(scope, of, period_at(Span.MONTH, NOON, ZoneInfo("UTC"))), Decimal(100_000))
    for scope, of in OF.items()
]
_ROW = "INSERT INTO hunkwise_bench VALUES (1)"
_numbers = count(1)


def attempt(book: SqlLedger) -> None:
    """Reserve and settle."""
    name = f"{time.time_ns()}-{next(_numbers)}"
    one = Opening(
        name, NOON, "review", "claude-haiku-4-5", "anthropic", "KEY", "cheap", "low risk", 2, 1, 900, Decimal("0.01")
    )
    refused = book.reserve(RUN, [one], LIMITS)
    if refused or not book.settle(name, Settlement(State.SETTLED, "answered", cost_usd=Decimal("0.004"))):
        raise SystemExit("An attempt was not written: the figures would say nothing.")


def a_second(work: Callable[[], None], threads: int, seconds: float) -> float:
    """How often the work is done in a second, by all threads together."""
    until = time.monotonic() + seconds

    def repeat(_: int) -> int:
        done = 0
        while time.monotonic() < until:
            work()
            done += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(repeat, range(threads))) / seconds


def _ignored(_: object) -> None:
    """What a statement gives is of no use here."""


@contextmanager
def plain_sqlite(file: Path) -> Iterator[Callable[[], None]]:
    """One row a commit, as safe as the ledger's."""
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE hunkwise_bench (id INTEGER)")
        yield lambda: _ignored(connection.execute(_ROW))


@contextmanager
def plain_postgresql(url: str) -> Iterator[Callable[[], None]]:
    """One row a commit."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE hunkwise_bench (id INTEGER)")
        try:
            yield lambda: _ignored(connection.execute(_ROW))
        finally:
            connection.execute("DROP TABLE hunkwise_bench")


def measure(name: str, place: str, plain: Callable[[], None], seconds: float) -> None:
    """Print a database's lines."""
    with closing(SqlLedger(place)) as book:
        attempt(book)  # statements are made once
        for threads in (1, 8):
            alone, ours, again = (
                a_second(plain, 1, seconds),
                a_second(lambda: attempt(book), threads, seconds),
                a_second(plain, 1, seconds),
            )
            commits = (alone + again) / 2 / ours
            print(f"{name}, {threads} threads: an attempt costs {commits:.1f} plain commits of one row")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?", help="a PostgreSQL database to write into; tables stay there")
    parser.add_argument("--seconds", type=float, default=2.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, plain_sqlite(Path(folder) / "plain.db") as plain:
        measure("SQLite", str(Path(folder) / "ledger.db"), plain, arguments.seconds)
    if arguments.url:
        with plain_postgresql(arguments.url) as plain:
            measure("PostgreSQL", arguments.url, plain, arguments.seconds)


if __name__ == "__main__":
    main()
