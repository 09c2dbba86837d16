"""A run's part of the ledger: each attempt is written down before it is made, and again when it has ended.

Without a ledger it only names the attempts, so that a receipt can be imported into one later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count

from bot.app.periods import Periods
from bot.core.bill import Yardstick
from bot.core.budget import Amount
from bot.core.calls import Call, ModelRequest
from bot.core.ledger.account import AccountLimit, Exhausted
from bot.core.ledger.entry import Opening, RunFacts, Settlement, State
from bot.core.receipt import Receipt, RunTimes
from bot.errors import LedgerLost
from bot.ports import Clock, Ledger

Limits = Callable[[datetime], Sequence[AccountLimit]]
"""What may be spent by a moment's accounts, beside the budget of the pull request."""

UNRECORDED = RunFacts("unrecorded", datetime.min.replace(tzinfo=UTC))


def _no_limits(_: datetime) -> Sequence[AccountLimit]:
    return ()


@dataclass(frozen=True, slots=True)
class Reserved:
    """An attempt in the ledger: its row's id, and when it was begun."""

    id: str
    at: datetime


@dataclass(eq=False, slots=True)
class Books:
    """Writes for one run; safe for threads.

    `limits` are the budgets over time that no reservation may pass, and `periods` what they say to the run otherwise.
    `keys` are the variables that hold the keys, by provider, and `against` is what savings are measured against.
    `exhausted` are the reservations that were refused, `notes` sentences for the receipt.
    """

    run: RunFacts = UNRECORDED
    ledger: Ledger | None = None
    limits: Limits = _no_limits
    keys: Mapping[str, str] = field(default_factory=dict)
    against: Yardstick | None = None
    periods: Periods = field(default_factory=Periods)
    exhausted: list[Exhausted] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """Note the run before it spends, and see what may be spent. Raises LedgerLost: then nothing may be."""
        self.periods.look()
        if self.ledger is not None:
            self.ledger.begin_run(self.run)

    def stamped(self, receipt: Receipt, clock: Clock) -> Receipt:
        """The receipt with the run's name and times, whom it is counted for, and how budgets over time stand."""
        receipt = self.periods.told(receipt, self.exhausted, clock.now())
        target = replace(receipt.target, team=self.run.team)
        began = None if self.run is UNRECORDED else self.run.began
        times = RunTimes(self.run.run_id, began, clock.now())
        return replace(receipt, target=target, run=times, notes=(*receipt.notes, *self.notes))

    def spent_on_pull_request(self) -> Amount:
        """What the ledger knows of all runs on the same pull request; nothing without a ledger. Raises LedgerLost."""
        if self.ledger is None or self.run.pull_request is None:
            return Amount()
        return self.ledger.spent_on(self.run)

    def reserve(self, request: ModelRequest, worst: Amount, clock: Clock) -> Reserved | Exhausted:
        """Write an attempt down with its worst case. Raises LedgerLost where that could not be done."""
        reserved = Reserved(f"{self.run.run_id}-{next(self._numbers)}", clock.now())
        refused = self.reserve_all([self._opening(reserved, request, worst)])
        return reserved if refused is None else refused

    def reserve_all(self, openings: Sequence[Opening]) -> Exhausted | None:
        """The same for several, all or none; gives the limit that would be passed. Raises LedgerLost."""
        if self.ledger is None or not openings:
            return None
        refused = self.ledger.reserve(self.run, openings, self.limits(openings[0].at))
        if refused is not None:
            with self._lock:
                self.exhausted.append(refused)
        return refused

    def settle(self, call: Call) -> None:
        """Say how an attempt ended. Where the ledger is lost its row stays open, and counts in full; a note says so."""
        if self.ledger is None:
            return
        try:
            self.ledger.settle(call.id, settlement_of(call, self.against))
        except LedgerLost as lost:
            with self._lock:
                note = f"{lost.message} Import this receipt (`hunkwise cost import`) when it is back."
                if note not in self.notes:
                    self.notes.append(note)

    def key_of(self, provider: str) -> str:
        """The name of the variable that holds the provider's key, '' where it has none."""
        return self.keys.get(provider, "")

    def opening(self, entry_id: str, request: ModelRequest, worst: Amount, at: datetime) -> Opening:
        """A request as a row of the ledger."""
        return self._opening(Reserved(entry_id, at), request, worst)

    def _opening(self, reserved: Reserved, request: ModelRequest, worst: Amount) -> Opening:
        purpose = request.purpose
        return Opening(
            id=reserved.id,
            at=reserved.at,
            feature=purpose.feature.value,
            model=request.model,
            provider=request.provider,
            key=self.key_of(request.provider),
            tier=purpose.tier,
            why=purpose.why,
            hunks=purpose.hunks,
            attempt=request.attempt,
            reserved_tokens=worst.tokens,
            reserved_usd=worst.usd,
            platform=request.tariff.platform,
            batch=request.tariff.batch,
            kinds=dict(purpose.kinds),
        )


def settlement_of(call: Call, against: Yardstick | None) -> Settlement:
    """A call's end as the ledger keeps it."""
    return Settlement(
        state=State.UNSETTLED if call.unsettled_usd or call.unsettled_tokens else State.SETTLED,
        outcome=call.outcome,
        usage=call.usage,
        cost_usd=call.cost_usd,
        unsettled_usd=call.unsettled_usd,
        unsettled_tokens=call.unsettled_tokens,
        latency_ms=call.latency_ms,
        request_id=call.request_id,
        saved=call.saved if against is None else against.saved_by(call),
    )
