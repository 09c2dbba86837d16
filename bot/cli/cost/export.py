"""`hunkwise cost export`."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.cost import flags
from bot.cli.cost.span import Month, Since, Until, span_of
from bot.cli.streams import writing
from bot.cli.whole_file import whole_file
from bot.core.cost.export.lines import Added, Shape, lines
from bot.errors import OutputLost, WrongUsage

if TYPE_CHECKING:
    from _csv import Writer


def export(
    shape: Annotated[
        Shape, typer.Option("--as", help="A line a row of the ledger, FOCUS 1.2, or AWS's shape.")
    ] = Shape.CSV,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it (default: standard output).")
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Texts as they are: for programs alone, not for a spreadsheet.")
    ] = False,
    since: Since = None,
    until: Until = None,
    month: Month = None,
    repo: flags.Repository = "",
    team: flags.Team = "",
    author: flags.Author = "",
    simulated: flags.Simulated = False,
    time_zone: flags.TimeZone = "UTC",
    ledger: flags.LedgerPlace = None,
) -> None:
    """Write the ledger's rows for other programs: CSV, FOCUS 1.2 or the shape of an AWS bill.

    Dollars are exact decimals, and their sum is the ledger's. What nobody knows the usage of is in it as an estimate
    and marked. docs/exports.md describes every column.
    """
    if simulated and shape is not Shape.CSV:
        raise WrongUsage("Simulated runs cost nothing, so there is no bill of them.", next_step="Use --as csv.")
    start, end = span_of(since, until, month, flags.zone_of(time_zone))
    where = flags.within(flags.chosen(repo, team, author, simulated=simulated), start, end)
    added = Added()
    with flags.opened(ledger) as opened, _written(output) as file:
        file.writerows(lines(shape, opened.reader.rows(where), added, exact=exact))
    estimated = f" (estimated: {added.estimated_usd:f})" if added.estimated_usd else ""
    typer.echo(f"{added.lines} lines, {added.usd:f} dollars{estimated}.", err=True)


@contextmanager
def _written(output: Path | None) -> Iterator[Writer]:
    """Writes CSV as UTF-8: to standard output, or to a file that is only there when it is whole."""
    if output is None:
        with writing("The export") as stream:
            yield _csv_on(stream.buffer)
        return
    try:
        with whole_file(output) as file:
            yield _csv_on(file)
    except OSError as error:
        raise OutputLost(
            f"The export could not be written to {output}: {error.strerror}.",
            next_step="Name a place that can be written.",
        ) from None


def _csv_on(stream: Any) -> Writer:
    """Lines end as RFC 4180 has it: with another ending, csv would leave a carriage return in a text unquoted."""
    return csv.writer(codecs.getwriter("utf-8")(stream), lineterminator="\r\n")
