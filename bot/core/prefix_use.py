"""What runs know of each other's prompts: when one was asked, and by which message the API may say why it was missed.

Nothing here holds a text of a change: a prefix is known by its hash, and what is hashed is ours and the base's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.cache_plan import TTL_SECONDS

_MARGIN_SECONDS = 60.0
"""An entry that lives no longer than this is not counted on: the first request may take that long to arrive."""

NEWEST_USES = 50
"""So many uses tell of habits; older ones tell of habits that were."""


@dataclass(frozen=True, slots=True)
class PrefixUse:
    """One run's use of a prefix.

    `prefix` is its hash (`prefix_hash`), `family` the hash of what it was made from: runs of one family should share
    one prefix. `began` and `last` are the times of the run's first and last request with it (aware, in UTC). `ttl` is
    the time to live that was asked for it, None for none. `message_id` is the answer that the API can compare with.
    """

    prefix: str
    family: str
    began: datetime
    last: datetime
    requests: int
    ttl: str | None
    message_id: str | None = None

    def lives_at(self, now: datetime) -> bool:
        """Whether what it left in the cache should still be there, with a margin."""
        age = (now - self.last).total_seconds()
        return self.ttl is not None and age < TTL_SECONDS[self.ttl] - _MARGIN_SECONDS


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of earlier runs: uses of a prefix, oldest first, and the newest use in its family.

    `note` is a sentence about what could not be read, or ''.
    """

    uses: tuple[PrefixUse, ...] = ()
    newest: PrefixUse | None = None
    note: str = ""

    def gaps(self, now: datetime) -> tuple[float, ...]:
        """Seconds from each run's last request to the next one's first, up to a run that begins now."""
        uses = sorted(self.uses, key=lambda use: use.began)[-NEWEST_USES:]
        begins = [*(use.began for use in uses[1:]), now]
        return tuple(max(0.0, (began - use.last).total_seconds()) for use, began in zip(uses, begins, strict=False))

    def living(self, now: datetime) -> PrefixUse | None:
        """The newest use whose entry should still be in the cache."""
        alive = [use for use in self.uses if use.lives_at(now)]
        return max(alive, key=lambda use: use.last, default=None)


def prefix_hash(model: str, effort: str | None, thinking: str | None, schema: Mapping[str, Any], system: str) -> str:
    """SHA-256 (hex) of all that keeps a cached system prompt apart from another."""
    return hash_of([model, effort, thinking, schema, system])


def hash_of(parts: Sequence[Any]) -> str:
    """SHA-256 (hex) of JSON values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
