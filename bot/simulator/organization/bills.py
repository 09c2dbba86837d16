"""What was charged, request by request, as the reports add it up: taken from the log, and from nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.simulator.log import BatchItemRecord, RequestLog, RequestRecord, UsageFigures

STANDARD = "standard"
BATCH = "batch"
CONTEXT_WINDOWS = ("0-200k", "200k-1M")
_SHORT = 200_000


@dataclass(frozen=True, slots=True)
class Bill:
    """One request that was charged. `workspace_id` is None for the default one, `api_key_id` where no key was used."""

    at: datetime
    organization: str
    workspace_id: str | None
    api_key_id: str | None
    model: str
    service_tier: str
    usage: UsageFigures

    @property
    def context_window(self) -> str:
        """How the report files a request by the length of its input."""
        used = self.usage
        read = used.input_tokens + used.cache_write_5m_tokens + used.cache_write_1h_tokens + used.cache_read_tokens
        return CONTEXT_WINDOWS[read > _SHORT]


def bills(log: RequestLog, organization: str | None) -> Iterator[Bill]:
    """Everything that the API itself charged an organisation (None: all of them); other platforms bill elsewhere."""
    charged: list[tuple[RequestRecord | BatchItemRecord, str]] = [
        *((record, STANDARD) for record in log.records() if record.platform == "anthropic"),
        *((record, BATCH) for record in log.batch_items()),
    ]
    for record, tier in charged:
        if organization is None or record.organization == organization:
            yield from _bill(record, tier)


def _bill(record: RequestRecord | BatchItemRecord, tier: str) -> Iterator[Bill]:
    if record.usage is None or record.model is None or record.billed is None:
        return
    yield Bill(
        datetime.fromtimestamp(record.billed, UTC),
        record.organization or "",
        record.workspace or None,
        record.key_id,
        record.model,
        tier,
        record.usage,
    )
