"""How the shared prompt of one model is cached in a run: decided before anything is asked, held against it after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.core.cache_plan import OFF, TTL_SECONDS
from bot.core.prefix_use import Earlier, PrefixUse
from bot.core.usage import Usage


@dataclass(frozen=True, slots=True)
class PrefixPlan:
    """The plan for the prefix of one model at one effort; sizes are estimates in tokens.

    The system prompt (with the schema) is shared by runs, the facts by the requests of this run; each has a breakpoint
    of its own where its time to live is not None. Without one behind the system prompt, the one behind the facts
    covers both. `requests` is how many of the plan share the prefix, `hunk_tokens` all that varies in them.
    `expected` are dollars a run by way of caching; `for_later` says that it pays only by the runs that follow, and
    `too_short` that the model would not cache it. `left_by` is the use whose entry should still be there, and
    `diagnosed` says that its first request asks the API why something was missed.
    """

    model: str
    key: str
    family: str
    requests: int
    system_tokens: int
    facts_tokens: int
    hunk_tokens: int = 0
    system_ttl: str | None = None
    facts_ttl: str | None = None
    why: str = ""
    expected: Mapping[str, Decimal] = field(default_factory=dict)
    for_later: bool = False
    too_short: bool = False
    least_tokens: int = 0
    earlier: Earlier = field(default_factory=Earlier)
    left_by: PrefixUse | None = None
    diagnosed: bool = False

    @property
    def cached(self) -> bool:
        """Whether anything of it is written or read."""
        return self.ttl != OFF

    @property
    def ttl(self) -> str:
        """The longest time to live it asks for, or 'off'."""
        asked = {self.system_ttl, self.facts_ttl} - {None}
        return max(asked, key=lambda ttl: TTL_SECONDS[ttl or ""], default=None) or OFF

    @property
    def previous_message_id(self) -> str | None:
        """The answer of an earlier run that the API is to compare with."""
        return self.earlier.newest.message_id if self.earlier.newest else None

    @property
    def drifted(self) -> bool:
        """Whether the last run that should have shared the prefix had another."""
        return self.earlier.newest is not None and self.earlier.newest.prefix != self.key

    def usage(self, system_tokens: int, facts_tokens: int, *, leads: bool) -> Usage:
        """What a request pays for a prefix of this size: the first one writes what is not there, the others read."""
        system_ttl, facts_ttl = self.system_ttl, self.facts_ttl
        if system_ttl is None and facts_ttl is not None:
            system_tokens, facts_tokens = 0, system_tokens + facts_tokens
        system = _part(system_tokens, system_ttl, written=leads and self.left_by is None)
        return system + _part(facts_tokens, facts_ttl, written=leads)

    @property
    def predicted(self) -> Usage:
        """The input of all planned requests: the first leads, the others follow, nothing fails."""
        if not self.requests:
            return Usage()
        led = self.usage(self.system_tokens, self.facts_tokens, leads=True)
        read = self.usage(self.system_tokens, self.facts_tokens, leads=False)
        followers = self.requests - 1
        return led + Usage(
            input_tokens=read.input_tokens * followers + self.hunk_tokens,
            cache_read_tokens=read.cache_read_tokens * followers,
        )


def _part(tokens: int, ttl: str | None, *, written: bool) -> Usage:
    if ttl is None:
        return Usage(input_tokens=tokens)
    if not written:
        return Usage(cache_read_tokens=tokens)
    return Usage(cache_write_5m_tokens=tokens) if ttl == "5m" else Usage(cache_write_1h_tokens=tokens)
