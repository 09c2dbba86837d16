"""Receipts into the ledger: what `import` and `fetch` share."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer

from bot.cli.cost import flags
from bot.core.cost.imports import brief_report, import_report
from bot.core.ledger.documents import Document, Fate, Unread
from bot.core.sanitise import terminal

EXIT_SOME_FAILED = 3

At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="MOMENT",
        help="When receipts of an older version ran, which do not say so themselves, like 2026-11-26T12:00:00Z.",
    ),
]


def write_and_report(
    found: Iterable[Document | Unread], at: datetime | None, place: str | None, format: flags.Format
) -> None:
    """Import into the ledger, print what became of each file, and exit 3 where some failed.

    Raises BadConfiguration or LedgerLost.
    """
    from bot.app.cost.importing import import_all
    from bot.bootstrap.ledger import chosen_ledger, open_ledger

    environment = {**os.environ, "HUNKWISE_LEDGER": place or ""}
    with open_ledger(chosen_ledger(environment)) as ledger:
        imported = list(import_all(found, ledger.book, flags.now(), at))
    brief = format is flags.Format.TEXT
    flags.print_report(brief_report(imported) if brief else import_report(imported), format)
    failed = [one for one in imported if one.fate is Fate.FAILED]
    for one in failed:
        typer.echo(f"hunkwise: {terminal(one.name)}: {terminal(one.why)}", err=True)
        if one.next_step:
            typer.echo(f"  {terminal(one.next_step)}", err=True)
    if failed:
        raise typer.Exit(EXIT_SOME_FAILED)
