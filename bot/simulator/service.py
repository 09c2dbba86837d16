"""One live request's way through the stand-in, without HTTP: judged, admitted, answered, charged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bot.simulator.api_error import invalid
from bot.simulator.engine import Engine
from bot.simulator.faults import IN_STREAM, Fault, Faults, Stage, door_error
from bot.simulator.limits import RateLimiter
from bot.simulator.prefix import input_tokens
from bot.simulator.request import Request
from bot.simulator.tenant import Tenant
from bot.simulator.turn import Turn
from bot.simulator.validate import read_request

_COUNT_TOKENS_CLASS = "count_tokens"


class Service:
    """Faults and rate limits at the door, and what is done with a request body behind it."""

    def __init__(self, engine: Engine, faults: Faults, limiter: RateLimiter) -> None:
        self._engine = engine
        self._faults = faults
        self._limiter = limiter

    def count(self, body: bytes, tenant: Tenant) -> dict[str, int]:
        """The answer to a body of `count_tokens`. Raises ApiError."""
        request = read_request(parsed(body), tenant, counting=True)
        self._limiter.admit(tenant.organization, _COUNT_TOKENS_CLASS, 0)
        return {"input_tokens": input_tokens(request)}

    def admit(self, body: bytes, tenant: Tenant, seen: Callable[[Request, Fault | None], None]) -> Turn:
        """Judge, admit and answer a request. `seen` hears what was asked as soon as the body is found good.

        Raises ApiError where the request is refused, by its own fault or by a scripted one.
        """
        request = read_request(parsed(body), tenant)
        fault = self._draw(request)
        seen(request, fault)
        if fault is not None and fault.stage is Stage.DOOR:
            raise door_error(fault)
        plan = self._engine.plan(request)
        self._limiter.admit(tenant.organization, request.model.limit_class, plan.limited_tokens)
        return self._engine.answer(plan, fault)

    def begin(self, turn: Turn) -> dict[str, str]:
        """The answer begins: what it wrote can be read from now on. Returns the rate-limit headers."""
        request = turn.request
        self._engine.begin(turn)
        self._limiter.generated(request.tenant.organization, request.model.limit_class, turn.answer.output_tokens)
        return self._limiter.headers(request.tenant.organization, request.model.limit_class)

    def _draw(self, request: Request) -> Fault | None:
        fault = self._faults.draw()
        if fault is not None and fault.kind in IN_STREAM and not request.stream:
            return Fault(IN_STREAM[fault.kind])
        return fault


def parsed(body: bytes) -> Any:
    """A body as JSON. Raises ApiError (400)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise invalid("The request body is not valid JSON") from None
