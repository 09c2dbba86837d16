"""Ledgers to test: the fake, an SQLite file and a PostgreSQL schema of one's own; and rows to write into them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest

from bot.adapters.ledger.book import SqlLedger
from bot.adapters.ledger.reading import SqlReader
from bot.core.ledger.account import Account, AccountLimit, Period, Scope, Span, period_at
from bot.core.ledger.entry import Entry, Opening, RunEnd, RunFacts, Settlement, State
from bot.core.ledger.sums import Where
from bot.core.usage import Usage
from bot.ports import Ledger, LedgerReader

URL = os.environ.get("HUNKWISE_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1/test")
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
EVERYBODY = Account(Scope.ALL, "", period_at(Span.DAY, NOON, ZoneInfo("UTC")))
ADA = RunFacts("run-1", NOON, "acme/shop", 7, "ada", "payments", "a" * 40, "prompt-1", sections={"core": 900})
_numbers = count(1)


def reachable() -> bool:
    """Whether there is a database to test with."""
    try:
        psycopg.connect(URL, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


needs_postgres = pytest.mark.skipif(not reachable(), reason="no PostgreSQL: HUNKWISE_TEST_DATABASE_URL names one")


@contextmanager
def schema() -> Iterator[str]:
    """The URL of a schema of one's own, dropped afterwards."""
    name = f"hunkwise_{uuid4().hex[:12]}"
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        try:
            yield f"{URL}?options=-c%20search_path%3D{name}"
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE")


@dataclass
class Kept:
    """A ledger to write and to read. `place` is None for the fake, which other processes cannot open."""

    book: Ledger
    reader: LedgerReader
    place: str | None = None
    _opened: list[SqlLedger] = field(default_factory=list)

    def elsewhere(self) -> Ledger:
        """The same ledger, as another process has it."""
        if self.place is None:
            return self.book
        self._opened.append(SqlLedger(self.place))
        return self._opened[-1]

    def close(self) -> None:
        """Let go of everything."""
        for one in (self.book, *self._opened):
            one.close()


def open_kept(place: str) -> Kept:
    """A real one."""
    book = SqlLedger(place)
    return Kept(book, SqlReader(book.engine), place)


def opening(usd: str = "0.01", *, at: datetime = NOON, **facts: Any) -> Opening:
    """An attempt about to be made, with an id of its own; `facts` replaces what is usual."""
    usual: dict[str, Any] = {
        "id": f"row-{next(_numbers):06}",
        "at": at,
        "feature": "review",
        "model": "claude-haiku-4-5",
        "provider": "anthropic",
        "key": "ANTHROPIC_API_KEY",
        "tier": "cheap",
        "why": "low risk",
        "hunks": 2,
        "attempt": 1,
        "reserved_tokens": 1_000,
        "reserved_usd": Decimal(usd),
        "kinds": {"python": 2},
    }
    return Opening(**{**usual, **facts})


def answered(usd: str = "0.004", **facts: Any) -> Settlement:
    """An attempt that bought an answer."""
    usual: dict[str, Any] = {
        "state": State.SETTLED,
        "outcome": "answered",
        "usage": Usage(100, 10, 20, 30, 50, 5),
        "cost_usd": Decimal(usd),
        "latency_ms": 900,
        "request_id": "req_1",
    }
    return Settlement(**{**usual, **facts})


def whole(run: RunFacts, usd: str = "0.004", *, at: datetime = NOON, **facts: Any) -> Entry:
    """A row with its end."""
    return Entry(run, opening(at=at, **facts), answered(usd))


def ended(run: RunFacts, **facts: Any) -> RunEnd:
    """How a run ended."""
    usual: dict[str, Any] = {
        "ended": NOON,
        "status": "complete",
        "mode": "live",
        "routing": "auto",
        "hunks": 9,
        "reviewed": 6,
        "reused": 2,
        "duplicates": 1,
        "skipped": 0,
        "total_usd": Decimal("0.123456789012"),
        "unsettled_usd": Decimal("0.01"),
    }
    assert run.run_id
    return RunEnd(**{**usual, **facts})


def limit(usd: str, account: Account = EVERYBODY) -> AccountLimit:
    """How far an account may go."""
    return AccountLimit(account, Decimal(usd))


def sums_by_hand(kept: Kept, *, simulated: bool = False) -> dict[str, Decimal]:
    """What the accounts of a month around NOON have to hold, added up row by row; fails where one holds another sum."""
    rows = list(kept.reader.rows(Where(simulated=simulated)))
    found: dict[str, Decimal] = {}
    moments = [NOON + timedelta(days=days) for days in range(-31, 32)]
    for one in {sum_ for moment in moments for sum_ in kept.reader.accounts(moment, simulated=simulated)}:
        account = Account(Scope(one.scope), one.of, Period(Span(one.span), one.start, one.end, one.label))
        own = (_spent(row) for row in rows if _belongs(row, account))
        found[account.name] = sum(own, Decimal(0))
        assert one.committed_usd == found[account.name], account.name
    return found


def _spent(row: Entry) -> Decimal:
    ending = row.settlement
    return row.opening.reserved_usd if ending is None else ending.cost_usd + ending.unsettled_usd


def _belongs(row: Entry, account: Account) -> bool:
    of = {"all": "", "repository": row.run.repository, "team": row.run.team, "author": row.run.author}
    return of[account.scope.value] == account.of and account.period.start <= row.opening.at < account.period.end
