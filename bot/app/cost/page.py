"""Reads one month of the ledger for the page. The database adds up; only sums are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from heapq import nsmallest
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.core.cost_page.facts import (
    HOURS,
    Before,
    Day,
    Ending,
    FindingCount,
    MonthFacts,
    PullRequestCost,
    Spender,
    Spenders,
)
from bot.core.ledger.account import Period, Span, period_at
from bot.core.ledger.entry import State
from bot.core.ledger.sums import EVERYTHING, Field, Group, Sums, Where
from bot.ports import LedgerReader

QUARTER = timedelta(minutes=15)
MOST_PULL_REQUESTS = 10

_KINDS = (
    (Field.REPOSITORY, "Repository", "no repository (local runs)"),
    (Field.TEAM, "Team", "no team"),
    (Field.AUTHOR, "Author", "no author (local runs)"),
    (Field.MODEL, "Model", "no model"),
    (Field.FEATURE, "Step of the review", "unknown"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked for: the month that holds `at` (aware), as it stood at `now`; `which` narrows the rows."""

    at: datetime
    now: datetime
    zone: ZoneInfo
    which: Where = EVERYTHING
    budget_usd: Decimal | None = None


def month_facts(reader: LedgerReader, asked: Asked) -> MonthFacts:
    """The month as the ledger has it; raises LedgerLost. Nothing is foretold and nothing compared in here."""
    period = period_at(Span.MONTH, asked.at, asked.zone)
    until = min(period.end, max(asked.now, period.start))
    here = replace(asked.which, since=period.start, until=_rounded_up(until))
    before = period_at(Span.MONTH, period.start - timedelta(days=1), asked.zone)
    then = replace(asked.which, since=before.start, until=_rounded_up(_same_moment(until, period, before, asked.zone)))
    days, hours = _clock(reader, here, asked.zone)
    by_request = tuple(_pull_requests(reader, here))
    return MonthFacts(
        period=period,
        until=until,
        zone=asked.zone.key,
        which=asked.which,
        total=reader.total(here),
        before=_before(reader, before, asked, then),
        days=_calendar(period, until, asked.zone, days),
        hours=hours,
        spenders=tuple(_spenders(reader, here, then)),
        pull_requests=_dearest([one for one in by_request if one.number is not None]),
        reserved=tuple(one for one in by_request if one.open),
        endings=_endings(reader, here),
        findings=_findings(reader, here),
        budget_usd=asked.budget_usd,
    )


def _rounded_up(moment: datetime) -> datetime:
    """The ledger rounds down to quarters of an hour; the one that has begun belongs to the report."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return moment + (-since % QUARTER)


def _same_moment(until: datetime, period: Period, before: Period, zone: ZoneInfo) -> datetime:
    """The moment at which the month before was as old by its own clock, at the latest its end."""
    local = until.astimezone(zone).replace(tzinfo=None) - period.start.astimezone(zone).replace(tzinfo=None)
    first = before.start.astimezone(zone).replace(tzinfo=None)
    return min(before.end, (first + local).replace(tzinfo=zone).astimezone(UTC))


def _clock(reader: LedgerReader, where: Where, zone: ZoneInfo) -> tuple[dict[date, Sums], tuple[Decimal, ...]]:
    """The sums by day of the zone's calendar, and the dollars by hour of its clock."""
    days: dict[date, Sums] = {}
    hours = [Decimal(0)] * HOURS
    for group in reader.groups([Field.QUARTER], where):
        local = datetime.fromtimestamp(int(group.key[0]) * QUARTER.seconds, zone)
        days[local.date()] = days.get(local.date(), Sums()) + group.sums
        hours[local.hour] += group.sums.spent_usd
    return days, tuple(hours)


def _calendar(period: Period, until: datetime, zone: ZoneInfo, days: dict[date, Sums]) -> tuple[Day, ...]:
    """Every day that has begun, those on which nothing was spent too."""
    day = period.start.astimezone(zone).date()
    last = (until - timedelta(microseconds=1)).astimezone(zone).date()
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
    fields = [field for field, _, _ in _KINDS]
    now, before = (list(reader.groups(fields, where)) for where in (here, then))
    for position, (_, what, unknown) in enumerate(_KINDS):
        spent, by_then = _by_name(now, position), _by_name(before, position)
        each = [Spender(name, usd, by_then.get(name, Decimal(0))) for name, usd in spent.items()]
        yield Spenders(what, unknown, tuple(sorted(each, key=lambda one: (-one.spent_usd, one.name))))


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


def _dearest(requests: list[PullRequestCost]) -> tuple[PullRequestCost, ...]:
    return tuple(
        nsmallest(MOST_PULL_REQUESTS, requests, key=lambda one: (-one.spent_usd, one.repository, one.number or 0))
    )


def _endings(reader: LedgerReader, where: Where) -> tuple[Ending, ...]:
    """By outcome, but what is still open apart from what ended unsettled."""
    sums: defaultdict[str, Sums] = defaultdict(Sums)
    for group in reader.groups([Field.OUTCOME, Field.STATE], where):
        outcome, state = group.key
        sums[State.OPEN.value if state == State.OPEN.value else outcome] += group.sums
    return tuple(Ending(outcome, each) for outcome, each in sorted(sums.items()))


def _findings(reader: LedgerReader, where: Where) -> FindingCount:
    rows = reader.findings(where)
    return FindingCount(
        sum(row.found for row in rows), sum(row.posted for row in rows), sum(row.accepted for row in rows)
    )
