"""Gathers from the ledger what a forecast is made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.compare import BY as PRICED_BY
from bot.core.cost.compare import parts_of, tier_models
from bot.core.cost.daily import past
from bot.core.cost.forecast import Known
from bot.core.cost.rate_outlook import BY, LOOK_BACK, LimitOutlook, TierChoice, outlooks, uses
from bot.core.cost.stretch import last_days
from bot.core.ledger.account import Period, Span, period_at
from bot.core.ledger.sums import Field, Where
from bot.core.pricing import PriceList, Tariff
from bot.core.rate_facts import model_class
from bot.ports import LedgerReader

_TIERS_SINCE = timedelta(days=7)
"""How far back is looked for the models of the tiers: they change, and a long history takes long to add up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: at `now`, from the last `days` complete days of the rows `where`, by the zone's calendar.

    `budget_usd` is a budget of one `budget_span`, None for none; `level` the probability of the intervals.
    """

    now: datetime
    zone: ZoneInfo
    where: Where
    days: int
    budget_usd: Decimal | None = None
    budget_span: Span = Span.MONTH
    level: float = 0.8


def known_of(reader: LedgerReader, asked: Asked) -> Known:
    """Everything that the report is worked out from; raises LedgerLost."""
    learned = last_days(asked.days, asked.now, asked.zone)
    reach = reader.first_and_last(asked.where)
    groups = reader.groups([Field.QUARTER], replace(asked.where, since=learned.since, until=learned.until))
    month = period_at(Span.MONTH, asked.now, asked.zone)
    budget = period_at(asked.budget_span, asked.now, asked.zone)
    month_usd = _spent(reader, asked.where, month)
    return Known(
        now=asked.now,
        zone=asked.zone,
        past=past(groups, reach[0] if reach else None, asked.days, asked.now, asked.zone),
        month=month,
        month_usd=month_usd,
        limits=_limits(reader, asked),
        budget=budget,
        budget_usd=asked.budget_usd,
        budget_usd_spent=month_usd if budget == month else _spent(reader, asked.where, budget),
        level=asked.level,
    )


def _spent(reader: LedgerReader, where: Where, period: Period) -> Decimal:
    return reader.total(replace(where, since=period.start, until=period.end)).spent_usd


def _limits(reader: LedgerReader, asked: Asked) -> tuple[LimitOutlook, ...]:
    """Rate limits know no repository, team or author, so that all rows count; tiers are those of the last days."""
    rates = reader.rates()
    if not rates:
        return ()
    everybody = Where(since=asked.now - LOOK_BACK - timedelta(minutes=15), simulated=asked.where.simulated)
    used = uses(reader.groups(BY, everybody), asked.now)
    prices = PriceList(asked.now, {})
    parts = parts_of(reader.groups(PRICED_BY, replace(everybody, since=asked.now - _TIERS_SINCE)))
    choices = [
        TierChoice(tier, model_class(model), prices.unit_price(model, Tariff(platform)).output)
        for tier, (model, platform) in tier_models(parts, prices).items()
    ]
    return outlooks(rates, used, choices, asked.now)
