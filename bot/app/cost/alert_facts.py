"""Reads from the ledger what alerts are judged from: a few sums, each a question to the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.cost.alert import AlertFacts, HourFacts, quoted
from bot.core.cost.buckets import quarter_end
from bot.core.cost.spikes import day_before
from bot.core.ledger.account import Span, period_at
from bot.core.ledger.sums import Field, Group, Where
from bot.ports import LedgerReader

RECENT = timedelta(days=7)
"""Over which the burn rate is taken: a whole week, weekend included."""

_HOUR = timedelta(hours=1)


def read_alert_facts(ledger: LedgerReader, where: Where, now: datetime, zone: ZoneInfo) -> AlertFacts:
    """What the ledger says of these rows at a moment. Raises LedgerLost.

    Rate limits belong to keys: they are read only where all rows that are not simulated were asked for.
    """
    day = period_at(Span.DAY, now, zone)
    month = period_at(Span.MONTH, now, zone)
    today = replace(where, since=day.start, until=day.end)
    first = ledger.first_and_last(where)
    began = max(now - RECENT, first[0]) if first else now
    subject = _subject(where)
    return AlertFacts(
        now=now,
        zone=zone,
        subject=subject,
        day=ledger.total(today),
        month=ledger.total(replace(where, since=month.start, until=month.end)),
        outcomes={group.key[0]: group.sums.attempts for group in ledger.groups((Field.OUTCOME,), today)},
        hours=tuple(_hour(ledger, where, start, zone) for start in _hours(now, zone)),
        recent_usd=ledger.total(replace(where, since=began, until=quarter_end(now))).spent_usd,
        recent_days=Decimal(int((now - began).total_seconds())) / 86_400,
        rates=ledger.rates() if subject == "all" else (),
    )


def _hours(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Where the last whole hour began and where the one under way did, by the zone's own clock."""
    local = now.astimezone(zone)
    start = (now - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)).astimezone(
        UTC
    )
    return start - _HOUR, start


def _hour(ledger: LedgerReader, where: Where, start: datetime, zone: ZoneInfo) -> HourFacts:
    before = day_before(start, zone)
    groups = ledger.groups((Field.REPOSITORY,), replace(where, since=start, until=start + _HOUR))
    spent, dearest = _spent_and_dearest(groups)
    earlier = ledger.total(replace(where, since=before, until=before + _HOUR))
    return HourFacts(start, spent, earlier.spent_usd, dearest)


def _spent_and_dearest(groups: Iterable[Group]) -> tuple[Decimal, tuple[str, Decimal] | None]:
    spent, dearest = Decimal(0), None
    for group in groups:
        usd = group.sums.spent_usd
        spent += usd
        if usd > 0 and (dearest is None or usd > dearest[1]):
            dearest = (group.key[0] or "no repository", usd)
    return spent, dearest


def _subject(where: Where) -> str:
    """Whose rows those are, in words."""
    named = [(name, getattr(where, name)) for name in ("repository", "team", "author")]
    words = [f"{name} {quoted(value)}" for name, value in named if value]
    return ", ".join([*words, *(["simulated"] if where.simulated else [])]) or "all"
