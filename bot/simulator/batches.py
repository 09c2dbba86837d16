"""All batches of a stand-in: created, listed, cancelled, deleted, and processed when their time has come.

Nothing runs in the background. Whoever looks next, at a batch or at the prompt cache, has everything processed
that was due by then (`settle`), in order, each as of the moment it was due.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.simulator.api_error import invalid, not_found
from bot.simulator.batch import Batch
from bot.simulator.batch_create import read_items
from bot.simulator.batch_work import BatchWork
from bot.simulator.dates import Dates
from bot.simulator.tenant import Tenant

DEFAULT_PAGE = 20
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, newest first; `has_more` in the direction it is read."""

    batches: tuple[Batch, ...]
    has_more: bool


class Batches:
    """Keeps batches by workspace; safe to use from many threads. Every method raises ApiError for what the API refuses.

    What is returned is a batch as it stands; only this class changes one.
    """

    def __init__(
        self, work: BatchWork, delay_s: float, new_id: Callable[[str], str], now: Callable[[], float], dates: Dates
    ) -> None:
        self._work = work
        self._delay_s = delay_s
        self._new_id = new_id
        self._now = now
        self._dates = dates
        self._lock = threading.RLock()
        self._kept: dict[str, Batch] = {}
        self._created = 0

    def settle(self) -> None:
        """Process every batch that is due."""
        with self._lock:
            due = [one for one in self._kept.values() if one.results is None and one.ends <= self._now()]
            for batch in sorted(due, key=lambda one: (one.ends, one.number)):
                batch.results = self._work.process(batch)

    def create(self, body: Any, tenant: Tenant) -> Batch:
        """A new batch, from a parsed JSON body."""
        items = read_items(body)
        with self._lock:
            self._created += 1
            new = Batch(self._new_id("msgbatch"), self._created, tenant, items, self._now(), self._delay_s)
            self._kept[new.id] = new
            return new

    def get(self, batch_id: str, tenant: Tenant) -> Batch:
        """A batch of this workspace."""
        with self._lock:
            found = self._kept.get(batch_id)
        if found is None or found.tenant != tenant:
            raise not_found(f"Message Batch not found: {batch_id}")
        return found

    def page(self, tenant: Tenant, limit: int, after_id: str | None, before_id: str | None) -> Page:
        """Up to `limit` batches: the newest, those right after one in the list, or those right before one."""
        if not 1 <= limit <= LARGEST_PAGE:
            raise invalid(f"limit: Input should be between 1 and {LARGEST_PAGE}")
        if after_id and before_id:
            raise invalid("after_id and before_id cannot be used together")
        with self._lock:
            listed = [one for one in self._kept.values() if one.tenant == tenant][::-1]
        if before_id:
            newer = listed[: _position(listed, before_id, "before_id")]
            return Page(tuple(newer[-limit:]), len(newer) > limit)
        older = listed[_position(listed, after_id, "after_id") + 1 :] if after_id else listed
        return Page(tuple(older[:limit]), len(older) > limit)

    def cancel(self, batch_id: str, tenant: Tenant) -> Batch:
        """Begin to cancel; the batch ends when it is looked at next. To cancel twice changes nothing."""
        with self._lock:
            batch = self.get(batch_id, tenant)
            if batch.results is not None:
                raise invalid(f"Message Batch {batch_id} has ended and cannot be canceled")
            if batch.canceled is None:
                batch.canceled = self._now()
            return batch

    def delete(self, batch_id: str, tenant: Tenant) -> None:
        """Forget a batch that has ended, with its results."""
        with self._lock:
            if self.get(batch_id, tenant).results is None:
                raise invalid(f"Message Batch {batch_id} cannot be deleted before it has ended; cancel it first")
            del self._kept[batch_id]

    def results(self, batch_id: str, tenant: Tenant) -> bytes:
        """The results of an ended batch as JSON lines."""
        batch = self.get(batch_id, tenant)
        if batch.results is None:
            raise not_found(f"Message Batch {batch_id} has no results yet; its processing has not ended")
        if self._now() >= batch.results_end():
            raise not_found(f"The results of Message Batch {batch_id} are no longer available")
        return batch.lines()

    def shown(self, batch: Batch, results_url: str) -> dict[str, Any]:
        """The batch as the API shows it."""
        with self._lock:
            return batch.shown(self._now(), self._dates.at, results_url)


def _position(listed: list[Batch], batch_id: str, name: str) -> int:
    for index, batch in enumerate(listed):
        if batch.id == batch_id:
            return index
    raise invalid(f"{name}: no Message Batch has this id: {batch_id}")
