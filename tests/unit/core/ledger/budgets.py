"""Budgets as the tests of them say it: short, with the defaults of the settings."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.ledger.account import Scope, Span
from bot.core.ledger.budgets import Budgets, OnExhausted, PeriodLimit
from bot.core.ledger.entry import RunFacts
from bot.core.ledger.standing import Standing

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
RUN = RunFacts("run", AT, repository="acme/shop", pull_request=7, author="ada", team="payments")


def limit(
    usd: str,
    span: Span = Span.MONTH,
    scope: Scope = Scope.ALL,
    then: OnExhausted = OnExhausted.STOP,
    hard: str = "",
    of: str = "",
) -> PeriodLimit:
    """A limit; its hard limit is its own where none is given."""
    return PeriodLimit(span, scope, Decimal(usd), Decimal(hard or usd), of, on_exhausted=then)


def budgets(*limits: PeriodLimit, zone: str = "UTC", ask: str = "") -> Budgets:
    """Budgets by a clock."""
    return Budgets(ZoneInfo(zone), ask, limits=limits)


def standing(one: PeriodLimit, committed: str, *, zone: str = "UTC", at: datetime = AT) -> Standing:
    """How one limit stands for the run of these tests."""
    [held] = budgets(one, zone=zone).held(RUN, at)
    return Standing(held, Decimal(committed))
