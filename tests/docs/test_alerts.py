"""docs/alerts.md: its sample is what the command prints, and its table what the rules are."""

from __future__ import annotations

import io
import os
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from rich.console import Console
from typer.testing import CliRunner

from bot.app.cost.alerts import would_tell
from bot.cli.cost.alerts_text import alerts_as_renderable
from bot.cli.main import app
from bot.core.cost.alert import AlertLimits, HourFacts, Rule
from bot.core.cost.alerts import alerts_of
from bot.core.cost.alerts_report import alerts_report
from bot.core.ledger.sums import Sums
from tests.docs.pages import ROOT, code_blocks, section
from tests.fakes_alerts import BERLIN, FakeAlertLog, FakeTarget, facts_at

PAGE = (ROOT / "docs" / "alerts.md").read_text()
NOW = datetime(2026, 11, 26, 11, 40, tzinfo=UTC)


def sample() -> list[str]:
    """The lines that the command prints for an invented Thursday, 88 columns wide."""
    limits = AlertLimits(day_usd=Decimal(50), month_usd=Decimal(1000))
    day = Sums(
        attempts=486,
        answered=478,
        open=1,
        cost_usd=Decimal("40.81"),
        unsettled_usd=Decimal("1.94"),
    )
    hour = HourFacts(NOW - timedelta(minutes=40), Decimal("12.94"), Decimal("2.73"), ("acme/shop", Decimal("9.06")))
    facts = facts_at(
        NOW,
        BERLIN,
        day=day,
        month=Sums(cost_usd=Decimal("775.29"), unsettled_usd=Decimal("11.02")),
        outcomes={"answered": 478, "timed_out": 3, "overloaded": 4, "open": 1},
        hours=(hour,),
        recent_usd=Decimal("420.35"),
        recent_days=Decimal(7),
    )
    found = alerts_of(facts, limits)
    log, slack = FakeAlertLog(), FakeTarget("Slack")
    log.delivered(f"{found[1].name} > Slack", NOW - timedelta(hours=1), "-")
    told = would_tell(found, [slack], log)
    console = Console(file=io.StringIO(), width=88, no_color=True)
    console.print(alerts_as_renderable(alerts_report(facts, found, told), found, told))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_the_sample_is_what_is_printed() -> None:
    """Where it has changed: `HUNKWISE_WRITE_SAMPLE=1 pytest tests/docs/test_alerts.py` writes it anew."""
    lines = sample()
    if os.environ.get("HUNKWISE_WRITE_SAMPLE"):
        old = "\n".join(code_blocks(PAGE)[1])
        (ROOT / "docs" / "alerts.md").write_text(PAGE.replace(old, "\n".join(lines)))
    assert code_blocks(PAGE)[1] == lines


def test_every_rule_stands_in_the_table_with_its_default() -> None:
    """A rule that nobody knows of, or a default that is no longer true, would be found in production."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section(PAGE, "What is an alert").splitlines()
        if line.startswith("| `")
    ]
    assert [row[0].strip("`") for row in rows] != []
    assert {row[0].strip("`") for row in rows} == {rule.value for rule in Rule}
    limits = AlertLimits()
    shown = {
        "spike": f"{limits.spike_factor}, ${limits.spike_floor_usd}",
        "success-rate": f"{limits.success_rate:.0%}".replace("%", " %"),
        "remaining-requests": f"{limits.remaining_requests:.0%}".replace("%", " %"),
        "remaining-tokens": f"{limits.remaining_tokens:,}",
    }
    assert {row[0].strip("`"): row[3] for row in rows if row[0].strip("`") in shown} == shown


def test_flags_and_variables_that_are_named_exist() -> None:
    """Whatever the page tells to write is understood."""
    help_text = CliRunner().invoke(app, ["cost", "alerts", "--help"], env={"COLUMNS": "300"}).output
    named = set(re.findall(r"`(--[\w-]+|HUNKWISE_ALERT_\w+)", PAGE))
    assert {"--send", "HUNKWISE_ALERT_URLS"} <= named
    assert {name for name in named if name not in help_text} == set()
