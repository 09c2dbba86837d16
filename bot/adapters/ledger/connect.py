"""Connections to the database of a ledger, and what becomes of its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from bot.adapters.ledger.address import shown, url_of
from bot.adapters.ledger.upgrade import upgrade
from bot.errors import BadConfiguration, LedgerLost

T = TypeVar("T")

_SECONDS_FOR_THE_LOCK = 30
"""How long a process waits for the others that write an SQLite file."""

_CONNECTIONS, _MORE_CONNECTIONS = 2, 6
"""Connections of one process that are kept, and that may be added for a moment: a server has about a hundred in all.

Reservations against one budget wait for each other anyway, so that more would only wait in another place.
"""

_ANSWERS = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "client_encoding": "utf8",
}
"""A server that is gone is noticed within seconds, also in the middle of a statement."""

_SETTINGS = "-c statement_timeout=10s -c idle_in_transaction_session_timeout=20s"
"""The second frees what a frozen runner holds: while it holds an account, nobody else can spend from it."""

_NOTHING = text("SELECT 1")
_PATIENCE = text(
    "SELECT set_config('statement_timeout', '5min', true), set_config('idle_in_transaction_session_timeout', '0', true)"
)
"""For the transaction that reads: a report may be large, and whoever reads it slow."""


def open_engine(place: str) -> Engine:
    """Connect, and make or migrate the tables. Raises BadConfiguration or LedgerLost."""
    url = url_of(place)
    try:
        engine = _sqlite(url) if url.drivername == "sqlite" else _postgresql(url)
    except (ImportError, NoSuchModuleError) as error:
        raise BadConfiguration(
            "The ledger is in PostgreSQL, but what speaks to it is not installed.",
            next_step="Install hunkwise[postgres].",
        ) from error
    with ExitStack() as unless_opened:
        unless_opened.callback(engine.dispose)
        with answering(url):
            upgrade(engine)
        unless_opened.pop_all()
    return engine


@contextmanager
def answering(url: URL) -> Iterator[None]:
    """Whatever the database refuses or does not answer becomes LedgerLost. The sentence may end on a public pull
    request, so that a server's address is not in it.

    Figures that no database can hold (OverflowError) too: what cannot be recorded is not spent.
    """
    try:
        yield
    except (SQLAlchemyError, OverflowError) as error:
        cause = getattr(error, "orig", None) or error
        what = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
        is_file = url.drivername == "sqlite"
        place, why = (f"({shown(url)})", what) if is_file else ("in PostgreSQL", what.rpartition("failed: ")[2])
        if url.host:
            why = why.replace(url.host, "the host")
        raise LedgerLost(
            f"The ledger {place} does not answer: {why.rstrip('.')}.",
            next_step="Check that it can be reached and written. Nothing is spent that it cannot record.",
        ) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write, kept whole or not at all. Raises LedgerLost."""
    with writing_after(engine, _look) as (connection, _):
        yield connection


@contextmanager
def writing_after(engine: Engine, first: Callable[[Connection], T]) -> Iterator[tuple[Connection, T]]:
    """The same, and what `first` gave in it, which writes nothing: it may be done twice. Raises LedgerLost."""
    with answering(engine.url):
        connection, found = _alive(engine, first)
        with connection:
            yield connection, found
            connection.commit()


@contextmanager
def reading(engine: Engine, *, patient: bool = True) -> Iterator[Connection]:
    """A transaction that waits for no writer. A `patient` one may take longer than one that writes: a report may be
    large, while a run that asks what is left must not hang. Raises LedgerLost.
    """
    with answering(engine.url):
        connection, _ = _alive(engine, _be_patient if patient else _be_there, reading=True)
        with connection:
            yield connection


def _alive(engine: Engine, first: Callable[[Connection], T], **options: bool) -> tuple[Connection, T]:
    """A connection on which `first` is done, in its transaction. The server may have ended one that was kept: then
    another is tried, once. To ask each connection whether it is alive would be a round trip more.
    """
    for is_last in (False, True):
        with ExitStack() as unless_alive:
            connection = unless_alive.enter_context(engine.connect()).execution_options(**options)
            try:
                found = first(connection)
            except DBAPIError as error:
                if is_last or not error.connection_invalidated:
                    raise
            else:
                unless_alive.pop_all()
                return connection, found
    raise AssertionError  # the last turn gave or raised


def _look(connection: Connection) -> None:
    """Whether the server is there; a file is."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT 1"))


def _be_patient(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(_PATIENCE)


def _be_there(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(_NOTHING)


def inserting(at: Engine | Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT; both databases spell it alike."""
    if at.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415  # takes a while, and a file needs none of it

        return postgresql.insert(table)
    return sqlite.insert(table)


def _postgresql(url: URL) -> Engine:
    """With time limits beside what the address itself asks for, and the isolation that the statements rely on."""
    given = url.query.get("options", "")
    options = f"{given if isinstance(given, str) else ' '.join(given)} {_SETTINGS}"
    return create_engine(
        url.difference_update_query(["options"]),
        connect_args=_ANSWERS | {"options": options.strip()},
        isolation_level="READ COMMITTED",
        pool_size=_CONNECTIONS,
        max_overflow=_MORE_CONNECTIONS,
    )


def _sqlite(url: URL) -> Engine:
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerLost(
            f"The ledger's folder {folder} cannot be made: {error.strerror}.",
            next_step="Name a place that can be written.",
        ) from None
    engine = create_engine(url, connect_args={"timeout": _SECONDS_FOR_THE_LOCK, "check_same_thread": False})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_with_the_lock)
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    """Readers do not wait for writers; what is committed survives a loss of power."""
    connection.isolation_level = None  # transactions begin where we say so, not where the driver guesses
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin_with_the_lock(connection: Connection) -> None:
    """Who will write takes the lock first: a transaction that begins by reading cannot be made to write safely."""
    reads = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
