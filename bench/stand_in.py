"""A review in this process against the stand-in over HTTP, seen from both sides."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.adapters.prompt_files import load_prompts
from bot.app.options import Options
from bot.app.prepare import prepare
from bot.app.review import review
from bot.app.target import Target
from bot.bootstrap.desk import Access, Plan, desk_for
from bot.core.budget import Amount, worst_case
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.diff.read import read_diff
from bot.core.pricing import PriceList
from bot.core.progress import Event
from bot.core.prompt.templates import Templates
from bot.core.receipt import Receipt, TargetFacts
from bot.core.tokens import bound_tokens
from bot.ports import Provider
from bot.simulator.log import RequestRecord
from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator


@dataclass(frozen=True, slots=True)
class Run:
    """A review: its receipt, the most that one attempt set aside, and what the server saw of `/v1/messages`."""

    receipt: Receipt
    largest: Amount
    requests: tuple[RequestRecord, ...]


class _Nobody:
    """An Observer that looks away."""

    def on(self, event: Event) -> None:
        """Nothing."""


class _Noting:
    """A Provider that notes what was asked."""

    def __init__(self, inner: Provider) -> None:
        self._inner = inner
        self.asked: list[ModelRequest] = []

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """Note and ask."""
        self.asked.append(request)
        return self._inner.ask(request, begun)


def plan_for(diff: bytes, options: Options) -> Plan:
    """The plan of a bare diff."""
    templates = Templates(load_prompts())
    prepared = prepare(Target(TargetFacts("diff"), read_diff(diff)), options, templates)
    return Plan(prepared, options, templates, PriceList(datetime.now(UTC), options.prices))


def run(plan: Plan, server: SimulatorOptions, before: Amount | None = None) -> Run:
    """Run a plan against a stand-in of its own; `before` is what earlier runs spent."""
    with Simulator(server) as simulator:
        with desk_for(plan, Access("bench", simulator.base_url), _Nobody(), threading.Event()) as desk:
            noting = _Noting(desk.provider)
            noted = replace(desk, provider=noting)
            receipt = review(plan.prepared, plan.options, plan.templates, noted, before or Amount())
        requests = tuple(record for record in simulator.log if record.endpoint == "/v1/messages")
    return Run(receipt, _largest(noting.asked, plan.prices), requests)


def _largest(asked: list[ModelRequest], prices: PriceList) -> Amount:
    sizes = [one.prefix_tokens + sum(bound_tokens(block) for block in one.hunks) for one in asked]
    reserved = [worst_case(one, size, prices) for one, size in zip(asked, sizes, strict=True)]
    return max(reserved, key=lambda amount: amount.usd, default=Amount())
