"""Writes the ledger: what may be spent before it is, and what it was afterwards, each in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, delete, func, insert, or_, select, update

from bot.adapters.ledger import accounts
from bot.adapters.ledger.accounts import Move, Whose
from bot.adapters.ledger.connect import inserting, open_engine, reading, writing, writing_after
from bot.adapters.ledger.rows import end_values, ending_values, opening_values, run_values
from bot.adapters.ledger.tables import accounts as accounts_table
from bot.adapters.ledger.tables import entries, findings, rates, runs
from bot.core.budget import Amount
from bot.core.ledger.account import Account, AccountLimit, Exhausted
from bot.core.ledger.entry import (
    ADJUSTMENT,
    LOST,
    Entry,
    FindingRow,
    Opening,
    RateRow,
    RunEnd,
    RunFacts,
    Settlement,
    State,
)
from bot.core.money import from_units, to_units

_MOVED = ("at", "simulated", "repository", "team", "author", "unsettled_e12")
"""What of a row says which accounts it moved, and by how much."""

_PORTION = 50
"""Rows that are added in one transaction: while it lasts, others wait for the accounts."""


class SqlLedger:
    """A Ledger in SQLite or PostgreSQL; safe for threads, and for any number of processes."""

    def __init__(self, place: str) -> None:
        """`place` is a URL, or the path of an SQLite file. Raises BadConfiguration or LedgerLost."""
        self._engine = open_engine(place)
        self._turn = threading.Lock() if self._engine.dialect.name == "sqlite" else nullcontext()

    @property
    def engine(self) -> Engine:
        """The connections, for what reads."""
        return self._engine

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def begin_run(self, run: RunFacts) -> None:
        """Note a run (Ledger.begin_run)."""
        with self._writing() as connection:
            connection.execute(inserting(self._engine, runs).values(run_values(run)).on_conflict_do_nothing())

    def reserve(
        self, run: RunFacts, openings: Sequence[Opening], limits: Sequence[AccountLimit] = ()
    ) -> Exhausted | None:
        """Write attempts down and count their worst cases, all or none (Ledger.reserve)."""
        moves = [Move(_whose(run), one.at, to_units(one.reserved_usd)) for one in openings]
        wanted = [one.account for one in limits]
        with self._moving(wanted, simulated=run.simulated) as connection:
            replaced = self._reserved_before(connection, openings)
            moves += [Move(_whose(row), row.at, -row.unsettled_e12) for row in replaced]
            if replaced:
                connection.execute(delete(entries).where(entries.c.id.in_([row.id for row in replaced])))
            if openings:
                connection.execute(insert(entries), [opening_values(run, one) for one in openings])
            refused = accounts.move(connection, moves, limits)  # last: all others wait for the accounts
            if refused is not None:
                connection.rollback()
        return refused

    def _reserved_before(self, connection: Connection, openings: Sequence[Opening]) -> Sequence[Any]:
        """Rows of the same ids that a run wrote which was killed before it sent anything: only batches name their rows
        before a run knows what became of the last one.
        """
        names = [one.id for one in openings if one.batch]
        if not names:
            return ()
        query = select(entries.c.id, *(entries.c[name] for name in _MOVED))
        free = and_(entries.c.cost_e12 == 0, or_(entries.c.state == State.OPEN.value, entries.c.unsettled_e12 == 0))
        query = query.where(entries.c.id.in_(names), free).order_by(entries.c.id)
        return connection.execute(query.with_for_update()).all()

    def settle(self, entry_id: str, ending: Settlement) -> bool:
        """Say how an attempt ended (Ledger.settle)."""
        with self._moving() as connection:
            changed = self._settle(connection, entry_id, ending)
            accounts.move(connection, [changed] if changed else [])
        return changed is not None

    def add(self, rows: Iterable[Entry]) -> int:
        """Write whole rows, and settle those that are open (Ledger.add), a portion at a time."""
        changed, left = 0, iter(rows)
        while portion := sorted(islice(left, _PORTION), key=lambda row: row.opening.id):
            with self._moving() as connection:
                moves = [move for row in portion if (move := self._add(connection, row))]
                accounts.move(connection, moves)
            changed += len(moves)
        return changed

    def adjust(self, rows: Iterable[Entry]) -> int:
        """Write adjustments, or write them over, each in a transaction of its own (Ledger.adjust)."""
        changed = 0
        for row in rows:
            with self._moving() as connection:
                moved = self._adjust(connection, row)
                accounts.move(connection, [moved] if moved else [])
            changed += moved is not None
        return changed

    def end_run(self, run: RunFacts, end: RunEnd) -> None:
        """Note how a run ended, and its findings (Ledger.end_run)."""
        values = run_values(run) | end_values(end)
        with self._writing() as connection:
            statement = inserting(self._engine, runs).values(values)
            # A receipt does not say what its prompt was made of: an import must not wipe out what the run wrote.
            told = {name: value for name, value in values.items() if name != "sections" or value}
            connection.execute(statement.on_conflict_do_update(index_elements=[runs.c.run_id], set_=told))
            # In one order, or two runs wait for each other.
            for one in sorted(end.findings, key=lambda one: one.fingerprint):
                self._note_finding(connection, run, end.ended, one)
            if end.accepted:
                connection.execute(
                    update(findings)
                    .where(
                        findings.c.repository == run.repository,
                        findings.c.pull_request == (run.pull_request or 0),
                        findings.c.fingerprint.in_(end.accepted),
                        findings.c.simulated == run.simulated,
                        findings.c.accepted_at.is_(None),
                    )
                    .values(accepted_at=end.ended)
                )

    def note_rates(self, rows: Iterable[RateRow]) -> None:
        """Keep what was last heard of rate limits (Ledger.note_rates)."""
        keys = list(rates.primary_key)
        with self._writing() as connection:
            for row in sorted(rows, key=lambda row: (row.provider, row.key, row.model_class, row.name, row.at)):
                values = {name: getattr(row, name) for name in rates.c.keys()}  # noqa: SIM118  # a collection of columns
                statement = inserting(self._engine, rates).values(values)
                newer = statement.excluded.at >= rates.c.at
                connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values, where=newer))

    def spent_on(self, run: RunFacts) -> Amount:
        """What the ledger knows of a pull request's spending (Ledger.spent_on)."""
        own = and_(
            entries.c.repository == run.repository,
            entries.c.pull_request == run.pull_request,
            entries.c.simulated == run.simulated,
        )
        used = (
            entries.c.input_tokens
            + entries.c.cache_write_5m_tokens
            + entries.c.cache_write_1h_tokens
            + entries.c.cache_read_tokens
            + entries.c.output_tokens
            + entries.c.unsettled_tokens
        )
        query = select(func.sum(used), func.sum(entries.c.cost_e12 + entries.c.unsettled_e12)).where(own)
        with reading(self._engine, patient=False) as connection:
            tokens, units = connection.execute(query).one()
        return Amount(int(tokens or 0), from_units(int(units or 0)))

    def committed(self, account: Account, *, simulated: bool) -> Decimal:
        """What counts in an account now, in dollars (Ledger.committed)."""
        table = accounts_table.c
        query = select(table.committed_e12).where(table.name == account.name, table.simulated == simulated)
        with reading(self._engine, patient=False) as connection:
            found = connection.execute(query).scalar()
            if found is None:
                found = accounts.sum_of(connection, account, simulated=simulated)
        return from_units(int(found))

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction. Threads that write one SQLite file take turns here: its own queue sleeps, and is not fair."""
        with self._turn, writing(self._engine) as connection:
            yield connection

    @contextmanager
    def _moving(self, wanted: Sequence[Account] = (), *, simulated: bool = False) -> Iterator[Connection]:
        """A transaction that moves accounts, and in which those that are `wanted` have begun."""

        def first(connection: Connection) -> bool:
            return accounts.lock(connection, wanted, simulated=simulated)

        with self._turn, writing_after(self._engine, first) as (connection, have_begun):
            if not have_begun:
                connection.rollback()  # which gives the lock back
                accounts.begin(connection, wanted, simulated=simulated)
            yield connection

    def _settle(self, connection: Connection, entry_id: str, ending: Settlement, *, found: bool = False) -> Move | None:
        """Write the end of an open attempt; gives what this changes in accounts, None where it is not open.

        `found` settles one too that had been given up for lost: its receipt has turned up.
        """
        open_row = and_(entries.c.id == entry_id, entries.c.state == State.OPEN.value)
        if found and ending.outcome != LOST:
            open_row = and_(
                entries.c.id == entry_id, or_(entries.c.state == State.OPEN.value, entries.c.outcome == LOST)
            )
        told = (entries.c[name] for name in (*_MOVED, "reserved_e12"))
        statement = update(entries).where(open_row).values(ending_values(ending)).returning(*told)
        row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        # While a row is open, or is lost, what is unsettled is what was reserved.
        difference = to_units(ending.cost_usd + ending.unsettled_usd) - row.reserved_e12
        return Move(_whose(row), row.at, difference)

    def _add(self, connection: Connection, row: Entry) -> Move | None:
        """Write a row that is not there, or settle it where it is open or lost; gives what accounts gain, or None."""
        written = self._write(connection, row)
        if written is not None or row.settlement is None:
            return written
        return self._settle(connection, row.opening.id, row.settlement, found=True)

    def _write(self, connection: Connection, row: Entry) -> Move | None:
        """Write a row that is not there; gives what accounts gain by it, None where there is one of its id."""
        ending = row.settlement
        values = opening_values(row.run, row.opening) | (ending_values(ending) if ending else {})
        statement = inserting(self._engine, entries).values(values).on_conflict_do_nothing()
        if connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount != 1:
            return None
        return Move(_whose(row.run), row.opening.at, values["cost_e12"] + values["unsettled_e12"])

    def _adjust(self, connection: Connection, row: Entry) -> Move | None:
        """Write an adjustment, new or over what it was; gives what this changes in accounts, or None."""
        ending = row.settlement
        if row.opening.feature != ADJUSTMENT or ending is None:
            raise ValueError(f"{row.opening.id} is no adjustment, and no other row is written over")
        if (written := self._write(connection, row)) is not None:
            return written
        own = entries.c.id == row.opening.id
        query = select(entries.c.cost_e12, entries.c.unsettled_e12, entries.c.feature).where(own)
        before = connection.execute(query.with_for_update()).one()
        if before.feature != ADJUSTMENT:
            raise ValueError(f"{row.opening.id} is the id of another row")
        after = (to_units(ending.cost_usd), to_units(ending.unsettled_usd))
        if (before.cost_e12, before.unsettled_e12) == after:
            return None
        connection.execute(update(entries).where(own).values(ending_values(ending) | {"why": row.opening.why}))
        return Move(_whose(row.run), row.opening.at, sum(after) - before.cost_e12 - before.unsettled_e12)

    def _note_finding(self, connection: Connection, run: RunFacts, at: datetime, one: FindingRow) -> None:
        """A finding keeps the run that found it first; what became of it since is added."""
        values = {
            "repository": run.repository,
            "pull_request": run.pull_request or 0,
            "fingerprint": one.fingerprint,
            "run_id": run.run_id,
            "at": at,
            "simulated": run.simulated,
            "rule": one.rule,
            "severity": one.severity,
            "kind": one.kind,
            "posted": one.posted,
            "accepted_at": one.accepted_at,
        }
        statement = inserting(self._engine, findings).values(values)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=list(findings.primary_key),
                set_={
                    "posted": or_(findings.c.posted, statement.excluded.posted),
                    "accepted_at": func.coalesce(findings.c.accepted_at, statement.excluded.accepted_at),
                },
            )
        )


def _whose(run: RunFacts | Row[Any]) -> Whose:
    return Whose(run.simulated, run.repository, run.team, run.author)
