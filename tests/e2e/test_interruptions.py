"""A run ends in the middle of paying: the money is settled within seconds, or counted as gone."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.e2e import events, shop
from tests.e2e.github import StandIn
from tests.e2e.job import Job, stop
from tests.e2e.standing import remembered, shown, summary

FAULTY = {"pay.py": shop.module(shop.catching("charge"))}
_PATIENCE = 60


@pytest.fixture
def slow() -> Iterator[Simulator]:
    """A model that takes ten minutes to begin its answer."""
    with Simulator(SimulatorOptions(time_to_first_token_s=600)) as simulator:
        yield simulator


def until_paying(model: Simulator) -> None:
    """Wait for the first request that will cost something."""
    deadline = time.monotonic() + _PATIENCE
    while not any(record.endpoint == "/v1/messages" for record in model.log):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_cancelled_job_settles_what_it_may_have_spent(github: StandIn, slow: Simulator, job: Job) -> None:
    """SIGTERM, after which GitHub gives a job some seconds: no entry stays open, and the lost request is counted."""
    pull = github.open("feature", dict(FAULTY))
    job.claude_url = slow.base_url
    process, read = job.start("pull_request", events.pull_request(github, pull))
    until_paying(slow)
    began = time.monotonic()
    run = read(*stop(process, signal.SIGTERM))
    assert time.monotonic() - began < _PATIENCE  # on any machine; the answer would take ten times as long
    assert run.code == 130, run.log
    state = remembered(summary(github, pull))
    assert state["open"] == []
    assert Decimal(state["spent"][1]) > 0
    assert "pay.py" in shown(summary(github, pull).body)


def test_a_killed_job_leaves_an_entry_that_counts_as_spent(
    github: StandIn, claude: Simulator, slow: Simulator, job: Job
) -> None:
    """Nothing could be settled, so the next run takes the worst case for spent, says so, and reviews all the same."""
    pull = github.open("feature", dict(FAULTY))
    job.claude_url = slow.base_url
    process, _ = job.start("pull_request", events.pull_request(github, pull))
    until_paying(slow)
    stop(process, signal.SIGKILL)
    ((_, tokens, dollars, _),) = remembered(summary(github, pull))["open"]
    assert Decimal(dollars) > 0

    job.claude_url = claude.base_url
    run = job.on(pull, "synchronize")
    assert (run.code, run.outputs["status"]) == (0, "findings"), run.log
    budget = run.receipt["budget"]
    assert (budget["tokens"]["before"], budget["usd"]["before"]) == (tokens, dollars)
    assert len(remembered(summary(github, pull))["open"]) == 1
