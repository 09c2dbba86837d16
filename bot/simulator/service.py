"""One request's way through the stand-in, without HTTP: judged, admitted, answered, charged."""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.simulator.answer import Answer, compose
from bot.simulator.api_error import invalid
from bot.simulator.cache import CacheUse, PrefixCache
from bot.simulator.diagnostics import Diagnostics
from bot.simulator.faults import IN_STREAM, Fault, Faults, Stage, door_error
from bot.simulator.limits import Limits, RateLimiter
from bot.simulator.log import UsageFigures
from bot.simulator.model_rules import check_context
from bot.simulator.options import SimulatorOptions
from bot.simulator.prefix import PrefixBlock, input_tokens, prefix_blocks
from bot.simulator.request import Request
from bot.simulator.validate import read_request

_COUNT_TOKENS_CLASS = "count_tokens"


@dataclass(frozen=True, slots=True)
class Turn:
    """A request that was admitted and is charged, with all that will be answered."""

    message_id: str
    request: Request
    use: CacheUse
    answer: Answer
    cacheable: int
    diagnostics: dict[str, Any] | None
    fault: Fault | None

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


class Service:
    """Everything the stand-in remembers, and what it does with a request body."""

    def __init__(self, options: SimulatorOptions, now: Callable[[], float]) -> None:
        self._options = options
        self._faults = Faults(options.script, options.faults, options.seed)
        self._cache = PrefixCache(now)
        self._diagnostics = Diagnostics()
        self._limiter = RateLimiter(
            Limits(options.requests_per_minute, options.input_tokens_per_minute, options.output_tokens_per_minute), now
        )
        self._run = secrets.token_hex(6)
        self._ids = itertools.count(1)

    def new_id(self, kind: str) -> str:
        """An id that no other run of a stand-in gives out: `msg_...`, `req_...`."""
        return f"{kind}_sim{self._run}{next(self._ids):06d}"

    def count(self, body: bytes, tenant: str) -> int:
        """Input tokens of a body of `count_tokens`. Raises ApiError."""
        request = read_request(_parsed(body), tenant, counting=True)
        self._limiter.admit(tenant, _COUNT_TOKENS_CLASS, 0)
        return input_tokens(request)

    def admit(self, body: bytes, tenant: str, seen: Callable[[Request, Fault | None], None]) -> Turn:
        """Judge, admit and answer a request. `seen` hears what was asked as soon as the body is found good.

        Raises ApiError where the request is refused, by its own fault or by a scripted one.
        """
        request = read_request(_parsed(body), tenant)
        fault = self._draw(request.stream)
        seen(request, fault)
        if fault is not None and fault.stage is Stage.DOOR:
            raise door_error(fault)
        blocks = prefix_blocks(request)
        check_context(request, blocks[-1].total)
        use = self._cache.use(blocks, request.model.min_cacheable)
        self._limiter.admit(tenant, request.model.limit_class, blocks[-1].total - use.read_tokens)
        self._cache.refresh(use)
        return Turn(
            message_id=self.new_id("msg"),
            request=request,
            use=use,
            answer=compose(request, self._options.thinking_scale, fault.kind if fault else None),
            cacheable=_cacheable(blocks),
            diagnostics=self._diagnostics.explain(request, use.read_tokens),
            fault=fault,
        )

    def begin(self, turn: Turn) -> dict[str, str]:
        """The answer begins: what it wrote can be read from now on. Returns the rate-limit headers."""
        request = turn.request
        self._cache.commit(turn.use)
        self._diagnostics.remember(turn.message_id, request, turn.cacheable)
        self._limiter.generated(request.tenant, request.model.limit_class, turn.answer.output_tokens)
        return self._limiter.headers(request.tenant, request.model.limit_class)

    def _draw(self, streaming: bool) -> Fault | None:  # noqa: FBT001 - the request's own field
        fault = self._faults.draw()
        if fault is not None and fault.kind in IN_STREAM and not streaming:
            return Fault(IN_STREAM[fault.kind])
        return fault


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise invalid("The request body is not valid JSON") from None


def _cacheable(blocks: tuple[PrefixBlock, ...]) -> int:
    return max((block.total for block in blocks if block.ttl is not None), default=0)
