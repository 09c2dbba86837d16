"""`hunkwise cost trend`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.cost import flags


def trend(
    days: Annotated[int, typer.Option(min=1, max=3660, help="How many days, today the last.")] = 30,
    repo: flags.Repository = "",
    team: flags.Team = "",
    author: flags.Author = "",
    simulated: flags.Simulated = False,
    time_zone: flags.TimeZone = "UTC",
    format: flags.Printed = flags.Format.TEXT,
    ledger: flags.LedgerPlace = None,
) -> None:
    """What was spent day by day, with the average of seven days and its change within a week."""
    from bot.app.cost.trend import read_trend

    now, zone = flags.now(), flags.zone_of(time_zone)
    where = flags.chosen(repo, team, author, simulated=simulated)
    with flags.opened(ledger) as opened:
        made = read_trend(opened.reader, days, where, zone, now)
    flags.print_report(made, format)
