"""All rules of alerts together: from what the ledger says at a moment to what somebody should know."""

from __future__ import annotations

from itertools import chain

from bot.core.cost.alert import Alert, AlertFacts, AlertLimits, Severity
from bot.core.cost.alerts_money import budget_alerts, burn_alerts, spike_alerts
from bot.core.cost.alerts_service import rate_alerts, success_alerts

_RULES = (budget_alerts, burn_alerts, spike_alerts, success_alerts, rate_alerts)


def alerts_of(facts: AlertFacts, limits: AlertLimits) -> tuple[Alert, ...]:
    """What holds at the moment of the facts, critical ones first; the same facts give the same alerts and names."""
    found = chain.from_iterable(rule(facts, limits) for rule in _RULES)
    return tuple(sorted(found, key=lambda alert: alert.severity is not Severity.CRITICAL))


def not_judged(limits: AlertLimits) -> tuple[str, ...]:
    """Sentences about the rules that were given nothing to hold the facts against."""
    missing = []
    if limits.day_usd is None:
        missing.append("No budget for the day was given (--day-usd): its 80 % and 100 % are not watched.")
    if limits.month_usd is None:
        missing.append("No budget for the month was given (--month-usd): neither it nor the burn rate is watched.")
    return tuple(missing)
