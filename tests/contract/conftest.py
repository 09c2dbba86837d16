"""Ledgers for whoever tests them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.ledgers import Kept, needs_postgres, open_kept, schema
from tests.fakes_ledger import FakeLedger

REAL = ["sqlite", pytest.param("postgresql", marks=needs_postgres)]


@pytest.fixture(params=REAL)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a ledger can be, with nothing there yet."""
    if request.param == "sqlite":
        yield str(tmp_path / "state" / "ledger.db")
        return
    with schema() as url:
        yield url


@pytest.fixture(params=["fake", *REAL])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """An empty ledger."""
    if request.param == "fake":
        fake = FakeLedger()
        yield Kept(fake, fake)
        return
    if request.param == "sqlite":
        ledger = open_kept(str(tmp_path / "ledger.db"))
        yield ledger
        ledger.close()
        return
    with schema() as url:
        ledger = open_kept(url)
        yield ledger
        ledger.close()
