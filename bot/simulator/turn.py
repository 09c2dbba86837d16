"""A request that was admitted and is charged, with all that will be answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.simulator.answer import Answer
from bot.simulator.cache import CacheUse
from bot.simulator.faults import Fault
from bot.simulator.log import UsageFigures
from bot.simulator.request import Request


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered request. `cacheable` is its input up to the last breakpoint, in tokens."""

    message_id: str
    request: Request
    use: CacheUse
    answer: Answer
    cacheable: int
    diagnostics: dict[str, Any] | None
    fault: Fault | None = None
    service_tier: str = "standard"

    @property
    def charge(self) -> UsageFigures:
        """What the request is charged."""
        return UsageFigures(
            input_tokens=self.use.uncached_tokens,
            cache_write_5m_tokens=self.use.write_5m_tokens,
            cache_write_1h_tokens=self.use.write_1h_tokens,
            cache_read_tokens=self.use.read_tokens,
            output_tokens=self.answer.output_tokens,
            thinking_tokens=self.answer.thinking_tokens,
        )

    @property
    def finds_no_prefix(self) -> bool:
        """Whether it writes a prefix and reads none: the first of its kind."""
        return bool(self.use.writes) and not self.use.read
