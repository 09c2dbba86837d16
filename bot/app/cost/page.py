"""Reads all that the page on costs says: a month, where it is heading, what would be cheaper, and which rules earn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.app.cost.page_facts import Asked, month_facts
from bot.core.cost import rules
from bot.core.cost.compare import AS_IT_WAS, BY, Change, Part, parts_of, price_of
from bot.core.cost.compare_report import compare_report, models_to_compare
from bot.core.cost.daily import past
from bot.core.cost.forecast import Known, last_day, on_days
from bot.core.cost.forecast_tables import budget_table, month_table
from bot.core.cost.outlook import dollars, methods
from bot.core.cost.report import Report
from bot.core.cost.rule_report import rule_report
from bot.core.cost.stretch import last_days
from bot.core.cost_page.facts import Alternative, MonthFacts, Outlook
from bot.core.ledger.sums import Field
from bot.core.pricing import PriceList
from bot.ports import LedgerReader

LEARNT_DAYS = 30
"""Complete days that a forecast is made from, as the command does where it is not told otherwise."""

_OTHER_WAYS = {
    "Had everything been sent in batches,": Change(batch=True),
    "Without the prompt cache,": Change(cached=False),
}
"""Those that change nothing about the answers; the report of all ways stands below."""


def read_page(reader: LedgerReader, asked: Asked, prices: PriceList) -> MonthFacts:
    """All that the page says; raises LedgerLost."""
    groups, findings = tuple(reader.groups(BY, asked.here)), reader.findings(asked.here)
    facts = month_facts(reader, asked, groups, findings)
    if not facts.total.rows:
        return facts
    parts = parts_of(groups)
    costs = rules.section_costs(reader.sections(asked.here, rules.BY), prices)
    return replace(
        facts,
        outlook=_outlook(reader, asked, facts.total.spent_usd),
        alternatives=_alternatives(parts, prices),
        comparison=_comparison(facts, parts, prices),
        by_rule=rule_report(costs, facts.total, findings, facts.period.label, asked.which),
    )


def _alternatives(parts: Sequence[Part], prices: PriceList) -> tuple[Alternative, ...]:
    paid = price_of(parts, AS_IT_WAS, prices)
    return tuple(Alternative(words, price_of(parts, way, prices), paid) for words, way in _OTHER_WAYS.items())


def _comparison(facts: MonthFacts, parts: Sequence[Part], prices: PriceList) -> Report:
    models = models_to_compare("all", parts, prices)
    return compare_report(parts, models, prices, facts.period.label, facts.total.unsettled_usd)


def _outlook(reader: LedgerReader, asked: Asked, spent: Decimal) -> Outlook | None:
    """The trend's end of the month that runs; None for other months, and where too little is known."""
    if not asked.month.start <= asked.now < asked.month.end:
        return None
    learnt = last_days(LEARNT_DAYS, asked.now, asked.zone)
    reach = reader.first_and_last(asked.which)
    groups = reader.groups([Field.QUARTER], replace(asked.which, since=learnt.since, until=learnt.until))
    days = past(groups, reach[0] if reach else None, LEARNT_DAYS, asked.now, asked.zone)
    ways = methods(days.days)
    if not ways:
        return None
    known = Known(asked.now, asked.zone, days, asked.month, spent)
    last = last_day(asked.month, asked.zone)
    rest = known.ahead.until(last, ways[0])
    expected, low, high = (spent + dollars(usd) for usd in (rest.expected, rest.low, rest.high))
    tables = [month_table(spent, known.ahead, ways, last)]
    if asked.budget_usd is not None:
        tables.append(budget_table(asked.budget_usd, asked.budget_usd - spent, known.ahead, ways, last))
    return Outlook(expected, low, high, known.level, tuple(tables), tuple(on_days(known, ways)))
