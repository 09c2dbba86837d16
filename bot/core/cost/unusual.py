"""`hunkwise cost debug`: what was unusual in the newest hours or days, each table with its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.cost.cache_misses import CacheUse, cache_use_table
from bot.core.cost.dearest import Dearest, pull_request_table, run_table
from bot.core.cost.measures import success_rate
from bot.core.cost.outcomes import outcome_table
from bot.core.cost.report import Column, Kind, Report, Table, Value
from bot.core.cost.shares import ratio
from bot.core.cost.spikes import Hour, spike_table
from bot.core.cost.words import SPENT, narrowed, simulated_note, time_words
from bot.core.ledger.sums import Field, Group, RunSums, Sums, Where
from bot.core.report.figures import about_dollars

BY = (Field.PROVIDER, Field.MODEL, Field.OUTCOME)
"""What `Attempts` are folded from."""

MOST = 10
"""Pull requests and runs that are shown."""

_UNKNOWABLE = (
    "Rows hold no text, so they cannot say which word of a prompt differed: another language among the files, another"
    " setting, an instruction that was edited, or an entry that the API gave up early all look alike."
)


@dataclass(frozen=True, slots=True)
class Attempts:
    """The same rows by how they ended, and by who was asked: 'provider, model'."""

    by_outcome: Mapping[str, Sums] = field(default_factory=dict)
    by_model: Mapping[str, Sums] = field(default_factory=dict)

    @property
    def total(self) -> Sums:
        """All rows."""
        return sum(self.by_outcome.values(), Sums())


@dataclass(frozen=True, slots=True)
class Unusual:
    """All that the report is made from. `cache_hours` is how far back the rows of `cache` go."""

    attempts: Attempts
    pull_requests: Dearest
    runs: Sequence[RunSums]
    run_count: int
    hours: Sequence[Hour]
    cache: Sequence[CacheUse]
    cache_hours: int


def fold_attempts(groups: Iterable[Group]) -> Attempts:
    """Groups by BY, added up twice."""
    by_outcome: dict[str, Sums] = {}
    by_model: dict[str, Sums] = {}
    for group in groups:
        provider, model, outcome = group.key
        for added, name in ((by_outcome, outcome), (by_model, f"{model or '(no model)'}, {provider or '(nobody)'}")):
            added[name] = added.get(name, Sums()) + group.sums
    return Attempts(by_outcome, by_model)


def debug_report(found: Unusual, start: datetime, end: datetime, where: Where, zone: ZoneInfo) -> Report:
    """The report on the time from `start` to `end`."""
    attempts = found.attempts
    tables = (
        pull_request_table(found.pull_requests),
        run_table(found.runs, attempts.total, found.run_count),
        outcome_table(_ended(attempts.total), attempts.by_outcome),
        _retries(attempts),
        _cache(attempts),
        cache_use_table(found.cache, found.cache_hours),
        spike_table(found.hours),
    )
    covers = time_words(start, end, zone) + narrowed(where)
    notes = (_UNKNOWABLE, SPENT, *simulated_note(where))
    return Report("debug", "What was unusual", covers, tables, notes)


def _ended(total: Sums) -> str:
    rate = success_rate(total)
    answered = "no attempt has ended" if rate is None else f"{rate:.1%} of those that ended were answered"
    wasted, unsettled = about_dollars(total.wasted_usd), about_dollars(total.unsettled_usd)
    return f"How attempts ended: {answered}; {wasted} bought unusable answers, {unsettled} is not settled."


def _retries(attempts: Attempts) -> Table:
    columns = (
        Column("model", "Model, provider"),
        Column("attempts", "Attempts", Kind.COUNT),
        Column("retried", "Retries", Kind.COUNT),
        Column("retry_rate", "Of attempts", Kind.RATIO),
        Column("success_rate", "Success", Kind.RATIO),
        Column("mean_latency_ms", "Mean time", Kind.MILLISECONDS),
        Column("spent_usd", "Spent", Kind.USD),
    )
    total = attempts.total
    title = f"Retries: {total.retried:,} of {total.attempts:,} attempts were not the first for their request."
    return _by_model("retries", title, columns, attempts, _retry_values)


def _retry_values(sums: Sums) -> tuple[Value, ...]:
    latency = round(sums.latency_ms / sums.attempts) if sums.attempts else None
    rates = (ratio(sums.retried, sums.attempts), success_rate(sums))
    return sums.attempts, sums.retried, *rates, latency, sums.spent_usd


def _cache(attempts: Attempts) -> Table:
    columns = (
        Column("model", "Model, provider"),
        Column("hit_ratio", "Read of input", Kind.RATIO),
        Column("read_tokens", "Read", Kind.COUNT),
        Column("written_tokens", "Written", Kind.COUNT),
        Column("plain_tokens", "Not cached", Kind.COUNT),
        Column("saved_usd", "Saved", Kind.USD),
    )
    usage = attempts.total.usage
    hit = ratio(usage.cache_read_tokens, usage.total_input_tokens)
    title = (
        "Prompt cache: nothing was read." if hit is None else f"Prompt cache: {hit:.1%} of the input was read from it."
    )
    return _by_model("cache", title, columns, attempts, _cache_values)


def _cache_values(sums: Sums) -> tuple[Value, ...]:
    usage = sums.usage
    return (
        ratio(usage.cache_read_tokens, usage.total_input_tokens),
        usage.cache_read_tokens,
        usage.cache_write_5m_tokens + usage.cache_write_1h_tokens,
        usage.input_tokens,
        sums.saved.prompt_cache,
    )


def _by_model(
    name: str,
    title: str,
    columns: tuple[Column, ...],
    attempts: Attempts,
    values: Callable[[Sums], tuple[Value, ...]],
) -> Table:
    asked = sorted((item for item in attempts.by_model.items()), key=lambda item: (-item[1].attempts, item[0]))
    rows = tuple((model, *values(sums)) for model, sums in asked)
    return Table(name, title, columns, rows, ("Total", *values(attempts.total)))
