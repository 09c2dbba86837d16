"""Everything that was spent in a time, and what it bought, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from bot.core.bill import FIRST_LOOKS
from bot.core.calls import Outcome
from bot.core.ledger.entry import State
from bot.core.ledger.sums import Field, FindingSums, Group, Reach, Sums

BY_ENDING = (Field.FEATURE, Field.STATE, Field.OUTCOME)
"""What `Spending.endings` are grouped by."""


@dataclass(frozen=True, slots=True)
class Spending:
    """`endings` are the sums by BY_ENDING; everything else follows from them, `reach` and `findings`."""

    endings: tuple[Group, ...] = ()
    reach: Reach = field(default_factory=Reach)
    findings: tuple[FindingSums, ...] = ()

    @property
    def total(self) -> Sums:
        """All rows."""
        return sum((group.sums for group in self.endings), Sums())

    @property
    def open_usd(self) -> Decimal:
        """Reservations whose end is unknown."""
        opened = (group.sums.unsettled_usd for group in self.endings if group.key[1] == State.OPEN.value)
        return sum(opened, Decimal(0))

    @property
    def hunks_reviewed(self) -> int:
        """Hunks in first looks that were answered: neither checks of a finding nor attempts that failed count again."""
        return sum(
            group.sums.hunks
            for group in self.endings
            if group.key[0] in FIRST_LOOKS and group.key[2] == Outcome.ANSWERED.value
        )

    @property
    def found(self) -> int:
        """Findings of any kind."""
        return sum(one.found for one in self.findings)

    @property
    def posted(self) -> int:
        """Findings that stand on a pull request."""
        return sum(one.posted for one in self.findings)

    @property
    def accepted(self) -> int:
        """Findings that a later push had addressed, whenever it came."""
        return sum(one.accepted for one in self.findings)
