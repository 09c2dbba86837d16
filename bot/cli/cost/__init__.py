"""`hunkwise cost`: what reviews cost, who spends it, where it is heading, and what would be cheaper."""

from __future__ import annotations

import typer

from bot.cli.cost import alerts, compare, forecast, selfhost

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""What reviews cost, who spends it, where it is heading, and what would be cheaper.

Everything is read from the ledger, where every attempt at a model is a row: the file that local runs write, or the one
that --ledger (or HUNKWISE_LEDGER) names; a URL of PostgreSQL for teams. No model is asked, and nothing is spent.""",
)
app.command("alerts")(alerts.alerts)
app.command("compare")(compare.compare)
app.command("forecast")(forecast.forecast)
app.command("selfhost")(selfhost.selfhost)
