"""One run on one pull request: write down what may be spent, review, settle, post.

The order is the promise. Before the first paid request the summary comment says what the run can cost at most; as
soon as the review is over it says what it did cost; only then is anything posted, and what was posted is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.app.bounds import bounded
from bot.app.delivery import Delivery, PostOffice, Reviewed
from bot.app.desk import Desk
from bot.app.memory import UNDER_WAY, Memory, opened, page_of, settled
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.publish import publish
from bot.app.quote import worst_of_plan
from bot.app.review import review
from bot.app.sticky import put_summary
from bot.core.budget import Amount, Budget
from bot.core.marker import Signer
from bot.core.prompt.templates import Templates
from bot.core.receipt import DeliveryFacts, Receipt, Status
from bot.core.reuse import reviewed_keys, triaged_keys
from bot.core.state import OpenRun, ReviewState
from bot.ports import CodeHost

_ROOM_FOR_RETRIES = 2
"""A run may reserve the worst case of its plan so many times; what is not used is given back when it settles."""


@dataclass(frozen=True, slots=True)
class Session:
    """Everything one run on a pull request works with. `scrub` takes secret values out of what is published."""

    host: CodeHost
    number: int
    signer: Signer
    run_id: str
    memory: Memory
    prepared: Prepared
    options: Options
    templates: Templates
    desk: Desk
    scrub: Callable[[str], str]

    def run(self) -> tuple[Receipt, Delivery]:
        """Review and post. Raises CodeHostError or LedgerLost where the intent could not be written down: nothing
        is spent then.
        """
        books = self.desk.books
        books.begin()
        prepared, options = bounded(self.prepared, self.options, books.periods)
        return replace(self, prepared=prepared, options=options)._within_budgets()  # noqa: SLF001  # the same session

    def _within_budgets(self) -> tuple[Receipt, Delivery]:
        before = self._before()
        allowance = self._allowance(before)
        memory = self._open(allowance)
        receipt = review(self.prepared, self.options, self.templates, self.desk, before, allowance)
        receipt = replace(receipt, notes=(*receipt.notes, *self.memory.notes))
        memory = self._settle(memory, receipt)
        delivery = publish(self._reviewed(receipt), memory, self._office())
        return with_delivery(receipt, delivery), delivery

    def _before(self) -> Amount:
        """What counts against the budget already: of the summary's marker and the ledger, whichever knows of more."""
        marker, ledger = self.memory.state.committed(), self.desk.books.spent_on_pull_request()
        return marker.at_least(ledger)

    def _reviewed(self, receipt: Receipt) -> Reviewed:
        return Reviewed(
            receipt,
            self.prepared.target.diff,
            reviewed_keys(self.prepared.accounted, receipt.coverage),
            self.run_id,
            self.memory.summary.body if self.memory.summary else "",
            triaged_keys(self.prepared.accounted, receipt.coverage),
        )

    def _office(self) -> PostOffice:
        return PostOffice(self.host, self.number, self.options.posting, self.signer, self.scrub, self.desk.clock)

    def _allowance(self, before: Amount) -> Amount:
        """What this run may spend at most: room for its plan and retries, but never more than the budget leaves."""
        worst = worst_of_plan(self.prepared, self.options, self.templates, self.desk.prices, self.desk.history)
        wished = Amount(worst.tokens * _ROOM_FOR_RETRIES, worst.usd * _ROOM_FOR_RETRIES)
        left = Budget(self.options.limits, before).left()
        return Amount(
            wished.tokens if left.tokens is None else min(wished.tokens, left.tokens),
            wished.usd if left.usd is None else min(wished.usd, left.usd),
        )

    def _open(self, allowance: Amount) -> Memory:
        """Write the run down before it spends; a run that will ask nothing has nothing to write down."""
        run = OpenRun(self.run_id, allowance, self.desk.clock.now())
        return self._note(self.memory, opened(self.memory.state, run))

    def _settle(self, memory: Memory, receipt: Receipt) -> Memory:
        """Write down what the run cost, before anything else can go wrong."""
        spent = Amount(receipt.budget.spent_tokens, receipt.budget.spent_usd)
        return self._note(memory, settled(memory.state, self.run_id, spent))

    def _note(self, memory: Memory, state: ReviewState) -> Memory:
        """The state in the summary comment, whose page stays what earlier runs made it until this one is delivered."""
        if not self.prepared.batches:
            return replace(memory, state=state)
        page = page_of(self.memory.summary.body) if self.memory.summary else ""
        body = f"{UNDER_WAY}\n\n{page}".rstrip()
        return put_summary(self.host, self.number, memory, body, state, self.signer, self.desk.clock)


def with_delivery(receipt: Receipt, delivery: Delivery) -> Receipt:
    """The receipt with what reached its readers; a review that did not has failed, whatever it found."""
    shown = (*delivery.posted, *(name for name in delivery.carried if delivery.summary_url))
    receipt = replace(receipt, delivery=DeliveryFacts(tuple(dict.fromkeys(shown)), delivery.addressed))
    if not delivery.problems:
        return receipt
    return replace(receipt, status=Status.FAILED, notes=(*receipt.notes, *delivery.problems))
