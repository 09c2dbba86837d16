"""Keeps the accounts: sums over rows, held beside them so that a reservation need not add up a month.

Every row moves every account that covers it, also those that only somebody else's configuration limits; an account
begins as the sum of what is there. For no two transactions to wait for each other in a circle, all take their locks in
one order: first `lock`, then rows of attempts, then accounts by name, all accounts of the transaction at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, literal, or_, select, tuple_, update

from bot.adapters.ledger.connect import inserting
from bot.adapters.ledger.rows import quarter_of
from bot.adapters.ledger.tables import accounts, entries, key_text
from bot.core.ledger.account import Account, AccountLimit, Exhausted, Scope
from bot.core.money import from_units, to_units

_LOCK = 0x68756E6D
"""Held exclusively while accounts begin, and shared by whoever moves accounts (PostgreSQL's advisory locks)."""


_Key = tuple[str, bool]
"""An account's name, and whether it is of simulated rows."""

_MOST = 2**63 - 1
"""Units: nine million dollars. Beyond it SQLite would go on in floating point."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Which accounts a row belongs to, beside its time."""

    simulated: bool
    repository: str
    team: str
    author: str


@dataclass(frozen=True, slots=True)
class Move:
    """What changes in the accounts that cover a moment, in units."""

    whose: Whose
    at: datetime
    units: int


def lock(connection: Connection, wanted: Collection[Account] = (), *, simulated: bool = False) -> bool:
    """Taken before anything else; SQLite's one writer needs no further lock. In the same round trip it gives whether
    all accounts that are `wanted` have begun: none of them ever ends.
    """
    names = {key_text(one.name) for one in wanted}
    own = and_(accounts.c.name.in_(names), accounts.c.simulated == simulated)
    begun = select(func.count()).where(own).scalar_subquery() if names else literal(0)
    locking = [func.pg_advisory_xact_lock_shared(_LOCK)] if connection.dialect.name == "postgresql" else []
    if not names and not locking:
        return True
    return bool(connection.execute(select(begun, *locking)).one()[0] == len(names))


def begin(connection: Connection, wanted: Collection[Account], *, simulated: bool) -> None:
    """Make the accounts that are not there yet, as sums of what is; in a transaction that holds no lock so far: two
    that share it could not both have it for themselves.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    names = {key_text(one.name): one for one in wanted}
    query = select(accounts.c.name).where(accounts.c.name.in_(names), accounts.c.simulated == simulated)
    for name in sorted(set(names) - set(connection.scalars(query))):
        values = _values(names[name], simulated=simulated)
        values["committed_e12"] = sum_of(connection, names[name], simulated=simulated)
        connection.execute(inserting(connection, accounts).values(values).on_conflict_do_nothing())


def move(connection: Connection, moves: Sequence[Move], limits: Sequence[AccountLimit] = ()) -> Exhausted | None:
    """Add to every account that covers a move: gives the tightest limit that this breaks, and then all that the
    transaction has done must be rolled back.

    Raises OverflowError for sums that no database can hold.
    """
    moved: dict[tuple[Whose, datetime], int] = defaultdict(int)
    for one in moves:
        moved[one.whose, one.at] += one.units
    moved = {key: units for key, units in moved.items() if units}
    if len(moved) == 1:
        [((whose, at), units)] = moved.items()
        return _move_one(connection, whose, at, units, limits)
    return _move_several(connection, moved, limits)


def sum_of(connection: Connection, account: Account, *, simulated: bool) -> int:
    """What the rows of an account say, to the unit."""
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


def _move_one(
    connection: Connection, whose: Whose, at: datetime, units: int, limits: Sequence[AccountLimit]
) -> Exhausted | None:
    """In one statement, as all its accounts change by the same: the inner one takes the locks in their order."""
    key = tuple_(accounts.c.name, accounts.c.simulated)
    held = select(accounts.c.name, accounts.c.simulated).where(_covering(whose, at))
    held = held.order_by(accounts.c.name, accounts.c.simulated).with_for_update()
    statement = update(accounts).where(key.in_(held)).values(committed_e12=accounts.c.committed_e12 + units)
    after = {
        (name, simulated): sum_after
        for name, simulated, sum_after in connection.execute(
            statement.returning(accounts.c.name, accounts.c.simulated, accounts.c.committed_e12)
        )
    }
    _check(after.values())
    before = {key: int(sum_after) - units for key, sum_after in after.items()}
    return _tightest(dict.fromkeys(before, units), before, limits)


def _move_several(
    connection: Connection, moved: Mapping[tuple[Whose, datetime], int], limits: Sequence[AccountLimit]
) -> Exhausted | None:
    """Look at all accounts first, as each may change by something else."""
    added, committed = _locked(connection, moved)
    _check(committed[key] + units for key, units in added.items())
    refused = _tightest(added, committed, limits)
    together: dict[tuple[bool, int], list[str]] = defaultdict(list)
    for (name, simulated), units in added.items():
        if units and refused is None:
            together[simulated, units].append(name)
    for (simulated, units), names in together.items():
        connection.execute(
            update(accounts)
            .where(accounts.c.name.in_(names), accounts.c.simulated == simulated)
            .values(committed_e12=accounts.c.committed_e12 + units)
        )
    return refused


def _check(committed: Iterable[float]) -> None:
    """SQLite's sum is a float where it does not fit; PostgreSQL refuses it by itself."""
    if any(abs(units) > _MOST for units in committed):
        raise OverflowError("a sum is larger than the ledger can hold")


def _locked(
    connection: Connection, moved: Mapping[tuple[Whose, datetime], int]
) -> tuple[dict[_Key, int], dict[_Key, int]]:
    """What is added to each account, and what each holds now; nobody else changes them until the transaction ends."""
    added: dict[_Key, int] = defaultdict(int)
    committed: dict[_Key, int] = {}
    covering = [_covering(whose, at) for whose, at in moved]
    if not covering:
        return added, committed
    query = select(accounts).where(or_(*covering)).order_by(accounts.c.name, accounts.c.simulated)
    for row in connection.execute(query.with_for_update()).mappings():
        key = (row["name"], row["simulated"])
        committed[key] = row["committed_e12"]
        for (whose, at), units in moved.items():
            added[key] += units if _covers(row, whose, at) else 0
    return added, committed


def _tightest(
    added: Mapping[_Key, int], committed: Mapping[_Key, int], limits: Sequence[AccountLimit]
) -> Exhausted | None:
    """The limit that is broken and has least left, the first of equals."""
    held = {name: (committed[name, simulated], units) for (name, simulated), units in added.items()}
    broken: list[Exhausted] = []
    for one in limits:
        before, units = held.get(key_text(one.account.name), (0, 0))
        if units > 0 and before + units > to_units(one.usd):
            broken.append(Exhausted(one, from_units(max(0, to_units(one.usd) - before))))
    return min(broken, key=lambda one: one.left_usd, default=None)


def _covering(whose: Whose, at: datetime) -> ColumnElement[bool]:
    own = (and_(accounts.c.scope == scope.value, accounts.c.of == name) for scope, name in _of(whose).items())
    return and_(
        accounts.c.simulated == whose.simulated, accounts.c.period_start <= at, accounts.c.period_end > at, or_(*own)
    )


def _covers(row: RowMapping, whose: Whose, at: datetime) -> bool:
    """The same question, asked of one account."""
    return bool(
        row["simulated"] == whose.simulated
        and row["period_start"] <= at < row["period_end"]
        and row["of"] == key_text(_of(whose)[Scope(row["scope"])])
    )


def _of(whose: Whose) -> Mapping[Scope, str]:
    return {
        Scope.ALL: "",
        Scope.REPOSITORY: whose.repository,
        Scope.TEAM: whose.team,
        Scope.AUTHOR: whose.author,
    }


def _values(account: Account, *, simulated: bool) -> dict[str, Any]:
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
