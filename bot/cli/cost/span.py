"""From when to when: --since and --until, or --month."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.cost.flags import WHICH
from bot.core.cost.stretch import month_named
from bot.core.cost.years import within_years
from bot.core.ledger.account import Span, period_at
from bot.errors import WrongUsage

Since = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="From this day or moment on, like 2026-11-01.", rich_help_panel=WHICH),
]
Until = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Up to this day or moment, itself not included.", rich_help_panel=WHICH),
]
Month = Annotated[
    str | None, typer.Option(metavar="YYYY-MM", help="Only this month, like 2026-11.", rich_help_panel=WHICH)
]

_NOON = time(12)


def span_of(
    since: str | None, until: str | None, month: str | None, zone: ZoneInfo
) -> tuple[datetime | None, datetime | None]:
    """From when (included) to when (excluded), UTC; None is open. Days begin at midnight of the zone.

    Raises WrongUsage.
    """
    if month is not None:
        if since is not None or until is not None:
            raise WrongUsage("--month says it all.", next_step="Leave out --since and --until, or --month.")
        whole = month_named(month, zone)
        return whole.start, whole.end
    start = None if since is None else moment_of(since, "--since", zone)
    end = None if until is None else moment_of(until, "--until", zone)
    if start is not None and end is not None and end <= start:
        raise WrongUsage("--until is not after --since.", next_step="Give the earlier one as --since.")
    return start, end


def moment_of(text: str, flag: str, zone: ZoneInfo) -> datetime:
    """A moment, or the first one of a day, in UTC; without a zone of its own in the zone given. Raises WrongUsage."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage(
            f"{flag} is '{text}'.", next_step="Write a day like 2026-11-26, or a moment like 2026-11-26T12:00:00Z."
        ) from None
    within_years(moment, text)
    if len(text) == len("2026-11-26"):
        return period_at(Span.DAY, datetime.combine(moment.date(), _NOON, zone), zone).start
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
