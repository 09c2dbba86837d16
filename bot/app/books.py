"""A run's part of the ledger: each attempt is written down before it is made, and again when it has ended.

Without a ledger it only names the attempts, so that a receipt can be imported into one later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count

from bot.app.limiter import Limiter
from bot.app.periods import Periods
from bot.core.bill import Yardstick
from bot.core.budget import Amount
from bot.core.calls import Call, ModelRequest
from bot.core.ledger.account import AccountLimit, Exhausted
from bot.core.ledger.entry import Entry, Opening, RateRow, RunFacts, Settlement, State
from bot.core.ledger.of_receipt import rows_of
from bot.core.receipt import Receipt, RunTimes
from bot.core.report.receipt_json import receipt_as_json
from bot.errors import LedgerLost, NotAReceipt
from bot.ports import Clock, Ledger

AccountLimits = Callable[[datetime], Sequence[AccountLimit]]
"""What may be spent by a moment's accounts, beside the budget of the pull request."""

NEVER_SENT = "never_sent"
"""The outcome of a row whose request was certainly not sent."""

UNRECORDED = RunFacts("unrecorded", datetime.min.replace(tzinfo=UTC))


def no_limits(_: datetime) -> Sequence[AccountLimit]:
    """No budgets over time."""
    return ()


@dataclass(frozen=True, slots=True)
class Row:
    """An attempt's row in the ledger: its id, and when it was begun."""

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
    limits: AccountLimits = no_limits
    keys: Mapping[str, str] = field(default_factory=dict)
    against: Yardstick | None = None
    periods: Periods = field(default_factory=Periods)
    exhausted: list[Exhausted] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _begun: bool = False
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """Note the run before it spends, and see what may be spent. Raises LedgerLost: then nothing may be.

        Done once: whoever begins a part of the run may ask for it, and all parts see the same budgets.
        """
        if self._begun:
            return
        self.periods.look()
        if self.ledger is not None:
            self.ledger.begin_run(self.run)
        self._begun = True

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

    def new_row(self, at: datetime) -> Row:
        """A name for an attempt that begins now; nothing is written yet."""
        return Row(f"{self.run.run_id}-{next(self._numbers)}", at)

    def reserve(self, row: Row, request: ModelRequest, worst: Amount) -> Exhausted | None:
        """Write an attempt down with its worst case. Raises LedgerLost where that could not be done."""
        return self.reserve_all([self.opening(row.id, request, worst, row.at)])

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
        self._settle(call.id, settlement_of(call, self.against))

    def _settle(self, entry_id: str, ending: Settlement) -> None:
        ledger = self.ledger
        if ledger is not None:
            self._noting(lambda: ledger.settle(entry_id, ending))

    def _noting(self, write: Callable[[], object]) -> None:
        try:
            write()
        except (LedgerLost, NotAReceipt) as lost:
            with self._lock:
                note = f"{lost.message} Import this receipt (`hunkwise cost import`) when it is back."
                if note not in self.notes:
                    self.notes.append(note)

    def note_rates(self, limiters: Mapping[str, Limiter]) -> None:
        """Keep what was last heard of each key's rate limits, by provider."""
        ledger = self.ledger
        rows = [
            RateRow(provider, self.key_of(provider), model_class, name, facts.limit, facts.remaining, at)
            for provider, limiter in limiters.items()
            for (model_class, name), (facts, at) in limiter.last_heard().items()
        ]
        if ledger is not None and rows:
            self._noting(lambda: ledger.note_rates(rows))

    def release(self, entry_id: str) -> None:
        """Give a reservation back: what it was for was certainly never sent."""
        self._settle(entry_id, Settlement(State.SETTLED, NEVER_SENT))

    def record(self, call: Call, worst: Amount) -> None:
        """Write the end of what another run may have begun, whole where its beginning is not known."""
        if self.ledger is None or call.at is None:
            return
        ledger, row = self.ledger, Entry(self.run, opening_of(call, worst, call.at), settlement_of(call, self.against))
        self._noting(lambda: ledger.add([row]))

    def ended(self, receipt: Receipt) -> Receipt:
        """Note how the run ended and what it found; gives the receipt, with a note where that was not possible."""
        ledger = self.ledger
        if ledger is None:
            return receipt
        said = len(self.notes)

        def write() -> None:
            run = rows_of(receipt_as_json(receipt))
            ledger.add(run.entries)
            ledger.end_run(self.run, run.end)

        self._noting(write)
        return replace(receipt, notes=(*receipt.notes, *self.notes[said:]))

    def key_of(self, provider: str) -> str:
        """The name of the variable that holds the provider's key, '' where it has none."""
        return self.keys.get(provider, "")

    def opening(self, entry_id: str, request: ModelRequest, worst: Amount, at: datetime) -> Opening:
        """A request as a row of the ledger."""
        purpose = request.purpose
        return Opening(
            id=entry_id,
            at=at,
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


def opening_of(call: Call, worst: Amount, at: datetime) -> Opening:
    """The beginning of a call that has ended, as the ledger would have it."""
    return Opening(
        id=call.id,
        at=at,
        feature=call.feature.value,
        model=call.model,
        provider=call.provider,
        key=call.key,
        tier=call.tier,
        why=call.why,
        hunks=call.hunks,
        attempt=call.attempt,
        reserved_tokens=worst.tokens,
        reserved_usd=worst.usd,
        platform=call.tariff.platform,
        batch=call.tariff.batch,
        kinds=dict(call.kinds),
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
