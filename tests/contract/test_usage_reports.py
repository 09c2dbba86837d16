"""What every UsageReports keeps to: the fake that other tests use, and the real adapter against the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import anthropic
import pytest
from anthropic.types import Message

from bot.adapters.anthropic import Access
from bot.adapters.anthropic.reports import ClaudeReports
from bot.core.cost.billed import Cell, Chosen, CostLine, UsageLine, added_up
from bot.core.pricing import PriceList, Tariff
from bot.core.usage import Usage
from bot.errors import HunkwiseError, ReportsLost, ReportsRefused
from bot.ports import UsageReports
from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.fakes import FakeClock
from tests.fakes_reports import FakeReports

BEGAN = datetime(2026, 10, 1, 9, tzinfo=UTC)
FIRST = BEGAN.date()
PRICES = PriceList(datetime(2026, 11, 26, tzinfo=UTC), {})
HAIKU, SONNET = "claude-haiku-5-5", "claude-sonnet-5-5"
ADMIN = "sk-ant-admin01-secret"
SYSTEM = [{"type": "text", "text": "s" * 6_000, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
HELLO: dict[str, Any] = {"max_tokens": 1_000, "messages": [{"role": "user", "content": "Hello"}], "system": SYSTEM}


class Days:
    """The stand-in's clock: seconds since BEGAN, which a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def to(self, day: int) -> None:
        """Go to that day, counted from the first."""
        self.seconds = timedelta(days=day).total_seconds()


Spent = dict[Cell, Usage]


def spend(simulator: Simulator, days: Days) -> Spent:
    """Ask on some days, live and in a batch; gives what the answers' own usage said."""
    spent: Spent = {}
    with anthropic.Anthropic(api_key="key", base_url=simulator.base_url, max_retries=0) as client:
        for day, model in ((0, HAIKU), (0, HAIKU), (1, SONNET), (40, HAIKU)):
            days.to(day)
            message: Message = client.messages.create(model=model, **HELLO)
            _count(spent, Cell(FIRST + timedelta(day), model, batch=False), message)
        requests: Any = [{"custom_id": "a", "params": {"model": SONNET, **HELLO}}]
        batch = client.messages.batches.create(requests=requests)
        for line in client.messages.batches.results(client.messages.batches.retrieve(batch.id).id):
            assert line.result.type == "succeeded"
            _count(spent, Cell(FIRST + timedelta(40), SONNET, batch=True), line.result.message)
    return spent


def _count(spent: Spent, cell: Cell, message: Message) -> None:
    used = message.usage
    assert used.cache_creation is not None
    spent[cell] = spent.get(cell, Usage()) + Usage(
        used.input_tokens,
        used.cache_creation.ephemeral_5m_input_tokens,
        used.cache_creation.ephemeral_1h_input_tokens,
        used.cache_read_input_tokens or 0,
        used.output_tokens,
    )


@contextmanager
def fake() -> Iterator[tuple[UsageReports, Spent]]:
    """The fake, with what it was told."""
    cells = {Cell(FIRST + timedelta(n), HAIKU, batch=n == 1): Usage(input_tokens=10_000 * (n + 1)) for n in (0, 1, 40)}
    reports = FakeReports()
    for cell, usage in cells.items():
        usd = PRICES.cost(HAIKU, usage, Tariff(batch=cell.batch))
        reports.usages.append(UsageLine(cell.day, HAIKU, cell.mode, None, None, usage))
        reports.charges.append(CostLine(cell.day, HAIKU, cell.mode, None, "input_tokens", "", usd))
    yield reports, cells


@contextmanager
def real() -> Iterator[tuple[UsageReports, Spent]]:
    """The adapter, and what was really spent."""
    days = Days()
    with Simulator(SimulatorOptions(), now=days, began=BEGAN) as simulator:
        spent = spend(simulator, days)
        reports = ClaudeReports(Access(ADMIN, simulator.base_url), FakeClock())
        try:
            yield reports, spent
        finally:
            reports.close()


Making = Callable[[], AbstractContextManager[tuple[UsageReports, Spent]]]


@pytest.fixture(params=[fake, real], ids=["fake", "real"])
def making(request: pytest.FixtureRequest) -> Making:
    """A way to make one."""
    made: Making = request.param
    return made


def test_tokens_and_dollars_are_those_of_the_answers(making: Making) -> None:
    """Over more days than a page holds, each day, model and mode costs what its answers' usage does by our list."""
    with making() as (reports, spent):
        last = FIRST + timedelta(days=40)
        billed = added_up(reports.usage(FIRST, last), reports.costs(FIRST, last), Chosen())
    assert {cell: bill.usage for cell, bill in billed.cells.items()} == spent
    dollars = {cell: PRICES.cost(cell.model, usage, Tariff(batch=cell.batch)) for cell, usage in spent.items()}
    assert {cell: bill.usd for cell, bill in billed.cells.items()} == dollars


