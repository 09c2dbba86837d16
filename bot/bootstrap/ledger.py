"""Where the ledger is, and opening it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BadConfiguration
from bot.ports import AlertLog, Ledger, LedgerReader


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """A ledger to write and to read, and beside it what was told to whom."""

    book: Ledger
    reader: LedgerReader
    alert_log: AlertLog


def named_ledger(environment: Mapping[str, str]) -> str:
    """The ledger that was asked for, '' for none."""
    return environment.get("HUNKWISE_LEDGER", "").strip()


def usual_ledger(environment: Mapping[str, str]) -> str:
    """The file that is used where none is named: where this user's programs keep their state; '' for no home."""
    state = environment.get("XDG_STATE_HOME", "")
    try:
        folder = Path(state) if state else Path(environment.get("HOME", "") or Path.home()) / ".local" / "state"
    except RuntimeError:  # a container's user need not have a home
        return ""
    return str(folder / "hunkwise" / "ledger.db")


def chosen_ledger(environment: Mapping[str, str]) -> str:
    """The ledger that was named, else the usual one; raises BadConfiguration where there is neither."""
    place = named_ledger(environment) or usual_ledger(environment)
    if not place:
        raise BadConfiguration(
            "No ledger was named, and this user has no home to keep one in.", next_step="Name one in HUNKWISE_LEDGER."
        )
    return place


def is_shared(place: str) -> bool:
    """Whether other machines can write the same ledger: a database can be reached, a file lies where it lies."""
    return place.startswith(("postgres://", "postgresql://", "postgresql+psycopg://"))


@contextmanager
def open_ledger(place: str) -> Iterator[OpenLedger]:
    """The ledger while the block runs. Raises BadConfiguration or LedgerLost."""
    # Imported here: only commands that read or write a ledger pay for the database toolkit.
    from bot.adapters.ledger.alert_log import SqlAlertLog
    from bot.adapters.ledger.book import SqlLedger
    from bot.adapters.ledger.reading import SqlReader

    with closing(SqlLedger(place)) as book:
        yield OpenLedger(book, SqlReader(book.engine), SqlAlertLog(book.engine))


@contextmanager
def ledger_for_reading(environment: Mapping[str, str]) -> Iterator[OpenLedger]:
    """The ledger that was named, or the usual one; a file that is not there is no empty ledger, but a mistake.

    Raises BadConfiguration or LedgerLost.
    """
    from bot.adapters.ledger.address import url_of

    place = chosen_ledger(environment)
    url = url_of(place)
    if url.drivername == "sqlite" and not Path(url.database or "").is_file():
        raise BadConfiguration(
            f"There is no ledger at {url.database}.",
            next_step="Review something first, import receipts, or name another with --ledger.",
        )
    with open_ledger(place) as ledger:
        yield ledger
