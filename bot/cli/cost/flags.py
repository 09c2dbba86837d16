"""The flags that all reports share, and how a report is printed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from bot.cli.streams import print_json, print_text, writing
from bot.core.cost.report import Report, report_as_json, table_as_csv
from bot.core.cost.years import within_years
from bot.core.ledger.sums import Where
from bot.errors import WrongUsage

if TYPE_CHECKING:
    from bot.bootstrap.ledger import OpenLedger

WHICH = "Which rows"


class Format(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


LedgerPlace = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="PLACE",
        envvar="HUNKWISE_LEDGER",
        help="The ledger: an SQLite file, or a postgresql:// URL (default: the one that local runs write).",
    ),
]
Printed = Annotated[Format, typer.Option("--format", help="How to print. CSV gives the first table.")]
Repository = Annotated[
    str, typer.Option("--repo", metavar="OWNER/NAME", help="Only this repository.", rich_help_panel=WHICH)
]
Team = Annotated[str, typer.Option(metavar="NAME", help="Only this team.", rich_help_panel=WHICH)]
Author = Annotated[str, typer.Option(metavar="LOGIN", help="Only pull requests of this author.", rich_help_panel=WHICH)]
Simulated = Annotated[
    bool,
    typer.Option("--simulated", help="Only runs against the stand-in, which cost nothing.", rich_help_panel=WHICH),
]
TimeZone = Annotated[
    str,
    typer.Option("--time-zone", metavar="ZONE", envvar="HUNKWISE_TIME_ZONE", help="Whose midnight begins a day."),
]

Month = Annotated[
    str, typer.Option(metavar="2026-11", help="This month (default: the one that runs, so far).", rich_help_panel=WHICH)
]
Days = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, max=3660, help="Instead, the last N complete days.", rich_help_panel=WHICH),
]


def zone_of(name: str) -> ZoneInfo:
    """The zone by its IANA name; raises WrongUsage where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongUsage(f"'{name}' is no time zone.", next_step="Write it like Europe/Berlin.") from None


def chosen(repo: str, team: str, author: str, *, simulated: bool) -> Where:
    """Which rows were asked for, whenever they were written."""
    return Where(repository=repo, team=team, author=author, simulated=simulated)


def within(where: Where, since: datetime | None, until: datetime | None) -> Where:
    """The same rows, but of this time only."""
    return replace(where, since=since, until=until)


def now() -> datetime:
    """The time at which a report is made; HUNKWISE_NOW (ISO 8601) sets another, so that a report can be made again."""
    named = os.environ.get("HUNKWISE_NOW", "")
    if not named:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(named)
    except ValueError:
        raise WrongUsage(f"HUNKWISE_NOW is '{named}'.", next_step="Write it like 2026-11-26T12:00:00Z.") from None
    within_years(moment, named)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def opened(place: str | None) -> Iterator[OpenLedger]:
    """The ledger, while the block runs; raises BadConfiguration or LedgerLost."""
    from bot.bootstrap.ledger import ledger_for_reading

    environment: Mapping[str, str] = {**os.environ, "HUNKWISE_LEDGER": place or ""}
    with ledger_for_reading(environment) as ledger:
        yield ledger


def print_report(report: Report, format: Format) -> None:
    """On stdout, as asked."""
    if format is Format.JSON:
        print_json(report_as_json(report), "The report")
    elif format is Format.CSV:
        print_text(table_as_csv(report.tables[0]), "The report")
    else:
        from bot.cli.cost.text import report_as_renderable
        from bot.cli.text import console_on

        with writing("The report") as stream:
            console_on(stream).print(report_as_renderable(report), crop=False)
