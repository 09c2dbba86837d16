"""The month's facts as tables, each of which adds up to what it is a part of."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bot.core.calls import Outcome
from bot.core.cost.measures import saved_usd
from bot.core.cost.outcomes import outcome_table
from bot.core.cost.report import Column, Kind, Table, Value
from bot.core.cost.shares import change, ratio
from bot.core.cost_page.facts import MonthFacts, PullRequestCost, Spender, Spenders
from bot.core.cost_page.figures import day_name
from bot.core.ledger.entry import Untaken
from bot.core.ledger.sums import Sums
from bot.core.savings import Saved

MOST_NAMES = 10
"""Of more names the dearest are listed, and the others together."""

_SPENT = Column("spent_usd", "spent", Kind.USD)
_SHARE = Column("share", "share", Kind.RATIO)
_REQUESTS = Column("requests", "requests", Kind.COUNT)


def spender_table(spenders: Spenders) -> Table:
    """Who spends, dearest first, beside what each had spent in the month before by the same day."""
    whole = sum((one.spent_usd for one in spenders.each), Decimal(0))
    listed = list(spenders.each[:MOST_NAMES])
    rest = spenders.each[MOST_NAMES:]
    rows = [_spender_row(one, one.name or spenders.unknown, whole) for one in listed]
    if rest:
        rows.append(_spender_row(_together(rest), f"{len(rest)} others", whole))
    columns = (
        Column("name", spenders.what),
        _SPENT,
        _SHARE,
        Column("change", "change", Kind.CHANGE),
    )
    return Table(
        f"by-{spenders.what.lower()}",
        f"By {spenders.what.lower()}",
        columns,
        tuple(rows),
        _spender_row(Spender("", whole, spenders.before_usd), "all", whole),
    )


def _spender_row(one: Spender, name: str, whole: Decimal) -> tuple[Value, ...]:
    return name, one.spent_usd, ratio(one.spent_usd, whole), change(one.spent_usd, one.before_usd)


def _together(spenders: Iterable[Spender]) -> Spender:
    each = list(spenders)
    return Spender(
        "",
        sum((one.spent_usd for one in each), Decimal(0)),
        sum((one.before_usd for one in each), Decimal(0)),
    )


def day_table(facts: MonthFacts) -> Table:
    """Every day: what it spent, and the month up to it."""
    rows: list[tuple[Value, ...]] = []
    so_far = Decimal(0)
    for day in facts.days:
        so_far += day.spent_usd
        rows.append((day_name(day.on), day.cost_usd, day.unsettled_usd, day.spent_usd, so_far))
    columns = (
        Column("day", "day"),
        Column("cost_usd", "settled", Kind.USD),
        Column("unsettled_usd", "not settled", Kind.USD),
        _SPENT,
        Column("so_far_usd", "month so far", Kind.USD),
    )
    return Table("days", "Dollars by day", columns, tuple(rows))


def month_table(facts: MonthFacts, before: str) -> Table:
    """The month as it adds up, beside the month before."""
    sums: list[list[Decimal]] = []
    for days in (facts.days, facts.before.days):
        so_far, added = Decimal(0), []
        for day in days:
            so_far += day.spent_usd
            added.append(so_far)
        sums.append(added)
    rows = [
        (str(number + 1), *(added[number] if number < len(added) else None for added in sums))
        for number in range(max(map(len, sums)))
    ]
    columns = (
        Column("day", "up to day"),
        Column("this_usd", "this month", Kind.USD),
        Column("before_usd", before, Kind.USD),
    )
    return Table("month", "The month as it adds up", columns, tuple(rows))


def hour_table(facts: MonthFacts) -> Table:
    """Dollars by hour of the day."""
    whole = facts.total.spent_usd
    rows = tuple((f"{hour:02}:00", usd, ratio(usd, whole)) for hour, usd in enumerate(facts.hours))
    return Table("hours", "Dollars by hour of the day", (Column("hour", "hour"), _SPENT, _SHARE), rows)


def saved_table(saved: Saved) -> Table:
    """What each means saved; each is measured against the bill after the one before it, so that they can be added."""
    rows = tuple((what, instead, getattr(saved, field)) for field, what, instead in _MEANS)
    total = ("all", "", saved_usd(saved))
    columns = (Column("means", "by"), Column("instead", "instead of"), Column("saved_usd", "saved", Kind.USD))
    return Table("saved", "What was saved, and how", columns, rows, total)


_MEANS = (
    ("prompt_cache", "prompt cache", "paying the full price for text sent before"),
    ("reuse", "reuse of earlier reviews", "asking again about unchanged hunks"),
    ("duplicates", "equal hunks asked once", "asking about each copy"),
    ("routing", "routing", "one look at everything on the standard model"),
    ("batch", "message batches", "the price of answers at once"),
)


def waste_table(facts: MonthFacts) -> Table:
    """What bought no answer, and why; and what is charged because nobody knows what it cost."""
    failed = [one for one in facts.endings if one.outcome not in _NO_FAILURE]
    failed.sort(key=lambda one: (-(one.sums.wasted_usd + one.sums.unsettled_usd), one.outcome))
    meanings = {row[0]: row[-1] for row in outcome_table("", {one.outcome: one.sums for one in failed}).rows}
    rows = tuple((_why(one.outcome, meanings[one.outcome]), *_failed(one.sums)) for one in failed)
    columns = (
        Column("why", "why"),
        Column("attempts", "attempts", Kind.COUNT),
        Column("wasted_usd", "paid", Kind.USD),
        Column("unsettled_usd", "not settled", Kind.USD),
    )
    whole = sum((one.sums for one in failed), Sums())
    return Table("wasted", "What bought no answer, and why", columns, rows, ("all", *_failed(whole)))


_NO_FAILURE = frozenset({Outcome.ANSWERED.value, *(one.value for one in Untaken)})


def _failed(sums: Sums) -> tuple[int, Decimal, Decimal]:
    return sums.attempts, sums.wasted_usd, sums.unsettled_usd


def _why(outcome: str, meaning: Value) -> str:
    words = outcome.replace("_", " ")
    return f"{words} ({meaning})" if meaning else words


def pull_request_table(facts: MonthFacts) -> Table:
    """The dearest pull requests of the month."""
    columns = (Column("pull_request", "pull request"), _SPENT, _REQUESTS)
    rows = tuple((pull_request(one), one.spent_usd, one.requests) for one in facts.pull_requests)
    return Table("pull-requests", "The dearest pull requests", columns, rows)


def reserved_table(facts: MonthFacts) -> Table:
    """Reservations whose end is unknown, by pull request, largest first; the total is that of all."""
    ranked = sorted(facts.reserved, key=lambda one: (-one.open_usd, one.repository, one.number or 0))
    rows = [(pull_request(one), one.open, one.open_usd) for one in ranked[:MOST_NAMES]]
    if rest := ranked[MOST_NAMES:]:
        rows.append((f"{len(rest)} others", sum(one.open for one in rest), _usd(rest)))
    columns = (
        Column("pull_request", "pull request"),
        Column("open", "attempts", Kind.COUNT),
        Column("open_usd", "at most", Kind.USD),
    )
    total = ("all", sum(one.open for one in ranked), _usd(ranked))
    return Table("reserved", "Open reservations", columns, tuple(rows), total)


def _usd(reserved: Iterable[PullRequestCost]) -> Decimal:
    return sum((one.open_usd for one in reserved), Decimal(0))


def pull_request(one: PullRequestCost) -> str:
    """'acme/shop#7'; where there is no number, what is known."""
    where = one.repository or "local runs"
    return f"{where}#{one.number}" if one.number is not None else f"{where}, no pull request"
