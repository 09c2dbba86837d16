"""Reads one month of the ledger for the page. The database adds up; only sums are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from heapq import nsmallest
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.app.cost import forecast
from bot.core.cost import rules
from bot.core.cost.buckets import moment_of
from bot.core.cost.compare import AS_IT_WAS, Change, parts_of, price_of
from bot.core.cost.compare import BY as PRICED_BY
from bot.core.cost.compare_report import compare_report, models_to_compare
from bot.core.cost.findings import Found
from bot.core.cost.forecast import forecast_report, last_day
from bot.core.cost.month import time_before
from bot.core.cost.outlook import dollars, methods
from bot.core.cost.ranking import name_of
from bot.core.cost.report import Report
from bot.core.cost.rule_report import rule_report
from bot.core.cost_page.facts import (
    HOURS,
    Alternative,
    Before,
    Day,
    Ending,
    MonthFacts,
    Outlook,
    PullRequestCost,
    Spender,
    Spenders,
)
from bot.core.ledger.account import Period, Span, period_at
from bot.core.ledger.entry import State
from bot.core.ledger.sums import EVERYTHING, Field, Group, Sums, Where
from bot.core.pricing import PriceList
from bot.ports import LedgerReader

MOST_PULL_REQUESTS = 10
LEARNT_DAYS = 30
"""Complete days that a forecast is made from."""

_KINDS = {
    Field.REPOSITORY: "Repository",
    Field.TEAM: "Team",
    Field.AUTHOR: "Author",
    Field.MODEL: "Model",
    Field.FEATURE: "Step of the review",
}
_OTHER_WAYS = {
    "Had everything been sent in batches,": Change(batch=True),
    "Without the prompt cache,": Change(cached=False),
}
"""Those that change nothing about the answers; the report of all ways stands below."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked for: a month of the zone's calendar as it stood at `now`; `which` narrows the rows."""

    month: Period
    now: datetime
    zone: ZoneInfo
    which: Where = EVERYTHING
    budget_usd: Decimal | None = None


def read_page(reader: LedgerReader, asked: Asked, prices: PriceList) -> MonthFacts:
    """All that the page says; raises LedgerLost."""
    facts = month_facts(reader, asked)
    if not facts.total.rows:
        return facts
    here = replace(asked.which, since=asked.month.start, until=asked.month.end)
    ways, comparison = _compared(reader, here, asked, prices)
    costs = rules.section_costs(reader.sections(here, rules.BY), prices)
    by_rule = rule_report(costs, facts.total, reader.findings(here), facts.period.label, asked.which)
    return replace(facts, outlook=_outlook(reader, asked), alternatives=ways, comparison=comparison, by_rule=by_rule)


def month_facts(reader: LedgerReader, asked: Asked) -> MonthFacts:
    """The month as the ledger has it; raises LedgerLost. Nothing is foretold and nothing compared in here."""
    period = asked.month
    until = min(period.end, max(asked.now, period.start))
    here = replace(asked.which, since=period.start, until=period.end)
    began, then_ended = time_before(period, asked.now, asked.zone)
    then = replace(asked.which, since=began, until=then_ended)
    days, hours = _clock(reader, here, asked.zone)
    by_request = tuple(_pull_requests(reader, here))
    return MonthFacts(
        period=period,
        until=until,
        zone=asked.zone.key,
        which=asked.which,
        total=reader.total(here),
        before=_before(reader, period_at(Span.MONTH, began, asked.zone), asked, then),
        days=_calendar(period, until, asked.zone, days),
        hours=hours,
        spenders=tuple(_spenders(reader, here, then)),
        pull_requests=_dearest([one for one in by_request if one.number is not None]),
        reserved=tuple(one for one in by_request if one.open),
        endings=_endings(reader, here),
        findings=sum((Found(row.found, row.posted, row.accepted) for row in reader.findings(here)), Found()),
        budget_usd=asked.budget_usd,
    )


def _compared(
    reader: LedgerReader, here: Where, asked: Asked, prices: PriceList
) -> tuple[tuple[Alternative, ...], Report]:
    groups = tuple(reader.groups(PRICED_BY, here))
    parts = parts_of(groups)
    paid = price_of(parts, AS_IT_WAS, prices)
    ways = tuple(Alternative(words, price_of(parts, way, prices), paid) for words, way in _OTHER_WAYS.items())
    unsettled = sum((group.sums.unsettled_usd for group in groups), Decimal(0))
    models = models_to_compare("all", parts, prices)
    return ways, compare_report(parts, models, prices, asked.month.label, unsettled)


