"""The tables that tell what was spent, saved and bought; beside another time where there is one to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal

from bot.core.cost.report import Column, Kind, Table, Value
from bot.core.cost.shares import change, per, ratio
from bot.core.cost.spending import Spending
from bot.core.report.words import counted
from bot.core.savings import Saved
from bot.core.usage import Usage

_MEANS = {
    "prompt_cache": "Prompt cache",
    "reuse": "Reuse of earlier reviews",
    "duplicates": "Equal hunks asked once",
    "routing": "Cheaper models where they suffice",
    "batch": "Message batches",
}
_TOKENS = {
    "input_tokens": "Input, not cached",
    "cache_write_5m_tokens": "Written to the cache for 5 minutes",
    "cache_write_1h_tokens": "Written to the cache for 1 hour",
    "cache_read_tokens": "Read from the cache",
    "output_tokens": "Output",
}

_Figures = Mapping[str, Decimal] | Mapping[str, int]


def bill_tables(now: Spending, before: Spending | None = None) -> tuple[Table, ...]:
    """All of them: the money, what it would have been, tokens, counts, and what one of each thing cost."""
    then = (None,) * 4 if before is None else (_money(before), _saved(before), _tokens(before), _counts(before))
    usd, tokens = Column("usd", "Dollars", Kind.USD), Column("tokens", "Tokens", Kind.COUNT)
    saved = "Saved by each means, estimated; each against the bill after the one before it"
    return (
        _added("money", "What became of the money", usd, _money(now), then[0]),
        _added("saved", saved, usd, _saved(now), then[1]),
        _added("tokens", f"Tokens{_thinking(now.total.usage)}", tokens, _tokens(now), then[2]),
        _counted("counts", "What was done", _counts(now), then[3]),
        _units_table(now, before),
    )


def _added(name: str, title: str, amount: Column, now: _Figures, before: _Figures | None) -> Table:
    """Figures that can be added: with their shares, or beside another time's, and the sum of all."""
    whole = sum(now.values(), Decimal(0)) if amount.kind is Kind.USD else sum(now.values())
    columns = [Column("what", "What"), amount]
    rows: list[tuple[Value, ...]]
    if before is None:
        rows = [(what, value, ratio(value, whole)) for what, value in now.items()]
        columns.append(Column("share", "Share", Kind.RATIO))
        return Table(name, title, tuple(columns), tuple(rows), ("Total", whole, ratio(whole, whole)))
    then = sum(before.values(), Decimal(0)) if amount.kind is Kind.USD else sum(before.values())
    rows = [(what, value, before[what], change(value, before[what])) for what, value in now.items()]
    columns += _beside(amount.kind, amount.name)
    return Table(name, title, tuple(columns), tuple(rows), ("Total", whole, then, change(whole, then)))


def _counted(name: str, title: str, now: Mapping[str, int], before: Mapping[str, int] | None) -> Table:
    """Figures that count different things, and so have no sum."""
    columns = [Column("what", "What"), Column("count", "Count", Kind.COUNT)]
    if before is None:
        return Table(name, title, tuple(columns), tuple(now.items()))
    columns += _beside(Kind.COUNT, "count")
    rows = tuple((what, count, before[what], change(count, before[what])) for what, count in now.items())
    return Table(name, title, tuple(columns), rows)


def _units_table(now: Spending, before: Spending | None) -> Table:
    """Everything spent, divided by how many there were of each thing."""
    columns = [
        Column("what", "For each"),
        Column("count", "How many", Kind.COUNT),
        Column("usd_each", "Dollars each", Kind.USD),
    ]
    each = {what: per(now.total.spent_usd, count) for what, count in _units(now).items()}
    rows: list[tuple[Value, ...]] = [(what, count, each[what]) for what, count in _units(now).items()]
    if before is not None:
        columns += _beside(Kind.USD, "usd_each")
        then = {what: per(before.total.spent_usd, count) for what, count in _units(before).items()}
        rows = [(what, *row, then[str(what)], _change(each[str(what)], then[str(what)])) for what, *row in rows]
    return Table("units", "What one of each cost: everything spent, divided", tuple(columns), tuple(rows))


def _beside(kind: Kind, name: str) -> list[Column]:
    return [Column(f"{name}_before", "Before", kind), Column("change", "Change", Kind.CHANGE)]


def _change(now: Decimal | None, before: Decimal | None) -> float | None:
    return None if now is None or before is None else change(now, before)


def _money(spending: Spending) -> dict[str, Decimal]:
    total, open_usd = spending.total, spending.open_usd
    return {
        "Usable answers": total.cost_usd - total.wasted_usd,
        "Unusable answers (wasted)": total.wasted_usd,
        "Ended without usage, charged in full": total.unsettled_usd - open_usd,
        "Open reservations, charged in full": open_usd,
    }


def _saved(spending: Spending) -> dict[str, Decimal]:
    saved = spending.total.saved
    return {_MEANS[each.name]: getattr(saved, each.name) for each in fields(Saved)}


def _tokens(spending: Spending) -> dict[str, int]:
    usage = spending.total.usage
    return {title: getattr(usage, kind) for kind, title in _TOKENS.items()}


def _counts(spending: Spending) -> dict[str, int]:
    total = spending.total
    return {
        "Requests": total.requests,
        "Attempts": total.attempts,
        "Attempts that were answered": total.answered,
        "Attempts after the first": total.retried,
        "Open reservations": total.open,
        "Findings, posted or not": spending.found,
    }


def _units(spending: Spending) -> dict[str, int]:
    return {
        "hunk reviewed": spending.hunks_reviewed,
        "run": spending.reach.runs,
        "pull request": spending.reach.pull_requests,
        "posted finding": spending.posted,
        "accepted finding": spending.accepted,
    }


def _thinking(usage: Usage) -> str:
    return f" (of the output, {counted(usage.thinking_tokens, 'token')} of thinking)" if usage.thinking_tokens else ""
