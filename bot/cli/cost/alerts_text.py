"""Alerts in a terminal: one paragraph each, and who was told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from bot.cli.streams import writing
from bot.cli.text import console_on
from bot.core.cost.alert import Alert, Severity
from bot.core.cost.alerts_report import Telling, Told, summary
from bot.core.cost.report import Report
from bot.core.sanitise import terminal

_STYLES = {Severity.CRITICAL: "bold red", Severity.WARNING: "bold yellow"}


def print_alerts(report: Report, alerts: Sequence[Alert], told: Sequence[Told]) -> None:
    """On stdout."""
    with writing("The alerts") as stream:
        console_on(stream).print(alerts_as_renderable(report, alerts, told))


def alerts_as_renderable(report: Report, alerts: Sequence[Alert], told: Sequence[Told]) -> RenderableType:
    """When it was looked, each alert with what to do about it, one line for each target, and a summary."""
    parts: list[RenderableType] = [Text(terminal(f"{report.title}: {report.period}"), style="bold"), Text()]
    for alert in alerts:
        parts += _paragraph(alert, [one for one in told if one.alert.name == alert.name])
    parts.append(Text(terminal(summary(alerts, told))))
    return Group(*parts, *(Text(terminal(note), style="dim") for note in report.notes))


def _paragraph(alert: Alert, told: Iterable[Told]) -> list[RenderableType]:
    title = Text.assemble((alert.severity.value.upper(), _STYLES[alert.severity]), "  ", terminal(alert.title))
    lines = [alert.sentence, f"Next: {alert.next_step}", *(_line(one) for one in told)]
    return [title, *(Padding(Text(terminal(line)), (0, 0, 0, 2), expand=False) for line in lines), Text()]


def _line(one: Told) -> str:
    at = f" ({one.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)" if one.at and one.delivery is Telling.EARLIER else ""
    return f"{one.target}: {one.delivery.value}{at}" + (f": {one.why}" if one.why else "")
