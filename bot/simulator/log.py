"""What the server saw and what it charged, request by request: the other side of every receipt."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class UsageFigures:
    """Tokens charged for one request, or for many, by the kinds that have a price of their own."""

    input_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0

    def __add__(self, other: UsageFigures) -> UsageFigures:
        return UsageFigures(*(getattr(self, name) + getattr(other, name) for name in _KINDS))


_LIMITED = 429
_KINDS = tuple(kind.name for kind in fields(UsageFigures))


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request as the server lived it. Times are monotonic seconds.

    `endpoint` is the API's own path on every platform. `asked_as` is the model's id as the platform's clients write it.
    `status` is the HTTP status, None where none was sent. `usage` is what is charged, None where nothing is;
    `delivered` is True where the whole answer was sent to a client that was still there. `admitted` is when the
    buckets of its organisation and `limit_class` let it in. `billed` is when it was charged, in seconds since 1970.
    """

    number: int
    request_id: str
    endpoint: str
    arrived: float
    platform: str = "anthropic"
    body_digest: str = ""
    body: bytes | None = None
    model: str | None = None
    asked_as: str | None = None
    streaming: bool = False
    status: int | None = None
    error: str | None = None
    fault: str | None = None
    begun: float | None = None
    ended: float | None = None
    usage: UsageFigures | None = None
    stop_reason: str | None = None
    delivered: bool = False
    organization: str | None = None
    workspace: str | None = None
    key_id: str | None = None
    limit_class: str | None = None
    admitted: float | None = None
    billed: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The record for `GET /_simulator/log`; bodies as text."""
        shown = asdict(self)
        if self.body is not None:
            shown["body"] = self.body.decode("utf-8", "replace")
        return shown


@dataclass(frozen=True, slots=True)
class BatchItemRecord:
    """One processed item of a batch. `result` is its type in the results; only what succeeded is charged.

    `billed` is when it was processed, in seconds since 1970.
    """

    batch_id: str
    custom_id: str
    model: str | None
    result: str
    usage: UsageFigures | None = None
    stop_reason: str | None = None
    organization: str | None = None
    workspace: str | None = None
    key_id: str | None = None
    billed: float | None = None


class RequestLog:
    """All requests in the order of their arrival; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: list[RequestRecord] = []
        self._batch_items: list[BatchItemRecord] = []

    def open(self, request_id: str, endpoint: str, arrived: float, platform: str = "anthropic") -> int:
        """A new record; returns its number."""
        with self._lock:
            number = len(self._records)
            self._records.append(RequestRecord(number, request_id, endpoint, arrived, platform))
            return number

    def note(self, number: int, **changes: Any) -> None:
        """Change fields of a record."""
        with self._lock:
            self._records[number] = replace(self._records[number], **changes)

    def records(self) -> tuple[RequestRecord, ...]:
        """Everything so far."""
        with self._lock:
            return tuple(self._records)

    def note_batch_item(self, item: BatchItemRecord) -> None:
        """A batch's item was processed, and charged if it succeeded."""
        with self._lock:
            self._batch_items.append(item)

    def batch_items(self) -> tuple[BatchItemRecord, ...]:
        """All processed items of batches, in the order of their processing."""
        with self._lock:
            return tuple(self._batch_items)

    def totals(self) -> dict[str, Any]:
        """Counts and usage for `GET /_simulator/totals`, by model and by platform; batches apart, at half the price.

        Within a platform, models stand under the ids that were asked for, since prices differ between regions.
        """
        asked = [record for record in self.records() if record.endpoint == "/v1/messages"]
        return {
            **_sums(asked),
            "by_model": _sums_by(asked, "model"),
            "by_platform": {
                name: {**_sums(records), "by_model": _sums_by(records, "asked_as")}
                for name, records in _grouped(asked, "platform").items()
            },
            "by_class": {name: _admissions(group) for name, group in _grouped(asked, "limit_class").items()},
            "by_status": _tally(str(record.status) for record in asked),
            "by_fault": _tally(record.fault for record in asked if record.fault),
            "batch": _batch_totals(self.batch_items()),
        }


def _batch_totals(items: tuple[BatchItemRecord, ...]) -> dict[str, Any]:
    models = sorted({item.model for item in items if item.model})
    return {
        "batches": len({item.batch_id for item in items}),
        **_batch_sums(items),
        "by_model": {model: _batch_sums([one for one in items if one.model == model]) for model in models},
        "by_result": _tally(item.result for item in items),
    }


def _batch_sums(items: Sequence[BatchItemRecord]) -> dict[str, Any]:
    return {"requests": len(items), "delivered": asdict(_add(items))}


def _sums(records: list[RequestRecord]) -> dict[str, Any]:
    charged = [record for record in records if record.usage is not None]
    return {
        "requests": len(records),
        "delivered": asdict(_add(record for record in charged if record.delivered)),
        "billed_not_delivered": asdict(_add(record for record in charged if not record.delivered)),
    }


def _admissions(records: list[RequestRecord]) -> dict[str, Any]:
    """How many requests the buckets let in and how many they refused with a 429, and from when to when they let in."""
    admitted = sorted(record.admitted for record in records if record.admitted is not None)
    return {
        "admitted": len(admitted),
        "limited": sum(record.status == _LIMITED and record.fault is None for record in records),
        "first_admitted": admitted[0] if admitted else None,
        "last_admitted": admitted[-1] if admitted else None,
    }


def _sums_by(records: list[RequestRecord], field: str) -> dict[str, dict[str, Any]]:
    return {name: _sums(group) for name, group in _grouped(records, field).items()}


def _grouped(records: list[RequestRecord], field: str) -> dict[str, list[RequestRecord]]:
    names = sorted({getattr(record, field) for record in records} - {None})
    return {name: [record for record in records if getattr(record, field) == name] for name in names}


def _add(records: Iterable[RequestRecord | BatchItemRecord]) -> UsageFigures:
    return sum((record.usage for record in records if record.usage is not None), UsageFigures())


def _tally(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return counts
