"""`hunkwise cost reconcile`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.cost.flags import Format, LedgerPlace, Printed, Simulated, now, opened, print_report
from bot.core.cost.stretch import month_named
from bot.errors import WrongUsage

if TYPE_CHECKING:
    from bot.app.cost.reconcile import Window
    from bot.bootstrap.ledger import OpenLedger
    from bot.core.cost.billed import Chosen
    from bot.core.cost.lost import Ages
    from bot.core.cost.reconcile_report import Found

WRITES = "What is written"
WHOSE = "Whose bill"
_HOUR = timedelta(hours=1)
_UTC = ZoneInfo("UTC")
_MOST_DAYS = 366
_RESULTS_LAST = 29 * 24
"""Hours for which a batch's results can be collected."""


def reconcile(
    days: Annotated[
        int, typer.Option(metavar="N", min=1, max=_MOST_DAYS, help="Today and the days before, in UTC.")
    ] = 7,
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="A month instead, in UTC.")] = "",
    close_lost: Annotated[
        bool,
        typer.Option("--close", help="Charge reservations in full whose end nobody can know.", rich_help_panel=WRITES),
    ] = False,
    apply_bill: Annotated[
        bool,
        typer.Option("--apply", help="Write what brings the ledger to the bill.", rich_help_panel=WRITES),
    ] = False,
    batch_hours: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=25,
            max=_RESULTS_LAST,
            help="The age at which --close takes a batch's reservation for lost; results are kept for 29 days.",
            rich_help_panel=WRITES,
        ),
    ] = _RESULTS_LAST,
    workspace: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this workspace (wrkspc_…, or default).", rich_help_panel=WHOSE),
    ] = None,
    api_key_id: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this key (apikey_…).", rich_help_panel=WHOSE),
    ] = None,
    ledger: LedgerPlace = None,
    simulated: Simulated = False,
    format: Printed = Format.TEXT,
) -> None:
    """Compare the ledger with what Anthropic billed, and explain every difference.

    The bill is read with an Admin API key in ANTHROPIC_ADMIN_KEY; without one only open reservations are shown.
    Nothing is written without --close or --apply, and what was settled never changes.
    """
    from bot.app.cost.reconcile import Window
    from bot.bootstrap.reports import ADMIN_KEY
    from bot.core.cost.billed import Chosen
    from bot.core.cost.lost import Ages
    from bot.core.cost.reconcile_report import reconcile_report

    moment = now()
    window = Window(*_days(days, month, moment.date()), simulated)
    chosen = Chosen(frozenset(workspace or ()), frozenset(api_key_id or ()))
    if apply_bill and not os.environ.get(ADMIN_KEY, "").strip():
        raise WrongUsage(
            "--apply needs the provider's bill, and there is no key to read it with.",
            next_step=f"Set {ADMIN_KEY} to an Admin API key, which an administrator of the organisation creates.",
        )
    asked = _Asked(window, chosen, Ages(batch=batch_hours * _HOUR), moment, close_lost, apply_bill)
    with opened(ledger) as books:
        found = _found(books, asked)
    print_report(reconcile_report(found), format)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the flags ask for."""

    window: Window
    chosen: Chosen
    ages: Ages
    now: datetime
    close: bool
    apply: bool


def _found(books: OpenLedger, asked: _Asked) -> Found:
    """Both sides, after everything that was asked for was written; the bill is read before anything is."""
    from bot.app.cost.reconcile import again, apply, close, open_reservations, reconcile
    from bot.bootstrap.reports import usage_reports
    from bot.core.cost.reconcile_report import Done, Found

    window, simulated, now = asked.window, asked.window.simulated, asked.now
    with usage_reports(os.environ) as reports:
        result = reports and reconcile(books.reader, reports, window, asked.chosen, now)
    closed = close(books.book, books.reader, asked.ages, now, simulated=simulated) if asked.close else None
    applied = None
    if result and asked.apply:
        before = again(books.reader, result, now, simulated=simulated)
        applied = apply(books.book, before.compared, simulated=simulated)
    rows = open_reservations(books.reader, asked.ages, now, simulated=simulated)
    period = f"{(result or window).first} to {window.last} (UTC)"
    done = Done(closed, applied)
    if not result:
        return Found(period, rows, asked.ages, done)
    result = again(books.reader, result, now, simulated=simulated)
    return Found(
        period,
        rows,
        asked.ages,
        done,
        result.compared,
        result.billed.others,
        result.billed.priority_tokens,
        asked.chosen.everything,
        result.first if result.first > window.first else None,
    )


def _days(days: int, month: str, today: date) -> tuple[date, date]:
    """The first and the last day that were asked for; none lies ahead. Raises WrongUsage."""
    if not month:
        return today - timedelta(days=days - 1), today
    whole = month_named(month, _UTC)
    first = whole.start.date()
    if first > today:
        raise WrongUsage(f"{month} has not begun.", next_step="Name a month that has.")
    return first, min(today, whole.end.date() - timedelta(days=1))
