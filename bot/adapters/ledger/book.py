"""Writes the ledger: what may be spent before it is, and what it was afterwards, each in one transaction.

Accounts are sums over rows, kept beside them so that a reservation need not add up a month. Every row moves every
account that covers it, also those that only somebody else's configuration limits; an account begins as the sum of what
is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.adapters.ledger.connect import open_engine, writing
from bot.adapters.ledger.rows import end_values, ending_values, opening_values, quarter_of, run_values
from bot.adapters.ledger.tables import accounts, entries, findings, rates, runs
from bot.core.budget import Amount
from bot.core.ledger.account import Account, AccountLimit, Exhausted, Scope
from bot.core.ledger.entry import Entry, FindingRow, Opening, RateRow, RunEnd, RunFacts, Settlement, State
from bot.core.money import from_units, to_units

_ACCOUNTS_LOCK = 0x68756E6D
"""Held exclusively while an account begins, and shared by whoever moves accounts (PostgreSQL's advisory locks)."""


class SqlLedger:
    """A Ledger in SQLite or PostgreSQL; safe for threads, and for any number of processes."""

    def __init__(self, place: str) -> None:
        """`place` is a URL, or the path of an SQLite file. Raises BadConfiguration or LedgerLost."""
        self._engine = open_engine(place)

    @property
    def engine(self) -> Engine:
        """The connections, for what reads."""
        return self._engine

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def begin_run(self, run: RunFacts) -> None:
        """Note a run (Ledger.begin_run)."""
        with writing(self._engine) as connection:
            connection.execute(self._insert(runs).values(run_values(run)).on_conflict_do_nothing())

    def reserve(
        self, run: RunFacts, openings: Sequence[Opening], limits: Sequence[AccountLimit] = ()
    ) -> Exhausted | None:
        """Write attempts down and count their worst cases, all or none (Ledger.reserve)."""
        with writing(self._engine) as connection:
            self._begin_accounts(connection, limits, simulated=run.simulated)
            replaced = self._reserved_before(connection, openings)
            refused = self._move(connection, run, _moves(openings, replaced), limits)
            if refused is not None:
                connection.rollback()
                return refused
            if replaced:
                connection.execute(delete(entries).where(entries.c.id.in_([row.id for row in replaced])))
            connection.execute(insert(entries), [opening_values(run, one) for one in openings])
        return None

    def _reserved_before(self, connection: Connection, openings: Sequence[Opening]) -> Sequence[Any]:
        """Rows of the same ids that a run wrote which was killed before it sent anything: only batches name their rows
        before a run knows what became of the last one.
        """
        names = [one.id for one in openings if one.batch]
        if not names:
            return ()
        query = select(entries.c.id, entries.c.at, entries.c.unsettled_e12)
        return connection.execute(query.where(entries.c.id.in_(names), entries.c.cost_e12 == 0)).all()

    def settle(self, entry_id: str, ending: Settlement) -> bool:
        """Say how an attempt ended (Ledger.settle)."""
        with writing(self._engine) as connection:
            return self._settle(connection, entry_id, ending)

    def add(self, rows: Iterable[Entry]) -> int:
        """Write whole rows, and settle those that are open (Ledger.add)."""
        changed = 0
        with writing(self._engine) as connection:
            for row in rows:
                changed += self._add(connection, row)
        return changed

    def end_run(self, run: RunFacts, end: RunEnd) -> None:
        """Note how a run ended, and its findings (Ledger.end_run)."""
        values = run_values(run) | end_values(end)
        with writing(self._engine) as connection:
            statement = self._insert(runs).values(values)
            connection.execute(statement.on_conflict_do_update(index_elements=[runs.c.run_id], set_=values))
            for one in end.findings:
                self._note_finding(connection, run, end.ended, one)
            if end.accepted:
                connection.execute(
                    update(findings)
                    .where(
                        findings.c.repository == run.repository,
                        findings.c.pull_request == (run.pull_request or 0),
                        findings.c.fingerprint.in_(end.accepted),
                        findings.c.accepted_at.is_(None),
                    )
                    .values(accepted_at=end.ended)
                )

    def note_rates(self, rows: Iterable[RateRow]) -> None:
        """Keep what was last heard of rate limits (Ledger.note_rates)."""
        keys = [rates.c.provider, rates.c.key, rates.c.model_class, rates.c.name]
        with writing(self._engine) as connection:
            for row in rows:
                values = {name: getattr(row, name) for name in rates.c.keys()}  # noqa: SIM118  # a collection of columns
                connection.execute(
                    self._insert(rates).values(values).on_conflict_do_update(index_elements=keys, set_=values)
                )

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
        with writing(self._engine) as connection:
            tokens, units = connection.execute(query).one()
        return Amount(int(tokens or 0), from_units(int(units or 0)))

    def committed(self, account: Account, *, simulated: bool) -> Decimal:
        """What counts in an account now, in dollars (Ledger.committed)."""
        with writing(self._engine) as connection:
            found = connection.execute(
                select(accounts.c.committed_e12).where(
                    accounts.c.name == account.name, accounts.c.simulated == simulated
                )
            ).scalar()
            if found is None:
                found = _sum_of(connection, account, simulated=simulated)
        return from_units(int(found))

    def _insert(self, table: Any) -> Any:
        """An INSERT that knows ON CONFLICT; both databases spell it alike."""
        return (postgresql if self._engine.dialect.name == "postgresql" else sqlite).insert(table)

    def _lock_accounts(self, connection: Connection, *, exclusive: bool) -> None:
        """SQLite's one writer needs no further lock."""
        if self._engine.dialect.name == "postgresql":
            shared = "" if exclusive else "_shared"
            connection.execute(text(f"SELECT pg_advisory_xact_lock{shared}({_ACCOUNTS_LOCK})"))

    def _begin_accounts(self, connection: Connection, limits: Sequence[AccountLimit], *, simulated: bool) -> None:
        """Make the accounts that are limited and not there yet; whoever moves accounts waits meanwhile."""
        if not limits:
            return
        names = {one.account.name: one.account for one in limits}
        known = set(
            connection.scalars(
                select(accounts.c.name).where(accounts.c.name.in_(names), accounts.c.simulated == simulated)
            )
        )
        missing = sorted(set(names) - known)
        if not missing:
            return
        self._lock_accounts(connection, exclusive=True)
        for name in missing:
            account = names[name]
            values = _account_values(account, simulated=simulated)
            values["committed_e12"] = _sum_of(connection, account, simulated=simulated)
            connection.execute(self._insert(accounts).values(values).on_conflict_do_nothing())

    def _move(
        self,
        connection: Connection,
        run: RunFacts,
        moved: Sequence[tuple[datetime, int]],
        limits: Sequence[AccountLimit] = (),
    ) -> Exhausted | None:
        """Add to every account that covers the run at each moment; gives the tightest limit that this would break."""
        self._lock_accounts(connection, exclusive=False)
        highest = {one.account.name: to_units(one.usd) for one in limits}
        by_name = {one.account.name: one for one in limits}
        tightest: Exhausted | None = None
        for at, units in moved:
            covering = _covering(run, at)
            query = select(accounts.c.name, accounts.c.committed_e12).where(covering).order_by(accounts.c.name)
            for name, committed in connection.execute(query.with_for_update()).all():
                if name in highest and units > 0 and committed + units > highest[name]:
                    left = from_units(max(0, highest[name] - committed))
                    if tightest is None or left < tightest.left_usd:
                        tightest = Exhausted(by_name[name], left)
            if tightest is not None:
                return tightest
            connection.execute(update(accounts).where(covering).values(committed_e12=accounts.c.committed_e12 + units))
        return None

    def _settle(self, connection: Connection, entry_id: str, ending: Settlement) -> bool:
        row = connection.execute(
            select(
                entries.c.at,
                entries.c.repository,
                entries.c.author,
                entries.c.team,
                entries.c.simulated,
                entries.c.unsettled_e12,
            )
            .where(entries.c.id == entry_id, entries.c.state == State.OPEN.value)
            .with_for_update()
        ).one_or_none()
        if row is None:
            return False
        run = RunFacts("", row.at, row.repository, None, row.author, row.team, simulated=row.simulated)
        difference = to_units(ending.cost_usd + ending.unsettled_usd) - row.unsettled_e12
        self._move(connection, run, [(row.at, difference)])
        connection.execute(update(entries).where(entries.c.id == entry_id).values(ending_values(ending)))
        return True

    def _add(self, connection: Connection, row: Entry) -> bool:
        """Write a row that is not there, or settle it where it is open."""
        ending = row.settlement
        values = opening_values(row.run, row.opening) | (ending_values(ending) if ending else {})
        inserting = self._insert(entries).values(values).on_conflict_do_nothing().returning(entries.c.id)
        if connection.execute(inserting).first() is not None:
            self._move(connection, row.run, [(row.opening.at, values["cost_e12"] + values["unsettled_e12"])])
            return True
        return ending is not None and self._settle(connection, row.opening.id, ending)

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
        statement = self._insert(findings).values(values)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[findings.c.repository, findings.c.pull_request, findings.c.fingerprint],
                set_={
                    "posted": or_(findings.c.posted, statement.excluded.posted),
                    "accepted_at": func.coalesce(findings.c.accepted_at, statement.excluded.accepted_at),
                },
            )
        )


