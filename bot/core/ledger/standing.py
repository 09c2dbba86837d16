"""Where a run's budgets over time stand, and what a run may still do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.core.ledger.account import Account
from bot.core.ledger.budgets import Held, OnExhausted


class Level(StrEnum):
    """How far a budget is used up. WARNING: from `warn_at` on. EXHAUSTED: all of it, and a run does what the settings
    say then. STOPPED: its hard limit is reached, so that nothing more may be spent.
    """

    WITHIN = "within"
    WARNING = "warning"
    EXHAUSTED = "exhausted"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Standing:
    """One budget, with what counts against it in dollars: settled costs and reservations together.

    `refused` says that something of this run did not fit into what it had left.
    """

    held: Held
    committed_usd: Decimal
    refused: bool = False

    @property
    def level(self) -> Level:
        """How far it is used up."""
        limit = self.held.limit
        if self.refused or self.committed_usd >= limit.hard_usd:
            return Level.STOPPED
        if self.committed_usd >= limit.usd:
            return Level.EXHAUSTED
        return Level.WARNING if self.committed_usd >= limit.warn_at * limit.usd else Level.WITHIN

    @property
    def percent(self) -> int:
        """How much of it is used, in whole hundredths, rounded down; 100 of a budget of nothing."""
        usd = self.held.limit.usd
        return int(100 * self.committed_usd / usd) if usd else 100

    @property
    def left_usd(self) -> Decimal:
        """Dollars up to the hard limit, never below zero."""
        return max(Decimal(0), self.held.limit.hard_usd - self.committed_usd)

    @property
    def keeps_from_asking(self) -> bool:
        """Whether it is why a review asked nothing more at once."""
        batch = self.held.limit.on_exhausted is OnExhausted.BATCH
        return self.level is Level.STOPPED or (batch and self.level is Level.EXHAUSTED)


@dataclass(frozen=True, slots=True)
class Measures:
    """What budgets ask of a run: to ask nothing; to ask the cheap model only; to hand everything in as a batch."""

    stop: bool = False
    cheap: bool = False
    batch: bool = False


def standings(held: Iterable[Held], committed: Callable[[Account], Decimal]) -> tuple[Standing, ...]:
    """Every budget as it stands; `committed` gives an account's dollars."""
    return tuple(Standing(one, committed(one.account)) for one in held)


def measures(of: Sequence[Standing]) -> Measures:
    """The strictest that any budget asks for. One that is used up for good stops all; what others ask for adds up."""
    asked = {one.held.limit.on_exhausted for one in of if one.level is Level.EXHAUSTED}
    if any(one.level is Level.STOPPED for one in of):
        return Measures(stop=True)
    return Measures(cheap=OnExhausted.CHEAP in asked, batch=OnExhausted.BATCH in asked)


def graver(one: Standing, other: Standing) -> Standing:
    """Of two looks at one budget the one that says more; the first where they say the same."""
    order = list(Level)
    return other if order.index(other.level) > order.index(one.level) else one
