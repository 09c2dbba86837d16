"""UsageReports in memory: lines that a test writes down, given by the days that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.core.cost.billed import CostLine, UsageLine
from bot.errors import HunkwiseError


@dataclass
class FakeReports:
    """Gives its lines; raises `failing` instead, where there is one. `asked` remembers the days."""

    usages: list[UsageLine] = field(default_factory=list)
    charges: list[CostLine] = field(default_factory=list)
    failing: HunkwiseError | None = None
    asked: list[tuple[date, date]] = field(default_factory=list)

    def usage(self, first: date, last: date) -> Sequence[UsageLine]:
        self._answer(first, last)
        return [line for line in self.usages if first <= line.day <= last]

    def costs(self, first: date, last: date) -> Sequence[CostLine]:
        self._answer(first, last)
        return [line for line in self.charges if first <= line.day <= last]

    def _answer(self, first: date, last: date) -> None:
        self.asked.append((first, last))
        if self.failing is not None:
            raise self.failing