def _moves(openings: Sequence[Opening], replaced: Sequence[Any]) -> list[tuple[datetime, int]]:
    """What reservations add to accounts, summed by the moment they were made; what they replace is taken back first."""
    sums: dict[datetime, int] = {}
    for row in replaced:
        sums[row.at] = sums.get(row.at, 0) - row.unsettled_e12
    for one in openings:
        sums[one.at] = sums.get(one.at, 0) + to_units(one.reserved_usd)
    return sorted(sums.items())


def _covering(run: RunFacts, at: datetime) -> ColumnElement[bool]:
    """Which accounts a run's spending at a moment belongs to."""
    of = {Scope.ALL: "", Scope.REPOSITORY: run.repository, Scope.TEAM: run.team, Scope.AUTHOR: run.author}
    own = (and_(accounts.c.scope == scope.value, accounts.c.of == name) for scope, name in of.items())
    return and_(
        accounts.c.simulated == run.simulated, accounts.c.period_start <= at, accounts.c.period_end > at, or_(*own)
    )


def _sum_of(connection: Connection, account: Account, *, simulated: bool) -> int:
    """What the rows say, to the unit."""
    column = {
        Scope.ALL: None,
        Scope.REPOSITORY: entries.c.repository,
        Scope.TEAM: entries.c.team,
        Scope.AUTHOR: entries.c.author,
    }[account.scope]
    query = select(func.sum(entries.c.cost_e12 + entries.c.unsettled_e12)).where(
        entries.c.simulated == simulated,
        entries.c.quarter >= quarter_of(account.period.start),
        entries.c.quarter < quarter_of(account.period.end),
    )
    if column is not None:
        query = query.where(column == account.of)
    return int(connection.execute(query).scalar() or 0)


def _account_values(account: Account, *, simulated: bool) -> dict[str, Any]:
    return {
        "name": account.name,
        "simulated": simulated,
        "scope": account.scope.value,
        "of": account.of,
        "span": account.period.span.value,
        "label": account.period.label,
        "period_start": account.period.start,
        "period_end": account.period.end,
    }
