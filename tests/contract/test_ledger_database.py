"""The database under the ledger: its tables from the first version on, and what is said where it does not answer."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from shutil import copytree, ignore_patterns

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, inspect, select, text

from bot.adapters.ledger import connect
from bot.adapters.ledger.address import url_of
from bot.adapters.ledger.book import SqlLedger
from bot.adapters.ledger.connect import reading, writing
from bot.adapters.ledger.reading import SqlReader
from bot.adapters.ledger.tables import entries, metadata
from bot.adapters.ledger.upgrade import HEAD, MIGRATIONS, VERSION_TABLE, upgrade
from bot.core.ledger.entry import Settlement, State
from bot.errors import BadConfiguration, LedgerLost
from tests.contract.ledgers import ADA, EVERYBODY, NOON, URL, limit, needs_postgres, open_kept, opening, schema, whole

ROOT = Path(__file__).parents[2]
SECOND = '''"""A step that later versions might take."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    op.add_column("hunkwise_entries", sa.Column("colour", sa.Text(), nullable=False, server_default="blue"))
'''


@contextmanager
def the_engine(place: str) -> Iterator[Engine]:
    """Connections of a ledger that is there."""
    with closing(SqlLedger(place)) as ledger:
        yield ledger.engine


def test_the_tables_are_as_the_migrations_leave_them(place: str) -> None:
    """Statements are written against tables.py: what it says has to be what the database has."""
    with the_engine(place) as engine, engine.connect() as connection:
        ours = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(ours, metadata) == []


def test_new_tables_would_have_the_same_defaults_and_order(place: str) -> None:
    """What the comparison above does not see: defaults, primary keys, and in which order texts sort."""
    ours = bare(place)
    metadata.create_all(ours)
    wanted = described(ours)
    metadata.drop_all(ours)
    ours.dispose()
    with the_engine(place) as engine:
        assert described(engine) == wanted


def described(engine: Engine) -> dict[str, object]:
    """Columns, primary key and indexes of every table."""
    asked = inspect(engine)
    return {
        name: (
            {
                column["name"]: (repr(column["type"]), column["nullable"], column["default"])
                for column in asked.get_columns(name)
            },
            asked.get_pk_constraint(name)["constrained_columns"],
            sorted((index["name"] or "", index["column_names"]) for index in asked.get_indexes(name)),
        )
        for name in metadata.tables
    }


def test_the_newest_migration_is_the_one_that_is_opened() -> None:
    """A step that is added and not asked for would never run."""
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_rows_outlive_the_steps_from_the_first_version_to_this_one(place: str) -> None:
    """A ledger of the first version opens with every row that it had."""
    engine = bare(place)
    upgrade(engine, to="0001")
    with engine.begin() as connection:
        connection.execute(
            text(FIRST_ROW), {"at": NOON if "://" in place else NOON.replace(tzinfo=None).isoformat(" ")}
        )
    engine.dispose()
    with closing(SqlLedger(place)) as ledger:
        [row] = SqlReader(ledger.engine).rows()
        assert (row.opening.id, str(row.opening.reserved_usd), row.settlement) == ("old", "1.5", None)
        assert ledger.spent_on(row.run).usd == row.opening.reserved_usd


FIRST_ROW = """
INSERT INTO hunkwise_entries
  (id, run_id, at, quarter, simulated, repository, pull_request, batch, state, outcome, reserved_e12, unsettled_e12)
VALUES
  ('old', 'run-0', :at, 1993344, false, 'acme/shop', 7, false, 'open', 'open', 1500000000000, 1500000000000)
"""


def bare(place: str) -> Engine:
    """Connections to where no tables are yet."""
    if "://" not in place:
        Path(place).parent.mkdir(parents=True)
    return create_engine(url_of(place))


def with_a_second(tmp_path: Path, rest: str = "") -> Path:
    """The migrations, and one more."""
    folder = tmp_path / "migrations"
    copytree(MIGRATIONS, folder, ignore=ignore_patterns("__pycache__"))
    (folder / "versions" / "v9999_second.py").write_text(SECOND.format(head=HEAD) + rest)
    return folder


def test_a_later_step_keeps_every_row_and_account(place: str, tmp_path: Path) -> None:
    """Whoever adds a step writes it like this one; what was spent and reserved stays to the last digit."""
    kept = open_kept(place)
    kept.book.reserve(ADA, [opening("0.5")], [limit("9")])
    kept.book.add([whole(ADA, "0.123456789012") for _ in range(10)])
    before = list(kept.reader.rows())
    folder = with_a_second(tmp_path)
    with the_engine(place) as engine:
        upgrade(engine, to="9999", folder=folder)
        upgrade(engine, to="9999", folder=folder)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT DISTINCT colour FROM hunkwise_entries")).scalars().all() == ["blue"]
    assert list(kept.reader.rows()) == before
    assert [str(one.committed_usd) for one in kept.reader.accounts(NOON)] == ["1.73456789012"]
    kept.close()
    with pytest.raises(BadConfiguration, match="made by a newer Hunkwise \\(its tables are version 9999\\)"):
        SqlLedger(place)


def test_a_step_that_fails_leaves_the_tables_as_they_were(place: str, tmp_path: Path) -> None:
    """A migration is kept whole or not at all, on both databases."""
    folder = with_a_second(tmp_path, '    op.drop_table("nowhere")\n')
    with the_engine(place) as engine, pytest.raises(LedgerLost, match="nowhere"), connect.answering(engine.url):
        upgrade(engine, to="9999", folder=folder)
    kept = open_kept(place)
    kept.book.add([whole(ADA)])
    with kept.book.engine.connect() as connection:  # type: ignore[attr-defined]  # a real one
        assert "colour" not in connection.execute(text("SELECT * FROM hunkwise_entries")).mappings().one()
    kept.close()


def test_processes_that_open_a_new_ledger_at_once_all_get_it(place: str) -> None:
    """The first day of a team: every runner is the first, and one makes the tables."""
    script = "import sys; from bot.adapters.ledger.book import SqlLedger; sys.stdin.read(); SqlLedger(sys.argv[1])"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, place],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
        child.stdin = None
    assert ["".join(child.communicate()[1].splitlines()[-1:]) for child in children] == [""] * 6
    with the_engine(place) as engine, engine.connect() as connection:
        assert connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all() == [HEAD]  # noqa: S608  # our own name
        assert connection.execute(select(entries)).all() == []


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """A wrong path is seen at once, and the file stays as it was."""
    file = tmp_path / "notes.txt"
    file.write_text("my notes\n" * 200)
    with pytest.raises(LedgerLost, match=r"notes.txt\) does not answer: file is not a database\."):
        SqlLedger(str(file))
    assert file.read_text() == "my notes\n" * 200


def test_a_file_that_cannot_be_written_stops_spending(tmp_path: Path) -> None:
    """Nothing is reserved where nothing can be written; the ledger can still be read."""
    with closing(SqlLedger(str(tmp_path / "ledger.db"))) as ledger:
        ledger.add([whole(ADA, "1")])
    with closing(SqlLedger(f"sqlite:///file:{tmp_path / 'ledger.db'}?mode=ro&uri=true")) as ledger:
        assert SqlReader(ledger.engine).total().cost_usd == 1
        with pytest.raises(LedgerLost, match="attempt to write a readonly database"):
            ledger.reserve(ADA, [opening()])


def test_a_full_disk_stops_spending_and_loses_nothing(tmp_path: Path) -> None:
    """What was confirmed is there; what could not be written is refused."""
    kept = open_kept(str(tmp_path / "ledger.db"))
    engine = kept.book.engine  # type: ignore[attr-defined]  # a real one
    engine.dispose()
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count=60"))
    confirmed = 0

    def fill() -> None:
        nonlocal confirmed
        while True:
            kept.book.reserve(ADA, [opening("0.01", why="x" * 2_000)], [limit("9999")])
            confirmed += 1

    with pytest.raises(LedgerLost, match="database or disk is full"):
        fill()
    assert kept.reader.total().open == confirmed > 10
    assert [int(one.committed_usd * 100) for one in kept.reader.accounts(NOON)] == [confirmed]
    kept.close()


def test_a_locked_file_stops_spending_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that holds the file is not waited for for ever; reading goes on meanwhile."""
    monkeypatch.setattr(connect, "_SECONDS_FOR_THE_LOCK", 0.05)
    kept = open_kept(str(tmp_path / "ledger.db"))
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerLost, match="database is locked"):
            kept.book.reserve(ADA, [opening()])
        assert kept.reader.total().rows == kept.book.spent_on(ADA).tokens == 0
    assert kept.book.reserve(ADA, [opening()]) is None
    kept.close()


@needs_postgres
def test_a_frozen_holder_of_an_account_stops_spending_for_seconds_only() -> None:
    """A runner that hangs in the middle of a reservation is cut off by the server, and waits are short."""
    with the_engine(URL) as engine, engine.connect() as connection:
        shown = {name: connection.execute(text(f"SHOW {name}")).scalar() for name in SETTINGS}
    assert shown == SETTINGS


SETTINGS = {
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "20s",
    "transaction_isolation": "read committed",
    "client_encoding": "UTF8",
}


@needs_postgres
def test_a_run_does_not_wait_for_a_table_that_somebody_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes the tables by hand stops reviews with a sentence; no review hangs behind him."""
    monkeypatch.setattr(connect, "_SETTINGS", "-c statement_timeout=200ms")
    with schema() as place:
        kept = open_kept(place)
        with psycopg.connect(place) as holder:
            holder.execute("LOCK TABLE hunkwise_accounts, hunkwise_entries IN ACCESS EXCLUSIVE MODE")
            for ask in (
                lambda: kept.book.committed(EVERYBODY, simulated=False),
                lambda: kept.book.spent_on(ADA),
                lambda: kept.book.reserve(ADA, [opening()], [limit("1")]),
            ):
                with pytest.raises(LedgerLost, match="statement timeout"):
                    ask()
        assert kept.book.reserve(ADA, [opening()], [limit("1")]) is None
        kept.close()


@needs_postgres
def test_connections_that_the_server_ended_are_made_anew() -> None:
    """A server that was started again between two calls costs no review."""
    with schema() as place, the_engine(place) as engine, psycopg.connect(URL, autocommit=True) as other:
        for transaction in (reading, writing):
            with transaction(engine) as connection:
                process = connection.execute(text("SELECT pg_backend_pid()")).scalar()
            assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [process]).fetchone() == (True,)
            with transaction(engine) as connection:
                assert connection.execute(text("SELECT pg_backend_pid()")).scalar() != process


@needs_postgres
def test_an_attempt_on_an_ended_connection_is_written_once() -> None:
    """What is tried again is the first statement, which writes nothing."""
    end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'to be ended'"
    with schema() as place, psycopg.connect(URL, autocommit=True) as other:
        kept = open_kept(f"{place}&application_name=to%20be%20ended")
        for _ in range(2):
            assert kept.book.reserve(ADA, [opening("0.25")], [limit("1")]) is None
            assert other.execute(end).fetchall() == [(True,)]
        total = kept.reader.total()
        assert (total.rows, total.unsettled_usd) == (2, Decimal("0.50"))
        kept.close()


@needs_postgres
def test_an_attempt_is_six_statements() -> None:
    """Each is a round trip to the server, and all others wait for the accounts meanwhile."""
    with schema() as place, closing(SqlLedger(place)) as book:
        assert book.reserve(ADA, [opening("0.25")], [limit("9")]) is None  # begins the account
        said: list[str] = []
        event.listen(book.engine, "before_cursor_execute", lambda *told: said.append(told[2].split()[0]))
        one = opening("0.25")
        assert book.reserve(ADA, [one], [limit("9")]) is None
        assert book.settle(one.id, Settlement(State.SETTLED, "answered", cost_usd=Decimal("0.10")))
        assert said == ["SELECT", "INSERT", "UPDATE", "SELECT", "UPDATE", "UPDATE"]


SECRET = "pa55word"  # noqa: S105  # what must not be seen
ADDRESSES = {
    f"postgresql://bot:{SECRET}@127.0.0.1:1/ledger": LedgerLost,
    f"postgresql://127.0.0.1:1/ledger?user=bot&password={SECRET}": LedgerLost,
    f"postgresql://127.0.0.1:1/ledger?sslpassword={SECRET}&connect_timeout=1": LedgerLost,
    f"postgresql://bot:{SECRET}@/ledger?host=/nowhere": LedgerLost,
    f"postgresql://bot:x@{SECRET}@127.0.0.1:1/ledger": BadConfiguration,
    f"postgresql://bot:{SECRET}@127.0.0.1:port/ledger": BadConfiguration,
    f"postgresql://bot:{SECRET}@[::1/ledger": BadConfiguration,
    f"mysql://bot:{SECRET}@127.0.0.1/ledger": BadConfiguration,
    f"://bot:{SECRET}@127.0.0.1/ledger": BadConfiguration,
    "sqlite://": BadConfiguration,
    ":memory:": BadConfiguration,
}


@pytest.mark.parametrize(("address", "error"), ADDRESSES.items(), ids=range(len(ADDRESSES)))
def test_what_cannot_be_opened_is_said_in_a_sentence_without_the_password(
    address: str, error: type[BadConfiguration | LedgerLost]
) -> None:
    """Messages stand in public logs."""
    with pytest.raises(error) as raised:
        SqlLedger(address)
    said = raised.value.message + raised.value.next_step
    assert SECRET not in said
    assert "\n" not in said
    assert raised.value.message.endswith(".")
    assert raised.value.next_step


@pytest.mark.parametrize("host", ["127.0.0.1:1", "db.internal.invalid"])
def test_a_lost_servers_address_is_not_told(host: str) -> None:
    """The sentence may end on a public pull request: where a company keeps its database is nobody's business."""
    with pytest.raises(LedgerLost) as raised:
        SqlLedger(f"postgresql://bot:{SECRET}@{host}/ledger")
    assert host.partition(":")[0] not in raised.value.message
    assert "PostgreSQL" in raised.value.message


def test_figures_that_no_database_holds_are_refused(place: str) -> None:
    """A receipt from outside may say anything: ten million dollars is more than a sum can be."""
    kept = open_kept(place)
    with pytest.raises(LedgerLost, match="does not answer"):
        kept.book.reserve(ADA, [opening("9300000")], [limit("99000000")])
    kept.book.reserve(ADA, [opening("9200000")], [limit("99000000")])
    with pytest.raises(LedgerLost, match="does not answer"):
        kept.book.reserve(ADA, [opening("9200000")], [limit("99000000")])
    assert kept.reader.total().rows == 1
    kept.close()
