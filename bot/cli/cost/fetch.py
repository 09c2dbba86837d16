"""`hunkwise cost fetch`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bot.cli.cost import flags
from bot.cli.cost.imported import At, write_and_report
from bot.cli.cost.span import moment_of
from bot.core.ledger.artifacts import USUAL_NAME


def fetch(
    repository: Annotated[str, typer.Argument(metavar="OWNER/REPO", help="Whose workflow runs left receipts.")],
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only artifacts from this day or moment on, like 2026-11-01.")
    ] = None,
    artifact: Annotated[
        str, typer.Option(metavar="NAME", help="The artifacts' name; `*` stands for anything.")
    ] = USUAL_NAME,
    forks: Annotated[
        bool, typer.Option("--forks", help="Also what runs of forks left: only where no fork's code runs in them.")
    ] = False,
    at: At = None,
    ledger: flags.LedgerPlace = None,
    time_zone: flags.TimeZone = "UTC",
    format: flags.Printed = flags.Format.TEXT,
) -> None:
    """Import the receipts that a repository's workflow runs kept as artifacts: a ledger without a shared database.

    Needs GITHUB_TOKEN with the permission `actions: read`. The same receipts again change nothing; artifacts that have
    expired are passed over. Archives are read in memory, never unpacked.
    """
    from bot.adapters.receipt_files import documents_in_zip
    from bot.app.cost.fetching import chosen, fetched
    from bot.bootstrap.artifacts import artifact_store

    zone = flags.zone_of(time_zone)
    start = None if since is None else moment_of(since, "--since", zone)
    moment = None if at is None else moment_of(at, "--at", zone)
    with artifact_store(os.environ, repository) as store:
        found = chosen(store, artifact, start)
        write_and_report(fetched(store, found, documents_in_zip, forks=forks), moment, ledger, format)
