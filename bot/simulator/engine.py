"""What becomes of a good request, live or in a batch: it meets the cache, is answered, and is remembered."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.simulator.answer import compose
from bot.simulator.cache import CacheUse, PrefixCache, Sight
from bot.simulator.diagnostics import Diagnostics
from bot.simulator.faults import Fault
from bot.simulator.model_rules import check_context
from bot.simulator.options import SimulatorOptions
from bot.simulator.prefix import PrefixBlock, prefix_blocks
from bot.simulator.request import Request
from bot.simulator.turn import Turn


@dataclass(frozen=True, slots=True)
class Plan:
    """A request in front of the cache: what it would read and write. Nothing has changed yet."""

    request: Request
    blocks: tuple[PrefixBlock, ...]
    use: CacheUse

    @property
    def limited_tokens(self) -> int:
        """Input that counts against the rate limit: all but what is read from the cache."""
        return self.blocks[-1].total - self.use.read_tokens

    @property
    def cacheable(self) -> int:
        """Input up to the last breakpoint."""
        return max((block.total for block in self.blocks if block.ttl is not None), default=0)


class Engine:
    """The cache, the memory of past requests, and the reviewer; live requests and batches share it."""

    def __init__(self, options: SimulatorOptions, now: Callable[[], float]) -> None:
        self._thinking_scale = options.thinking_scale
        self._now = now
        self._cache = PrefixCache(now)
        self._diagnostics = Diagnostics()
        self._run = secrets.token_hex(6)
        self._ids = itertools.count(1)

    def new_id(self, kind: str) -> str:
        """An id that no other run of a stand-in gives out: `msg_...`, `req_...`."""
        return f"{kind}_sim{self._run}{next(self._ids):06d}"

    def plan(self, request: Request, sight: Sight | None = None) -> Plan:
        """What the request finds in the cache. Raises ApiError (400) where it is longer than the context."""
        blocks = prefix_blocks(request)
        check_context(request, blocks[-1].total)
        return Plan(request, blocks, self._cache.use(blocks, request.model.min_cacheable, sight))

    def answer(
        self, plan: Plan, fault: Fault | None = None, *, service_tier: str = "standard", at: float | None = None
    ) -> Turn:
        """Answer; from here on the request is charged, and what it read lives on. `at` as for `begin`."""
        self._cache.refresh(plan.use, at)
        return Turn(
            message_id=self.new_id("msg"),
            request=plan.request,
            use=plan.use,
            answer=compose(plan.request, self._thinking_scale, fault.kind if fault else None),
            cacheable=plan.cacheable,
            diagnostics=self._diagnostics.explain(plan.request, plan.use.read_tokens),
            fault=fault,
            service_tier=service_tier,
        )

    def begin(self, turn: Turn, at: float | None = None) -> None:
        """The answer begins, now or at a moment of the clock that has passed: what it wrote can be read."""
        self._cache.commit(turn.use, at)
        self._diagnostics.remember(turn.message_id, turn.request, turn.cacheable)
