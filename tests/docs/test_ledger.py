"""The page about the ledger shows the tables that there are, and queries that they answer."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.adapters.ledger.book import SqlLedger
from bot.adapters.ledger.tables import metadata
from bot.adapters.ledger.upgrade import VERSION_TABLE
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "ledger.md").read_text()


def described() -> dict[str, list[tuple[str, bool]]]:
    """The columns that the page names, by table, each with whether it is part of the key."""
    parts = re.split(r"^### `(\w+)`\n", PAGE.split("\n## Ask it")[0], flags=re.MULTILINE)[1:]
    return {
        name: [
            (column, star == "*")
            for row in re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
            for column, star in re.findall(r"`(\w+)`(\*?)", row)
        ]
        for name, part in zip(parts[::2], parts[1::2], strict=True)
    }


def test_every_table_and_column_is_described() -> None:
    """Whoever writes a query finds each column, and no column that is gone."""
    assert {name: sorted(columns) for name, columns in described().items()} == {
        name: sorted((column.name, column.primary_key) for column in table.columns)
        for name, table in metadata.tables.items()
    }
    assert f"`{VERSION_TABLE}`" in PAGE


def test_the_queries_can_be_asked(tmp_path: Path) -> None:
    """An example that does not run is worse than none."""
    SqlLedger(str(tmp_path / "ledger.db")).close()
    queries = re.findall(r"```sql\n(SELECT.*?)```", PAGE, re.DOTALL)
    assert len(queries) == 3
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        for query in queries:
            assert connection.execute(query).fetchall() == []
