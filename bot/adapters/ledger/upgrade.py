"""Brings a ledger's tables up to date, once for all processes; data that is there stays."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from bot.errors import BadConfiguration

VERSION_TABLE = "hunkwise_version"

HEAD = "0001"
"""The newest migration (bot/adapters/ledger/migrations/versions)."""

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 0x68756E6C
_LONGEST = "10min"
"""How long a migration may take on PostgreSQL, and whoever waits for it: a large table is rewritten slowly."""


def upgrade(engine: Engine, *, to: str = HEAD, folder: Path = MIGRATIONS) -> None:
    """Make the tables, or bring them to revision `to` of the migrations in `folder`.

    Raises BadConfiguration where the tables are newer than this program, SQLAlchemyError where the database refuses.
    """
    with engine.connect().execution_options(reading=True) as connection:
        found = _version(connection)
    if found == to:
        return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL statement_timeout = '{_LONGEST}'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = _version(connection)  # somebody else may have done it while this one waited
        if found != to:
            _upgrade(connection, found, to, folder)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - our own name
    return found


def _upgrade(connection: Connection, found: str | None, to: str, folder: Path) -> None:
    # It takes longer to import than a ledger takes to open, and is needed once in a version's life.
    from alembic import command  # noqa: PLC0415  # see above
    from alembic.config import Config  # noqa: PLC0415  # see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415  # see above

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSION_TABLE
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise BadConfiguration(
            f"The ledger was made by a newer Hunkwise (its tables are version {found}).",
            next_step="Use that version, or name another ledger.",
        )
    command.upgrade(config, to)
