"""Files that may be receipts, as they were found, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Document:
    """A file's bytes. `is_named`: somebody asked for this one, so it must be a receipt; others are looked through."""

    name: str
    content: bytes
    is_named: bool = True


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that was not read, and why. `is_failure`: it should have been; the run goes on and says so at its end."""

    name: str
    why: str
    next_step: str = ""
    is_failure: bool = True


class Fate(StrEnum):
    """What became of a file: rows were written, all of them stood there already, it was passed over, or it failed."""

    IMPORTED = "imported"
    KNOWN = "known"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Imported:
    """One file's fate. `rows` are the receipt's, `changed` those that were written or settled; dollars are its own."""

    name: str
    fate: Fate
    run_id: str = ""
    rows: int = 0
    changed: int = 0
    total_usd: Decimal = Decimal(0)
    unsettled_usd: Decimal = Decimal(0)
    why: str = ""
    next_step: str = ""
