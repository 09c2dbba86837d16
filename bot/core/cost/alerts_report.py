"""What was told to whom, or would be, as a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.cost.alert import Alert, AlertFacts, clock
from bot.core.cost.report import Column, Kind, Report, Table
from bot.core.report.words import counted


class Telling(StrEnum):
    """What became of one alert for one target. ELSEWHERE: another run has it in hand."""

    DUE = "to be sent"
    SENT = "sent now"
    EARLIER = "sent earlier"
    ELSEWHERE = "another run sends it"
    FAILED = "not delivered"


@dataclass(frozen=True, slots=True)
class Told:
    """One alert and one target. `at` is when it was sent, None where it was not; `why` says why it failed."""

    alert: Alert
    target: str
    delivery: Telling
    at: datetime | None = None
    why: str = ""


_ALERTS = (
    Column("name", "Name"),
    Column("rule", "Rule"),
    Column("period", "Period"),
    Column("subject", "Subject"),
    Column("severity", "Severity"),
    Column("title", "Title"),
    Column("sentence", "Sentence"),
    Column("next_step", "What to do"),
    Column("at", "At", Kind.TIME),
)
_DELIVERIES = (
    Column("name", "Alert"),
    Column("target", "To"),
    Column("delivery", "Delivery"),
    Column("at", "Sent", Kind.TIME),
    Column("why", "Why not"),
)


def alerts_report(
    facts: AlertFacts, alerts: Sequence[Alert], told: Sequence[Told], notes: Sequence[str] = ()
) -> Report:
    """Two tables: what holds now, and what became of each alert for each target."""
    rows = tuple(
        (one.name, one.rule, one.period, one.subject, one.severity, one.title, one.sentence, one.next_step, one.at)
        for one in alerts
    )
    deliveries = tuple((one.alert.name, one.target, one.delivery, one.at, one.why) for one in told)
    return Report(
        name="alerts",
        title="Alerts",
        period=clock(facts.now, facts.zone),
        tables=(
            Table("alerts", "What holds now", _ALERTS, rows),
            Table("deliveries", "Who was told", _DELIVERIES, deliveries),
        ),
        notes=tuple(notes),
    )


def summary(alerts: Sequence[Alert], told: Sequence[Told]) -> str:
    """One sentence on all of it."""
    if not alerts:
        return "Nothing to tell: no rule is broken."
    counts = [(sum(one.delivery is kind for one in told), kind.value) for kind in Telling]
    parts = [f"{count:,} {words}" for count, words in counts if count]
    return counted(len(alerts), "alert") + (f"; messages: {', '.join(parts)}." if parts else ".")
