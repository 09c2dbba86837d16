"""`hunkwise cost import`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bot.cli.cost import flags
from bot.cli.cost.imported import At, write_and_report
from bot.cli.cost.span import moment_of


def import_receipts(
    places: Annotated[
        list[str], typer.Argument(metavar="PLACE...", help="Receipts: files, folders, zip archives, or '-'.")
    ],
    at: At = None,
    ledger: flags.LedgerPlace = None,
    time_zone: flags.TimeZone = "UTC",
    format: flags.Printed = flags.Format.TEXT,
) -> None:
    """Put receipts into the ledger; the same one again changes nothing.

    Rows that a run could not write are written, and those that were left open are settled. A file that is no receipt,
    or whose figures do not add up, is named and left out; the others are imported, and the exit code is 3.
    """
    from bot.adapters.receipt_files import documents

    moment = None if at is None else moment_of(at, "--at", flags.zone_of(time_zone))
    write_and_report(documents(places, sys.stdin.buffer), moment, ledger, format)
