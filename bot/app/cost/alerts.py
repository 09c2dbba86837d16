"""Tells everybody once: each alert is claimed for each target before it is sent, so that of many runs one sends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.cost.alert import Alert
from bot.core.cost.alerts_report import Telling, Told
from bot.errors import CodeHostError, NotDelivered
from bot.ports import AlertLog, AlertTarget


def would_tell(alerts: Sequence[Alert], targets: Sequence[AlertTarget], log: AlertLog) -> tuple[Told, ...]:
    """What `tell` would do now; nothing is sent or noted. Raises LedgerLost."""
    known = log.when_delivered([_name(alert, target) for alert in alerts for target in targets])
    return tuple(
        Told(alert, target.label, Telling.EARLIER if at else Telling.DUE, at)
        for alert in alerts
        for target in targets
        for at in [known.get(_name(alert, target))]
    )


def tell(alerts: Sequence[Alert], targets: Sequence[AlertTarget], log: AlertLog, now: datetime) -> tuple[Told, ...]:
    """Send what was not sent before. What fails is given back for the next run, and is no reason to stop.

    Raises LedgerLost: without the log nobody knows what was said, so nothing more is.
    """
    return tuple(_tell_one(alert, target, log, now) for alert in alerts for target in targets)


def _tell_one(alert: Alert, target: AlertTarget, log: AlertLog, now: datetime) -> Told:
    name = _name(alert, target)
    if not log.claim(name, now):
        at = log.when_delivered([name]).get(name)
        return Told(alert, target.label, Telling.EARLIER if at else Telling.ELSEWHERE, at)
    try:
        target.deliver(alert)
    except (NotDelivered, CodeHostError) as error:
        log.release(name)
        return Told(alert, target.label, Telling.FAILED, why=f"{error.message} {error.next_step}".strip())
    log.delivered(name, now, alert.sentence)
    return Told(alert, target.label, Telling.SENT, now)


def _name(alert: Alert, target: AlertTarget) -> str:
    """What is claimed: one that fails to reach one target has still reached the others."""
    return f"{alert.name} > {target.label}"
