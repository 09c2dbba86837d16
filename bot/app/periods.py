"""Budgets over time in one run: how they stand before it, and what its receipt says of them afterwards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.app.followup import SHORT_OF_DOLLARS
from bot.core.excerpt import SkipReason
from bot.core.ledger.account import AccountLimit, Exhausted
from bot.core.ledger.budgets import Budgets, Held
from bot.core.ledger.entry import RunFacts
from bot.core.ledger.standing import Level, Measures, Standing, graver, measures
from bot.core.receipt import Receipt
from bot.core.report.periods import standing_sentences, used_up
from bot.errors import LedgerLost
from bot.ports import Ledger

ALONE = "Budgets over time are kept as well as this runner can (`best_effort`): it knows of no other runner's spending."

_NOBODY = RunFacts("", datetime.min.replace(tzinfo=UTC))


@dataclass(eq=False, slots=True)
class Periods:
    """What budgets over time say to one run. Without a ledger there is nothing to go by, and they say nothing.

    `alone` says that nobody else's spending is in the ledger. `before` is how they stood when the run began.
    """

    budgets: Budgets = field(default_factory=Budgets)
    run: RunFacts = _NOBODY
    ledger: Ledger | None = None
    alone: bool = False
    before: tuple[Standing, ...] = ()

    def look(self) -> None:
        """See how they stand. Raises LedgerLost: then nothing may be spent."""
        self.before = self._standings(self.budgets.held(self.run, self.run.began), frozenset())

    def limits(self, at: datetime) -> Sequence[AccountLimit]:
        """What no reservation of the run at a moment may pass."""
        return self.budgets.account_limits(self.run, at)

    @property
    def measures(self) -> Measures:
        """What they asked of the run when it began."""
        return measures(self.before)

    @property
    def why(self) -> str:
        """The budget that is used up, as the reason of what is not asked, or is asked of another model."""
        return used_up(self.before, self.budgets)

    def told(self, receipt: Receipt, exhausted: Collection[Exhausted], at: datetime) -> Receipt:
        """The receipt of a run that ended at a moment, with its budgets over time, and first of its notes what somebody
        must read about them. `exhausted` are the reservations that the ledger refused.

        Where the ledger does not answer any more, they are shown as they stood before.
        """
        if self.ledger is None or not self.budgets.limits:
            return receipt
        refused = {one.limit.account.name for one in exhausted} if _ran_short(receipt) else frozenset[str]()
        held = dict.fromkeys(one for moment in (self.run.began, at) for one in self.budgets.held(self.run, moment))
        try:
            after, lost = self._standings(held, refused), []
        except LedgerLost as error:
            after, lost = self.before, [f"{error.message} Budgets are shown as they stood before this run."]
        earlier = {one.held: one for one in self.before if one.level is Level.EXHAUSTED}
        worth = [graver(one, earlier.get(one.held, one)) for one in after]
        new = [one for one in after if one.held not in earlier]
        said = [*standing_sentences(worth, self.budgets, new), *([ALONE] if self.alone else []), *lost]
        return replace(receipt, budget=replace(receipt.budget, periods=after), notes=(*said, *receipt.notes))

    def _standings(self, held: Collection[Held], refused: Collection[str]) -> tuple[Standing, ...]:
        ledger = self.ledger
        if ledger is None:
            return ()
        return tuple(
            Standing(
                one,
                ledger.committed(one.account, simulated=self.run.simulated),
                refused=one.account.name in refused,
            )
            for one in held
        )


def _ran_short(receipt: Receipt) -> bool:
    """Whether something was left out, or asked of a cheaper model, for want of dollars."""
    left_out = any(one.skipped.reason is SkipReason.BUDGET for one in receipt.coverage.skipped)
    return left_out or any(call.why == SHORT_OF_DOLLARS for call in receipt.calls)
