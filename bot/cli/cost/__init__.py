"""`hunkwise cost`: what reviews cost, who spends it, where it is heading, and what would be cheaper."""

from __future__ import annotations

import typer

from bot.cli.cost import (
    alerts,
    analyze,
    breakdown,
    compare,
    debug,
    export,
    fetch,
    forecast,
    import_,
    page,
    reconcile,
    report,
    selfhost,
    trend,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    help="""What reviews cost, who spends it, where it is heading, and what would be cheaper.

Everything is read from the ledger, where every attempt at a model is a row: the file that local runs write, or the one
that --ledger (or HUNKWISE_LEDGER) names; a URL of PostgreSQL for teams. No model is asked, and nothing is spent.""",
)
app.command("alerts")(alerts.alerts)
app.command("analyze")(analyze.analyze)
app.command("breakdown")(breakdown.breakdown)
app.command("compare")(compare.compare)
app.command("debug")(debug.debug)
app.command("export")(export.export)
app.command("fetch")(fetch.fetch)
app.command("forecast")(forecast.forecast)
app.command("import")(import_.import_receipts)
app.command("page")(page.page)
app.command("reconcile")(reconcile.reconcile)
app.command("report")(report.report)
app.command("selfhost")(selfhost.selfhost)
app.command("trend")(trend.trend)
