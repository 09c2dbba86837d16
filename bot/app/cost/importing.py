"""Receipts go into the ledger: each file by itself, so that a bad one does not keep out the others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NoReturn

from bot.core.ledger.documents import Document, Fate, Imported, Unread
from bot.core.ledger.of_receipt import ImportedRun, rows_of
from bot.errors import NotAReceipt
from bot.ports import Ledger

CLOCKS_DIFFER = timedelta(days=1)
"""A receipt may be from so far ahead: its machine's clock is not ours."""

_FAMILY = "hunkwise.receipt/"


def import_all(
    found: Iterable[Document | Unread], ledger: Ledger, now: datetime, at: datetime | None = None
) -> Iterator[Imported]:
    """Write each receipt's rows that are not there, settle those that are open, and note how the run ended.

    The same receipt again changes nothing. `at` is when receipts ran that do not say so. Raises LedgerLost.
    """
    for one in found:
        if isinstance(one, Unread):
            fate = Fate.FAILED if one.is_failure else Fate.SKIPPED
            yield Imported(one.name, fate, why=one.why, next_step=one.next_step)
            continue
        try:
            run = _read(one, now, at)
        except NotAReceipt as error:
            yield Imported(one.name, Fate.FAILED, why=error.message, next_step=error.next_step)
            continue
        if run is None:
            yield Imported(one.name, Fate.SKIPPED, why="It is no receipt.")
        else:
            yield _write(one.name, run, ledger)


def _read(document: Document, now: datetime, at: datetime | None) -> ImportedRun | None:
    """The receipt's rows; None for a file that nobody called one. Raises NotAReceipt."""
    receipt = _parsed(document)
    if not document.is_named and not _looks_like_one(receipt):
        return None
    if not isinstance(receipt, dict):
        raise NotAReceipt("It is JSON, but no receipt.", next_step="Give what `hunkwise review --format json` prints.")
    run = rows_of(receipt, at)
    if run.run.simulated:
        raise NotAReceipt(
            "It is of a simulated run, which cost nothing.",
            next_step="Leave it out: a ledger holds what was really spent.",
        )
    if max(run.end.ended, *(row.opening.at for row in run.entries), run.run.began) > now + CLOCKS_DIFFER:
        raise NotAReceipt(
            "It says that it ran in the future.", next_step="Check the clock of the machine that wrote it, and --at."
        )
    return run


def _parsed(document: Document) -> Any:
    try:
        return json.loads(document.content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NotAReceipt(
            "It cannot be read as JSON.", next_step="Give the whole file as `hunkwise review --format json` wrote it."
        ) from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _looks_like_one(receipt: Any) -> bool:
    return isinstance(receipt, dict) and str(receipt.get("schema", "")).startswith(_FAMILY)


def _write(name: str, run: ImportedRun, ledger: Ledger) -> Imported:
    changed = ledger.add(run.entries)
    ledger.end_run(run.run, run.end)
    return Imported(
        name,
        Fate.IMPORTED if changed else Fate.KNOWN,
        run.run.run_id,
        len(run.entries),
        changed,
        run.end.total_usd,
        run.end.unsettled_usd,
    )
