"""A pull request reviewed by batch: one run hands in, another posts what came, as if it had been reviewed just now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.app.batches.hand_in import Means
from bot.app.batches.summary_store import SummaryStore
from bot.app.batches.work import Collected, collect, submit
from bot.app.delivery import Delivery, PostOffice, Reviewed
from bot.app.desk import Desk
from bot.app.options import Options
from bot.app.prepare import Prepared
from bot.app.publish import publish
from bot.app.session import with_delivery
from bot.app.target import Target
from bot.core.budget import Amount
from bot.core.marker import Signer
from bot.core.message_batch import Intent
from bot.core.prompt.templates import Templates
from bot.core.receipt import Receipt
from bot.core.reuse import reviewed_keys
from bot.ports import BatchApi, CodeHost


@dataclass(frozen=True, slots=True)
class Posted:
    """A run's receipt and what became of it. `intents` are what waits after it."""

    receipt: Receipt
    delivery: Delivery
    prepared: Prepared
    intents: tuple[Intent, ...]


@dataclass(frozen=True, slots=True)
class PullBatches:
    """Everything a run on a pull request's batches works with. `scrub` takes secret values out of what is published."""

    host: CodeHost
    number: int
    signer: Signer
    store: SummaryStore
    options: Options
    templates: Templates
    desk: Desk
    api: BatchApi
    scrub: Callable[[str], str]

    def submit(self, prepared: Prepared, nonce: str) -> Posted:
        """Hand in what is new, and say on the pull request that it waits.

        Raises CodeHostError where the intent could not be written down: nothing was asked then; and BatchRefused where
        the API took nothing of it.
        """
        memory = self.store.memory
        page = memory.summary.body if memory.summary else ""
        head = prepared.target.facts.head_sha
        before = memory.state.committed().at_least(self.desk.books.spent_on_pull_request())
        submitted = submit(prepared, self._means(), nonce, before, head)
        if submitted.failure is not None and submitted.intent.finished:
            raise submitted.failure
        return self._publish(submitted.receipt, prepared, nonce, page)

    def collect(self, target: Target, run_id: str, *, inline: bool) -> Posted | None:
        """Settle and post what has ended; None where nothing has since it was last told. Raises as `submit`.

        `inline` is False where nobody reads comments on lines any more.
        """
        memory = self.store.memory
        page = memory.summary.body if memory.summary else ""
        own = sum((one.reserved + one.untold for one in memory.intents), Amount())
        before = memory.state.committed().at_least(self.desk.books.spent_on_pull_request()) - own
        came = collect(target, self._means(), before, memory.state.reviewed)
        if not came.news:
            return None
        self._tell(came)
        return self._publish(came.receipt, came.prepared, run_id, page, inline=inline)

    def _means(self) -> Means:
        return Means(self.options, self.templates, self.desk, self.api, self.store)

    def _tell(self, came: Collected) -> None:
        """From here on the summary says that what came has been told: it is written with the page that tells it."""
        told = {one.nonce: one for one in came.intents}
        memory = self.store.memory
        self.store.memory = replace(memory, intents=tuple(told.get(one.nonce, one) for one in memory.intents))

    def _publish(self, receipt: Receipt, prepared: Prepared, run_id: str, page: str, *, inline: bool = True) -> Posted:
        memory = self.store.memory
        receipt = replace(receipt, notes=(*memory.notes, *receipt.notes))
        keys = reviewed_keys(prepared.accounted, receipt.coverage)
        rules = self.options.posting if inline else replace(self.options.posting, inline_limit=0)
        office = PostOffice(self.host, self.number, rules, self.signer, self.scrub, self.desk.clock)
        delivery = publish(Reviewed(receipt, prepared.target.diff, keys, run_id, page), memory, office)
        waiting = tuple(one for one in memory.intents if not one.finished)
        return Posted(with_delivery(receipt, delivery), delivery, prepared, waiting)
