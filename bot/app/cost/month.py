"""Reads a month, and the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.app.cost.spending import read_spending
from bot.core.cost.buckets import fold
from bot.core.cost.month import WHO, MonthSums, month_report, time_before
from bot.core.cost.period import parts_of
from bot.core.cost.ranking import fold_fields
from bot.core.cost.report import Report
from bot.core.ledger.account import Period
from bot.core.ledger.sums import Field, Where
from bot.ports import LedgerReader


def read_month(reader: LedgerReader, month: Period, where: Where, zone: ZoneInfo, now: datetime) -> Report:
    """The report on a month; of `where` all but the time counts. Raises LedgerLost."""
    within = replace(where, since=month.start, until=month.end)
    start, end = time_before(month, now, zone)
    before = _sums(reader, replace(where, since=start, until=end))
    days = fold(reader.groups([Field.QUARTER], within), parts_of(month, zone))
    return month_report(month, days, _sums(reader, within), before, where, zone, now)


def _sums(reader: LedgerReader, where: Where) -> MonthSums:
    return MonthSums(read_spending(reader, where), fold_fields(reader.groups(WHO, where), WHO))
