"""Reads what a period cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.app.cost.spending import read_spending
from bot.core.cost.buckets import fold
from bot.core.cost.period import parts_of, period_report
from bot.core.cost.report import Report
from bot.core.ledger.account import Period
from bot.core.ledger.sums import Field, Where
from bot.ports import LedgerReader


def read_period(reader: LedgerReader, period: Period, where: Where, zone: ZoneInfo, now: datetime) -> Report:
    """The report on a period; of `where` all but the time counts. Raises LedgerLost."""
    within = replace(where, since=period.start, until=period.end)
    sums = fold(reader.groups([Field.QUARTER], within), parts_of(period, zone))
    return period_report(period, sums, read_spending(reader, within), where, zone, now)
