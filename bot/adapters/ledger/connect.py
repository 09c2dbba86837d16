"""Opens the database of a ledger, and brings its tables up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from bot.errors import BadConfiguration, LedgerLost

VERSION_TABLE = "hunkwise_version"

HEAD = "0001"
"""The newest migration (bot/adapters/ledger/migrations/versions)."""

_SECONDS_TO_CONNECT = 5
_MILLISECONDS_TO_ANSWER = 10_000
_SECONDS_FOR_THE_LOCK = 30
_MIGRATION_LOCK = 0x68756E6C
_FOLDER = Path(__file__).parent / "migrations"


def url_of(place: str) -> URL:
    """The database's address: `place` is a URL, or the path of an SQLite file.

    Raises BadConfiguration for an address of a kind that is not supported.
    """
    if "://" not in place:
        return URL.create("sqlite", database=str(Path(place).expanduser()))
    try:
        url = make_url(place)
    except ArgumentError:
        raise BadConfiguration(
            "The ledger's address cannot be read.",
            next_step="Write postgresql://USER:PASSWORD@HOST/DATABASE, or a path.",
        ) from None
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite":
        return url
    raise BadConfiguration(
        f"A ledger cannot be kept in '{url.drivername}'.", next_step="Use PostgreSQL, or the path of an SQLite file."
    )


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
    with answering(url):
        _migrate(engine)
    return engine


@contextmanager
def answering(url: URL) -> Iterator[None]:
    """Whatever the database refuses or does not answer becomes LedgerLost, without its address's password."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        what = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
        raise LedgerLost(
            f"The ledger ({url.render_as_string(hide_password=True)}) does not answer: {what}.",
            next_step="Check that it can be reached and written. Nothing is spent that it cannot record.",
        ) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write, kept whole or not at all. Raises LedgerLost."""
    with answering(engine.url), engine.begin() as connection:
        yield connection


def _postgresql(url: URL) -> Engine:
    """With a time limit for every statement, beside what the address itself asks for."""
    given = url.query.get("options", "")
    options = f"{given if isinstance(given, str) else ' '.join(given)} -c statement_timeout={_MILLISECONDS_TO_ANSWER}"
    arguments = {"connect_timeout": _SECONDS_TO_CONNECT, "options": options.strip()}
    plain = url.difference_update_query(["options"])
    return create_engine(plain, connect_args=arguments, pool_pre_ping=True, pool_size=4, max_overflow=16)


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerLost(
                f"The ledger's folder {Path(url.database).parent} cannot be made: {error.strerror}.",
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
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _migrate(engine: Engine) -> None:
    with engine.connect().execution_options(reading=True) as connection:
        found = _version(connection)
    if found == HEAD:
        return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        found = _version(connection)  # somebody else may have done it while this one waited
        if found != HEAD:
            _upgrade(connection, found)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - our own name
    return found


def _upgrade(connection: Connection, found: str | None) -> None:
    # Imported here: it takes longer than a ledger takes to open, and is needed once in a version's life.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSION_TABLE
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise BadConfiguration(
            f"The ledger was made by a newer Hunkwise (its tables are version {found}).",
            next_step="Use that version, or name another ledger.",
        )
    command.upgrade(config, HEAD)
