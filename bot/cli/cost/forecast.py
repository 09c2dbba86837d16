"""`hunkwise cost forecast`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from bot.cli.cost import flags
from bot.cli.cost.budgets_file import Config, known_budgets
from bot.cli.flags import dollars_of
from bot.core.ledger.account import Span


def forecast(
    days: Annotated[int, typer.Option(metavar="N", min=7, max=366, help="Learn from the last N complete days.")] = 30,
    budget_usd: Annotated[
        Decimal | None, typer.Option(metavar="X", parser=dollars_of, help="Say how long a budget of X dollars lasts.")
    ] = None,
    budget_span: Annotated[Span, typer.Option(help="How long that budget is meant to last.")] = Span.MONTH,
    level: Annotated[
        float, typer.Option(metavar="P", min=0.5, max=0.99, help="The probability of the intervals.")
    ] = 0.8,
    ledger: flags.LedgerPlace = None,
    format: flags.Printed = flags.Format.TEXT,
    repo: flags.Repository = "",
    team: flags.Team = "",
    author: flags.Author = "",
    simulated: flags.Simulated = False,
    config: Config = None,
    time_zone: flags.TimeZone = "UTC",
) -> None:
    """Where spending is heading: the end of the month, days of budget left, peak hours, rate limits.

    Two ways of foretelling stand side by side: a linear trend, and the mean of the last seven days. Rate limits
    are everybody's, so that --repo, --team and --author do not narrow them.
    """
    from bot.app.cost.forecast import Asked, known_of
    from bot.core.cost.forecast import forecast_report

    now, known_ones = flags.now(), known_budgets(config, time_zone)
    where = flags.chosen(repo, team, author, simulated=simulated)
    asked = Asked(
        now=now,
        zone=known_ones.zone,
        where=where,
        days=days,
        budget_usd=known_ones.usd(budget_span, where, now, budget_usd),
        budget_span=budget_span,
        level=level,
    )
    with flags.opened(ledger) as opened:
        known = known_of(opened.reader, asked)
    flags.print_report(forecast_report(known), format)
