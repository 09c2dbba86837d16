"""Reads what was spent day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.cost.buckets import fold, quarter_start
from bot.core.cost.report import Report
from bot.core.cost.trend import WEEK, days_until, trend_report
from bot.core.ledger.sums import Field, Where
from bot.ports import LedgerReader


def read_trend(reader: LedgerReader, count: int, where: Where, zone: ZoneInfo, now: datetime) -> Report:
    """The report on so many days, today the last; of `where` all but the time counts. Raises LedgerLost."""
    days = days_until(now, count, zone)
    sums = fold(reader.groups([Field.QUARTER], replace(where, since=days[0].start, until=days[-1].end)), days)
    # As much time as the days hold so far, and right before them.
    start, passed = days[2 * WEEK].start, timedelta(days=count)
    earlier = replace(where, since=start - passed, until=quarter_start(now) - passed)
    span = reader.first_and_last(where)
    return trend_report(days, sums, reader.total(earlier), span[0] if span else None, where, zone, now)
