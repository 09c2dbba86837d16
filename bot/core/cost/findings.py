"""What was found, by the rule that asked for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.core.cost.report import Column, Kind, Table
from bot.core.cost.shares import ratio
from bot.core.ledger.sums import FindingSums

FOUND = (
    Column("found", "Found", Kind.COUNT),
    Column("posted", "Posted", Kind.COUNT),
    Column("accepted", "Accepted", Kind.COUNT),
)


@dataclass(frozen=True, slots=True)
class Found:
    """Findings counted; `posted` and `accepted` are among `found`."""

    found: int = 0
    posted: int = 0
    accepted: int = 0

    def __add__(self, other: Found | FindingSums) -> Found:
        return Found(self.found + other.found, self.posted + other.posted, self.accepted + other.accepted)

    @property
    def values(self) -> tuple[int, int, int]:
        """In the order of FOUND."""
        return self.found, self.posted, self.accepted


def found_by(findings: Iterable[FindingSums], key: Callable[[FindingSums], str]) -> dict[str, Found]:
    """Added up by a text of one's own choice."""
    added: dict[str, Found] = {}
    for one in findings:
        added[key(one)] = added.get(key(one), Found()) + one
    return added


def findings_table(findings: Iterable[FindingSums]) -> Table:
    """A row for each rule, most accepted first; the total is the sum of all."""
    by_rule = found_by(findings, lambda one: one.rule or "(unknown)")
    whole = sum(by_rule.values(), Found())
    ordered = sorted(by_rule.items(), key=lambda item: (-item[1].accepted, -item[1].found, item[0]))
    columns = (Column("rule", "Rule"), *FOUND, Column("accepted_of_posted", "Accepted of posted", Kind.RATIO))
    rows = tuple((rule, *one.values, ratio(one.accepted, one.posted)) for rule, one in ordered)
    total = ("Total", *whole.values, ratio(whole.accepted, whole.posted))
    return Table("findings", "What was found, by the rule that asked for it", columns, rows, total)
