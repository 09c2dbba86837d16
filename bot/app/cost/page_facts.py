"""Reads what the page says of a month by itself: sums by day, hour, name and request, beside the month before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from heapq import nsmallest
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.core.cost.buckets import moment_of
from bot.core.cost.compare import BY
from bot.core.cost.findings import Found
from bot.core.cost.month import time_before
from bot.core.cost.ranking import name_of
from bot.core.cost_page.facts import HOURS, Before, Day, Ending, MonthFacts, PullRequestCost, Spender, Spenders
from bot.core.ledger.account import Period, Span, period_at
from bot.core.ledger.entry import State
from bot.core.ledger.sums import EVERYTHING, Field, FindingSums, Group, Sums, Where
from bot.ports import LedgerReader

MOST_PULL_REQUESTS = 10

_KINDS = {
    Field.REPOSITORY: "Repository",
    Field.TEAM: "Team",
    Field.AUTHOR: "Author",
    Field.MODEL: "Model",
    Field.FEATURE: "Step of the review",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked for: a month of the zone's calendar as it stood at `now`; `which` narrows the rows."""

    month: Period
    now: datetime
    zone: ZoneInfo
    which: Where = EVERYTHING
    budget_usd: Decimal | None = None

    @property
    def here(self) -> Where:
        """The rows of the month."""
        return replace(self.which, since=self.month.start, until=self.month.end)


def month_facts(
    reader: LedgerReader, asked: Asked, groups: Sequence[Group], findings: Iterable[FindingSums]
) -> MonthFacts:
    """The month as the ledger has it; raises LedgerLost. Nothing is foretold and nothing compared in here.

    `groups` are the month's rows by compare.BY, `findings` its findings.
    """
    period = asked.month
    until = min(period.end, max(asked.now, period.start))
    days, hours = _clock(reader, asked.here, asked.zone)
    spenders = tuple(_spenders(reader, asked))
    by_request = tuple(_pull_requests(reader, asked.here))
    return MonthFacts(
        period=period,
        until=until,
        zone=asked.zone.key,
        which=asked.which,
        total=sum((group.sums for group in groups), Sums()),
        before=_before(reader, asked, spenders[0].before_usd),
        days=_calendar(period, until, asked.zone, days),
        hours=hours,
        spenders=spenders,
        pull_requests=_dearest([one for one in by_request if one.number is not None]),
        reserved=tuple(one for one in by_request if one.open),
        endings=_endings(groups),
        findings=sum((Found(row.found, row.posted, row.accepted) for row in findings), Found()),
        budget_usd=asked.budget_usd,
    )


def _endings(groups: Iterable[Group]) -> tuple[Ending, ...]:
    added: defaultdict[str, Sums] = defaultdict(Sums)
    for group in groups:
        added[group.key[BY.index(Field.OUTCOME)]] += group.sums
    return tuple(Ending(outcome, sums) for outcome, sums in sorted(added.items()))


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


def _before(reader: LedgerReader, asked: Asked, by_then: Decimal) -> Before:
    began, _ = time_before(asked.month, asked.now, asked.zone)
    period = period_at(Span.MONTH, began, asked.zone)
    days, _ = _clock(reader, replace(asked.which, since=period.start, until=period.end), asked.zone)
    spent = sum((sums.spent_usd for sums in days.values()), Decimal(0))
    return Before(period, spent, by_then, _calendar(period, period.end, asked.zone, days))


def _spenders(reader: LedgerReader, asked: Asked) -> Iterator[Spenders]:
    """By all that spend at once: one pass over the rows instead of five."""
    began, ended = time_before(asked.month, asked.now, asked.zone)
    then = replace(asked.which, since=began, until=ended)
    now, before = (list(reader.groups(tuple(_KINDS), where)) for where in (asked.here, then))
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