def test_only_the_days_that_were_asked_for_are_given(making: Making) -> None:
    """Both ends are included."""
    with making() as (reports, _):
        for lines in (reports.usage(FIRST, FIRST), reports.costs(FIRST, FIRST)):
            assert {line.day for line in lines} == {FIRST}
        second = FIRST + timedelta(days=1)
        assert {line.day for line in reports.usage(second, second + timedelta(days=1))} == {second}
        assert list(reports.usage(date(2020, 1, 1), date(2020, 2, 1))) == []


def failing(words: str, *, key: str = ADMIN, path: str = "") -> tuple[HunkwiseError, list[float]]:
    """How a report fails, and how long was waited before."""
    clock = FakeClock()
    with Simulator(SimulatorOptions(script=tuple(words.split()))) as simulator:
        reports = ClaudeReports(Access(key, simulator.base_url + path), clock)
        with pytest.raises(HunkwiseError) as raised:
            reports.usage(FIRST, FIRST)
        reports.close()
    assert key not in f"{raised.value} {raised.value.next_step}", "no error tells the key"
    return raised.value, clock.slept


def test_an_ordinary_key_is_told_which_key_is_meant() -> None:
    """The API says no more than that the key is invalid, though it works for messages."""
    error, slept = failing("", key="sk-ant-api03-secret")
    assert isinstance(error, ReportsRefused)
    assert "may not read the usage and cost report (401" in error.message
    assert "An ordinary API key cannot" in error.next_step
    assert slept == []
    error, _ = failing("usage_report/403")
    assert isinstance(error, ReportsRefused)
    assert "(403" in error.message


def test_an_address_without_reports_is_named() -> None:
    """A gateway answers 404 there: the address is to be checked, not the key."""
    error, _ = failing("", path="/gateway")
    assert isinstance(error, ReportsRefused)
    assert "There is no usage and cost report at http://127.0.0.1" in error.message
    assert "gateways have not" in error.next_step


def test_a_limit_is_waited_for_as_the_api_says() -> None:
    """Twice; then whoever asks is told when to come back."""
    error, slept = failing("usage_report/429:7 usage_report/429:5 usage_report/429:9")
    assert isinstance(error, ReportsLost)
    assert "come back in 9 s" in error.message
    assert slept == [7.0, 5.0]
    error, slept = failing("usage_report/429:3600")
    assert "come back in 3600 s" in error.message
    assert slept == [], "nobody waits for an hour"


def test_a_passing_failure_is_asked_again() -> None:
    """A server error and a lost connection, and the report is there."""
    clock, words = FakeClock(), ("usage_report/500", "usage_report/reset")
    with Simulator(SimulatorOptions(script=words)) as simulator:
        reports = ClaudeReports(Access(ADMIN, simulator.base_url), clock)
        assert reports.usage(FIRST, FIRST) == []
        reports.close()
    assert clock.slept == [2.0, 4.0]
    error, _ = failing("usage_report/500 usage_report/502 usage_report/529")
    assert isinstance(error, ReportsLost)
    assert "nothing was changed" in error.next_step


def test_a_key_gets_the_usage_of_its_organisation_by_key_and_workspace() -> None:
    """The lines name keys and workspaces, so that one's own can be told from the others."""
    options = SimulatorOptions(organizations=(f"one=a,two=a,three=b,{ADMIN}=a",))
    with Simulator(options, began=BEGAN) as simulator:
        for key, workspace in (("one", None), ("two", "wrkspc_x"), ("three", None)):
            headers = {"anthropic-workspace-id": workspace} if workspace else {}
            with anthropic.Anthropic(api_key=key, base_url=simulator.base_url, default_headers=headers) as client:
                client.messages.create(model=HAIKU, **HELLO)
        reports = ClaudeReports(Access(ADMIN, simulator.base_url), FakeClock())
        usages, costs = reports.usage(FIRST, FIRST), reports.costs(FIRST, FIRST)
        reports.close()
    assert sorted(line.workspace_id or "" for line in usages) == ["", "wrkspc_x"]
    keys = {line.key_id for line in usages}
    assert len(keys) == len(usages)
    assert all(key is not None and key.startswith("apikey_") for key in keys)
    assert {line.workspace_id for line in costs} == {None, "wrkspc_x"}
    everything = added_up(usages, costs, Chosen())
    one = added_up(usages, costs, Chosen(keys=frozenset(key for key in keys if key)))
    assert one.cells == everything.cells
    assert sum((bill.usd for bill in everything.cells.values()), Decimal(0)) > 0
