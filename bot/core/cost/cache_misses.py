"""Why prompts were written to the cache though others had been written before: as far as the ledger's rows can say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.cache_plan import TTL_SECONDS
from bot.core.cost.report import Column, Kind, Table
from bot.core.ledger.entry import Entry
from bot.core.report.words import counted
from bot.core.usage import Usage

_COLUMNS = (
    Column("model", "Model"),
    Column("why", "Why"),
    Column("requests", "Requests", Kind.COUNT),
    Column("written_tokens", "Written", Kind.COUNT),
    Column("read_tokens", "Read", Kind.COUNT),
    Column("plain_tokens", "Not cached", Kind.COUNT),
)


class Why(StrEnum):
    """What a request did with the cache, and the likely reason where it read nothing."""

    READ = "read all that was cached"
    NEW_PART = "read the shared part, and wrote what its run added (the facts of the change)"
    FIRST = "wrote: the first request of this repository and model in this time"
    NEW_PROMPTS = "wrote: Hunkwise's own prompts had changed since the run before"
    RAN_OUT = "wrote: the entry's time had run out since the request before"
    WITHIN_RUN = "wrote again within a run: asked beside the first request, or the entry was given up"
    UNKNOWN = "wrote in time and with the same prompts: the rows cannot say why"
    BATCH = "wrote in a message batch, where the API decides what goes first"
    NOT_CACHED = "neither read nor wrote: the prompt is too short, or caching is off"


@dataclass(frozen=True, slots=True)
class _Last:
    """The request before, of the same repository, model and key."""

    run_id: str
    prompt_hash: str
    at: datetime
    ttl: str


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Requests of one model that did the same with the cache, for the same reason."""

    model: str
    why: Why
    requests: int
    usage: Usage


def cache_uses(rows: Iterable[Entry]) -> tuple[CacheUse, ...]:
    """Every request that has usage, counted by what it did with the cache; rows come oldest first.

    Only the request before of the same repository, model and key is kept in mind.
    """
    last: dict[tuple[str, ...], _Last] = {}
    requests: Counter[tuple[str, Why]] = Counter()
    usages: dict[tuple[str, Why], Usage] = {}
    for row in rows:
        if row.settlement is None or not row.settlement.usage.total_input_tokens:
            continue
        usage, opening = row.settlement.usage, row.opening
        place = (opening.provider, opening.key, opening.platform, opening.model, row.run.repository)
        why = _why(row, usage, last.get(place))
        if not opening.batch:
            ttl = _ttl(usage) or (last[place].ttl if place in last else "5m")
            last[place] = _Last(row.run.run_id, row.run.prompt_hash, opening.at, ttl)
        requests[opening.model, why] += 1
        usages[opening.model, why] = usages.get((opening.model, why), Usage()) + usage
    uses = (CacheUse(model, why, count, usages[model, why]) for (model, why), count in requests.items())
    return tuple(sorted(uses, key=lambda one: (-_written(one.usage), one.model, one.why)))


def cache_use_table(uses: Iterable[CacheUse], hours: int) -> Table:
    """The table, what wrote most first; `hours` is how far back the rows go."""
    rows = tuple((use.model, use.why.value, use.requests, *_tokens(use.usage)) for use in uses)
    usage = sum((use.usage for use in uses), Usage())
    total = ("Total", "", sum(use.requests for use in uses), *_tokens(usage))
    misses = sum(use.requests for use in uses if use.why in _MISSES)
    title = f"Cache misses in the newest {counted(hours, 'hour')}: {counted(misses, 'request')} wrote and read nothing."
    return Table("cache_misses", title, _COLUMNS, rows, total)


_MISSES = {Why.FIRST, Why.NEW_PROMPTS, Why.RAN_OUT, Why.WITHIN_RUN, Why.UNKNOWN, Why.BATCH}


def _why(row: Entry, usage: Usage, last: _Last | None) -> Why:
    if not _written(usage):
        return Why.READ if usage.cache_read_tokens else Why.NOT_CACHED
    if usage.cache_read_tokens:
        return Why.NEW_PART
    return Why.BATCH if row.opening.batch else _why_missed(row, last)


def _why_missed(row: Entry, last: _Last | None) -> Why:
    if last is None:
        return Why.FIRST
    if last.run_id == row.run.run_id:
        return Why.WITHIN_RUN
    if last.prompt_hash != row.run.prompt_hash:
        return Why.NEW_PROMPTS
    gap = (row.opening.at - last.at).total_seconds()
    return Why.RAN_OUT if gap >= TTL_SECONDS[last.ttl] else Why.UNKNOWN


def _ttl(usage: Usage) -> str:
    """The longest time to live that a request wrote; '' where it wrote nothing."""
    if usage.cache_write_1h_tokens:
        return "1h"
    return "5m" if usage.cache_write_5m_tokens else ""


def _written(usage: Usage) -> int:
    return usage.cache_write_5m_tokens + usage.cache_write_1h_tokens


def _tokens(usage: Usage) -> tuple[int, int, int]:
    return _written(usage), usage.cache_read_tokens, usage.input_tokens
