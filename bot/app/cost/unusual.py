"""Reads what was unusual in the newest hours or days."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.cost.buckets import fold, quarter_end, quarter_start
from bot.core.cost.cache_misses import cache_uses
from bot.core.cost.dearest import dearest
from bot.core.cost.report import Report
from bot.core.cost.spikes import compared, hours_with_day_before
from bot.core.cost.unusual import BY, MOST, Unusual, debug_report, fold_attempts
from bot.core.ledger.sums import Field, Where
from bot.ports import LedgerReader

_PULL_REQUEST = (Field.REPOSITORY, Field.PULL_REQUEST, Field.AUTHOR)
_HOURS_OF_ROWS = 24
"""Causes are sought row by row, which takes long where there are many: only in so many hours."""


def read_unusual(reader: LedgerReader, last: timedelta, where: Where, zone: ZoneInfo, now: datetime) -> Report:
    """The report on the time until now; of `where` all but the time counts. Raises LedgerLost."""
    start, end = quarter_start(now - last), quarter_end(now)
    within = replace(where, since=start, until=end)
    hours = hours_with_day_before(start, end, zone)
    by_hour = fold(reader.groups([Field.QUARTER], replace(where, since=hours[0].start, until=end)), hours)
    looked_at = min(last, timedelta(hours=_HOURS_OF_ROWS))
    rows = reader.rows(replace(where, since=quarter_start(now - looked_at), until=end))
    found = Unusual(
        attempts=fold_attempts(reader.groups(BY, within)),
        pull_requests=dearest(reader.groups(_PULL_REQUEST, within), MOST),
        runs=reader.largest_runs(within, MOST),
        run_count=reader.reach(within).runs,
        hours=compared(hours, by_hour, start, zone),
        cache=cache_uses(rows),
        cache_hours=looked_at // timedelta(hours=1),
    )
    return debug_report(found, start, now, where, zone)
