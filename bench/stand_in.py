"""A review in this process against the stand-in over HTTP, seen from both sides."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.adapters.prompt_files import load_prompts
from bot.app.options import Options
from bot.app.prepare import prepare
from bot.app.review import review
from bot.app.target import Target
from bot.bootstrap.access import Access
from bot.bootstrap.desk import desk_for
from bot.bootstrap.plan import Plan
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

ROOT = Path(__file__).parents[1]
MESSAGES = "/v1/messages"


@dataclass(frozen=True, slots=True)
class Run:
    """A review: its receipt, the most that one attempt set aside, and what the server saw of `/v1/messages`."""

    receipt: Receipt
    largest: Amount
    requests: tuple[RequestRecord, ...]


class Nobody:
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
        receipt, asked = _review(plan, simulator.base_url, before or Amount())
        requests = tuple(record for record in simulator.log if record.endpoint == MESSAGES)
    return Run(receipt, _largest(asked, plan.prices), requests)


def review_at(base_url: str, plan: Plan) -> Receipt:
    """Run a plan against a stand-in that serves already."""
    return _review(plan, base_url, Amount())[0]


@contextmanager
def served_apart(*flags: str) -> Iterator[str]:
    """The base URL of a stand-in in a process of its own, which shares neither interpreter lock nor processor time."""
    command = [sys.executable, "-m", "bot", "simulate", "--port", "0", *flags]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        try:
            yield _address(server)
        finally:
            server.terminate()


def log_of(base_url: str) -> list[dict[str, Any]]:
    """Every request to `/v1/messages` as the stand-in at this address saw it."""
    with urllib.request.urlopen(f"{base_url}/_simulator/log") as response:  # noqa: S310 - an address of our own
        records = json.load(response)
    return [record for record in records if record["endpoint"] == MESSAGES]


def _address(server: subprocess.Popen[str]) -> str:
    for line in server.stderr or ():
        if found := re.search(r"http://\S+", line):
            return found[0]
    raise RuntimeError("the stand-in did not start")


def _review(plan: Plan, base_url: str, before: Amount) -> tuple[Receipt, list[ModelRequest]]:
    with desk_for(plan, Access("bench", base_url), Nobody(), threading.Event()) as desk:
        noting = _Noting(desk.provider)
        noted = replace(desk, provider=noting)
        return review(plan.prepared, plan.options, plan.templates, noted, before), noting.asked


def _largest(asked: list[ModelRequest], prices: PriceList) -> Amount:
    sizes = [one.prefix_tokens + sum(bound_tokens(block) for block in one.hunks) for one in asked]
    reserved = [worst_case(one, size, prices) for one, size in zip(asked, sizes, strict=True)]
    return max(reserved, key=lambda amount: amount.usd, default=Amount())
