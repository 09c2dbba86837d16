"""`hunkwise cost page`, and the page that other reports write with --html."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.cost import flags
from bot.cli.cost.budgets_file import Config, known_budgets
from bot.cli.cost.times import month_of
from bot.cli.flags import dollars_of
from bot.cli.streams import print_text
from bot.cli.whole_file import whole_file
from bot.core.ledger.account import Span
from bot.errors import OutputLost, WrongUsage

if TYPE_CHECKING:
    from bot.app.cost.page_facts import Asked
    from bot.ports import LedgerReader

STDOUT = "-"

HtmlFile = Annotated[str, typer.Option("--html", metavar="FILE", help="Write the page to this file; - is stdout.")]


HtmlBeside = Annotated[
    str, typer.Option("--html", metavar="FILE", help="Also write the month's page, with charts, to this file.")
]


def page(
    html: HtmlFile,
    month: Annotated[
        str,
        typer.Option(metavar="YYYY-MM", help="Which month (default: the one that runs).", rich_help_panel=flags.WHICH),
    ] = "",
    budget_usd: Annotated[
        Decimal | None,
        typer.Option(metavar="X", parser=dollars_of, help="Show the month beside a budget of X dollars."),
    ] = None,
    repo: flags.Repository = "",
    team: flags.Team = "",
    author: flags.Author = "",
    simulated: flags.Simulated = False,
    config: Config = None,
    time_zone: flags.TimeZone = "UTC",
    ledger: flags.LedgerPlace = None,
) -> None:
    """One page with charts on what a month cost, who spent it, where it is heading and what would be cheaper.

    The file needs nothing else: no script, no font, no address is in it. It can be mailed, or kept as it is.
    """
    from bot.app.cost.page_facts import Asked

    now, known = flags.now(), known_budgets(config, time_zone)
    where = flags.chosen(repo, team, author, simulated=simulated)
    usd = known.usd(Span.MONTH, where, now, budget_usd)
    asked = Asked(month_of(month, now, known.zone), now, known.zone, where, usd)
    with flags.opened(ledger) as opened:
        write_page(opened.reader, asked, html)


def write_page(reader: LedgerReader, asked: Asked, html: str) -> None:
    """Write the page to the file named `html`, or to stdout for '-'; raises OutputLost where that fails.

    A file that is there already is replaced whole or not at all.
    """
    from bot.bootstrap.cost_page import page_of

    text = page_of(reader, asked)
    if html == STDOUT:
        print_text(text, "The page")
        return
    try:
        with whole_file(Path(html)) as file:
            file.write(text.encode())
    except OSError as error:
        raise OutputLost(
            f"The page could not be written to {html}: {error.strerror}.", next_step="Name another file with --html."
        ) from None


def write_beside(reader: LedgerReader, asked: Asked, html: str) -> None:
    """The page beside a report that goes to stdout; '' for none. Raises as `write_page`, and WrongUsage for '-'."""
    if html == STDOUT:
        raise WrongUsage("The report goes to stdout, so the page cannot.", next_step="Name a file, or use `cost page`.")
    if html:
        write_page(reader, asked, html)