def _outlook(reader: LedgerReader, asked: Asked) -> Outlook | None:
    """The forecast's trend, for the month that runs; None where too little is known."""
    if not asked.month.start <= asked.now < asked.month.end:
        return None
    known = forecast.known_of(reader, forecast.Asked(asked.now, asked.zone, asked.which, LEARNT_DAYS, asked.budget_usd))
    ways = methods(known.past.days)
    if not ways:
        return None
    rest = known.ahead.until(last_day(known.month, known.zone), ways[0])
    expected, low, high = (known.month_usd + dollars(usd) for usd in (rest.expected, rest.low, rest.high))
    return Outlook(expected, low, high, forecast_report(known), known.level)


def _clock(reader: LedgerReader, where: Where, zone: ZoneInfo) -> tuple[dict[date, Sums], tuple[Decimal, ...]]:
    """The sums by day of the zone's calendar, and the dollars by hour of its clock."""
    days: dict[date, Sums] = {}
    hours = [Decimal(0)] * HOURS
    for group in reader.groups([Field.QUARTER], where):
        local = moment_of(group.key[0]).astimezone(zone)
        days[local.date()] = days.get(local.date(), Sums()) + group.sums
        hours[local.hour] += group.sums.spent_usd
    return days, tuple(hours)


def _calendar(period: Period, until: datetime, zone: ZoneInfo, days: dict[date, Sums]) -> tuple[Day, ...]:
    """Every day that has begun, and all that have rows: those on which nothing was spent are days, too."""
    day = period.start.astimezone(zone).date()
    last = max([(until - timedelta(microseconds=1)).astimezone(zone).date(), *days])
    listed = []
    while day <= last:
        sums = days.get(day, Sums())
        listed.append(Day(day, sums.cost_usd, sums.unsettled_usd))
        day += timedelta(days=1)
    return tuple(listed)


def _before(reader: LedgerReader, period: Period, asked: Asked, then: Where) -> Before:
    whole = replace(asked.which, since=period.start, until=period.end)
    days, _ = _clock(reader, whole, asked.zone)
    spent = sum((sums.spent_usd for sums in days.values()), Decimal(0))
    calendar = _calendar(period, period.end, asked.zone, days)
    return Before(period, spent, reader.total(then).spent_usd, calendar)


def _spenders(reader: LedgerReader, here: Where, then: Where) -> Iterator[Spenders]:
    """By all that spend at once: one pass over the rows instead of five."""
    now, before = (list(reader.groups(tuple(_KINDS), where)) for where in (here, then))
    for position, (field, what) in enumerate(_KINDS.items()):
        spent, by_then = _by_name(now, position), _by_name(before, position)
        each = [Spender(name, usd, by_then.get(name, Decimal(0))) for name, usd in spent.items()]
        ordered = tuple(sorted(each, key=lambda one: (-one.spent_usd, one.name)))
        yield Spenders(what, name_of(field, ""), ordered, sum(by_then.values(), Decimal(0)))


def _by_name(groups: Iterable[Group], position: int) -> dict[str, Decimal]:
    """Dollars by the word that stands at a position of the groups' keys."""
    added: defaultdict[str, Decimal] = defaultdict(Decimal)
    for group in groups:
        added[group.key[position]] += group.sums.spent_usd
    return added


def _pull_requests(reader: LedgerReader, where: Where) -> Iterator[PullRequestCost]:
    """All of the month, ordered by name; the rows of one come one after the other, by their state."""
    groups = reader.groups([Field.REPOSITORY, Field.PULL_REQUEST, Field.STATE], where)
    for (repository, number), rows in groupby(groups, key=lambda group: group.key[:2]):
        spent, requests, count, reserved = Decimal(0), 0, 0, Decimal(0)
        for row in rows:
            spent += row.sums.spent_usd
            requests += row.sums.requests
            if row.key[2] == State.OPEN.value:
                count, reserved = row.sums.open, row.sums.unsettled_usd
        yield PullRequestCost(repository, int(number) if number else None, spent, requests, count, reserved)


def _dearest(requests: Sequence[PullRequestCost]) -> tuple[PullRequestCost, ...]:
    return tuple(
        nsmallest(MOST_PULL_REQUESTS, requests, key=lambda one: (-one.spent_usd, one.repository, one.number or 0))
    )


def _endings(reader: LedgerReader, where: Where) -> tuple[Ending, ...]:
    return tuple(Ending(group.key[0], group.sums) for group in reader.groups([Field.OUTCOME], where))
