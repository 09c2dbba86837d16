"""One batch, from its creation to the end of its results, and how the API shows it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.simulator.batch_create import BatchItem
from bot.simulator.tenant import Tenant

RESULT_KINDS = ("succeeded", "errored", "canceled", "expired")
EXPIRY_S = 24 * 3600.0
RETENTION_S = 29 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one item: the `result` as the API writes it, with its `type`."""

    custom_id: str
    result: dict[str, Any]


@dataclass(slots=True)
class Batch:
    """A batch. Times are seconds of the stand-in's clock.

    `number` counts the batches of a run; `takes_s` is how long it would need. `results` is None until it has ended.
    """

    id: str
    number: int
    tenant: Tenant
    items: tuple[BatchItem, ...]
    created: float
    takes_s: float
    canceled: float | None = None
    results: tuple[ItemResult, ...] | None = None

    @property
    def ends(self) -> float:
        """When it ends, or has ended: when all is done, when it is cancelled, or after 24 hours."""
        done = self.created + min(self.takes_s, EXPIRY_S)
        return done if self.canceled is None else min(done, self.canceled)

    @property
    def processed(self) -> int:
        """How many items are processed by then; they take their turns in order, evenly over the time it takes."""
        if self.ends >= self.created + self.takes_s:
            return len(self.items)
        return int(len(self.items) * (self.ends - self.created) / self.takes_s)

    def results_end(self) -> float:
        """When its results are gone."""
        return self.created + RETENTION_S

    def shown(self, now: float, calendar: Callable[[float], datetime], results_url: str) -> dict[str, Any]:
        """The batch as the API shows it; its counts tell nothing until it has ended."""

        def date(moment: float | None) -> str | None:
            if moment is None:
                return None
            return calendar(moment).isoformat(timespec="microseconds").replace("+00:00", "Z")

        ended = self.results is not None
        counted = Counter(one.result["type"] for one in self.results or ())
        status = "ended" if ended else "in_progress" if self.canceled is None else "canceling"
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": status,
            "request_counts": {
                "processing": 0 if ended else len(self.items),
                **{kind: counted[kind] for kind in RESULT_KINDS},
            },
            "created_at": date(self.created),
            "expires_at": date(self.created + EXPIRY_S),
            "ended_at": date(self.ends) if ended else None,
            "cancel_initiated_at": date(self.canceled),
            "archived_at": date(self.results_end()) if now >= self.results_end() else None,
            "results_url": results_url if ended else None,
        }

    def lines(self) -> bytes:
        """The results as JSON lines, in an order that is not that of the requests."""
        results = self.results or ()
        mixed = sorted(results, key=lambda one: hashlib.sha256(f"{self.number} {one.custom_id}".encode()).digest())
        if len(mixed) > 1 and tuple(mixed) == results:
            mixed.reverse()
        return b"".join(_line({"custom_id": one.custom_id, "result": one.result}) for one in mixed)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"
