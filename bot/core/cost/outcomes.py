"""How attempts ended, and what each way cost."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.calls import Outcome
from bot.core.cost.report import Column, Kind, Table, Value
from bot.core.cost.shares import ratio
from bot.core.failure import RULES
from bot.core.ledger.entry import State, Untaken
from bot.core.ledger.sums import Sums

_MEANINGS: dict[str, str] = {
    **{kind.value: rule.meaning for kind, rule in RULES.items()},
    Outcome.ANSWERED.value: "a usable answer",
    Outcome.TRUNCATED.value: "paid, but cut off before its end",
    Outcome.REFUSED.value: "paid, but the model declined",
    Outcome.UNPARSEABLE.value: "paid, but not in the form that was asked for",
    Untaken.REUSED.value: "not asked: reviewed before",
    Untaken.DUPLICATE.value: "not asked: an equal hunk was",
    Untaken.SPARED.value: "not asked: triage left it out",
    Untaken.ADJUSTED.value: "brings the ledger to the provider's bill",
    State.OPEN.value: "reserved, and the end is unknown: still under way, or the run died",
}
_COLUMNS = (
    Column("outcome", "Ended as"),
    Column("rows", "Rows", Kind.COUNT),
    Column("share_of_attempts", "Of attempts", Kind.RATIO),
    Column("spent_usd", "Spent", Kind.USD),
    Column("wasted_usd", "Wasted", Kind.USD),
    Column("unsettled_usd", "Unsettled", Kind.USD),
    Column("meaning", "Which is"),
)


def outcome_table(title: str, by_outcome: Mapping[str, Sums]) -> Table:
    """A row for each way in which rows ended, most frequent first; the total is the sum of all."""
    whole = sum(by_outcome.values(), Sums())
    ordered = sorted(by_outcome.items(), key=lambda item: (-item[1].rows, item[0]))
    rows = tuple((outcome, *_values(sums, whole), _MEANINGS.get(outcome, "")) for outcome, sums in ordered)
    return Table("outcomes", title, _COLUMNS, rows, ("Total", *_values(whole, whole), ""))


def _values(sums: Sums, whole: Sums) -> tuple[Value, ...]:
    attempts = ratio(sums.attempts, whole.attempts) if sums.attempts else None
    return sums.rows, attempts, sums.spent_usd, sums.wasted_usd, sums.unsettled_usd
