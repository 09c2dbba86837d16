"""Reviews by batch on GitHub: handed in on a push, collected on a schedule, whatever happens in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.adapters.github import api
from bot.cli.main import app
from bot.errors import HunkwiseError, WrongUsage
from bot.simulator.server import Simulator
from tests.e2e import shop
from tests.e2e.github import StandIn, views
from tests.e2e.github.state import JOB_TOKEN
from tests.e2e.job import API_KEY, Job, Run
from tests.e2e.standing import findings, lines_now, places, remembered, shown, summary


def scheduled(job: Job, github: StandIn) -> Run:
    """The run that collects for the whole repository."""
    payload: dict[str, Any] = {
        "schedule": "17 * * * *",
        "repository": views.repository(github.url, github.state.repo),
        "workflow": ".github/workflows/hunkwise-collect.yml",
    }
    return job.run("schedule", payload, on_incomplete="warn")


def handed_in(claude: Simulator) -> int:
    """How many requests the stand-in was given in batches."""
    return int(claude.totals["batch"]["requests"])


def paid(claude: Simulator) -> int:
    """All tokens that the stand-in has charged for in batches."""
    usage = claude.totals["batch"]["delivered"]
    return int(sum(usage.values()) - usage["thinking_tokens"])


def test_what_is_handed_in_is_posted_to_the_head_that_stands_when_it_comes(
    github: StandIn, claude: Simulator, job: Job
) -> None:
    """Lines that moved are found again, a hunk that changed is paid for and not commented on, and the rest waits."""
    job.inputs |= {"mode": "batch", "on-incomplete": "warn"}
    github.git.commit("main", {"cart.py": shop.module(shop.sound("first"), shop.sound("discount"))})
    cart = shop.module(shop.sound("first"), shop.catching("discount"))
    pull = github.open("feature", {"cart.py": cart, "pay.py": shop.module(shop.comparing("parcels"))})
    first = job.on(pull)
    assert (first.code, first.outputs["status"]) == (0, "partial"), first.log
    assert {one["reason"] for one in first.receipt["coverage"]["skipped"]} == {"waits in a batch"}
    assert first.outputs["cost-usd"] == "0"
    assert Decimal(first.receipt["cost"]["unsettled_usd"]) > 0
    assert findings(github, pull) == []
    assert "waits in a batch" in shown(summary(github, pull).body)
    asked = handed_in(claude)
    assert asked >= 1

    changed = shop.module(shop.comparing("letters"))
    github.git.commit("feature", {"pay.py": changed, "cart.py": b"import os\nimport sys\n" + cart})
    second = job.on(pull, "synchronize")
    assert second.outputs["status"] == "partial", second.log
    assert handed_in(claude) == asked + 1, "only what changed is handed in anew"
    waiting = [one["path"] for one in second.receipt["coverage"]["skipped"]]
    assert sorted(waiting) == ["cart.py", "cart.py", "pay.py"]

    came = scheduled(job, github)
    assert came.code == 0, came.log
    assert sorted({path for path, _, _ in places(github, pull)}) == ["cart.py", "pay.py"]
    assert lines_now(github, pull) == [shop.BARE_EXCEPT, shop.IS_LITERAL]
    assert remembered(summary(github, pull))["open"] == []
    assert remembered(summary(github, pull))["spent"][0] == paid(claude)
    assert "hunkwise:intents" not in summary(github, pull).body


@pytest.fixture
def laptop(github: StandIn, claude: Simulator, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, Any]]:
    """Runs a command as on a laptop that may post: its exit code, and what it printed as JSON."""
    for name, value in {
        "GITHUB_TOKEN": JOB_TOKEN,
        "GITHUB_API_URL": github.url,
        "ANTHROPIC_API_KEY": API_KEY,
        "ANTHROPIC_BASE_URL": claude.base_url,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(api, "Pace", partial(api.Pace, between_writes=0.0))  # the stand-in needs no rest

    def run(*arguments: str) -> tuple[int, Any]:
        done = CliRunner().invoke(app, [*arguments, "--format", "json"])
        if isinstance(done.exception, HunkwiseError):
            raise done.exception
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, json.loads(done.stdout) if done.stdout else None

    return run


def test_a_laptop_does_the_same(github: StandIn, claude: Simulator, laptop: Callable[..., tuple[int, Any]]) -> None:
    """Hand in, look, collect for the repository, hand in and wait, want back: all of it on one summary comment."""
    pull = github.open("feature", {"cart.py": shop.module(shop.catching("discount"))})
    name, repo = f"{github.state.repo}#{pull.number}", github.state.repo
    code, receipt = laptop("batch", "submit", "--pr", name, "--quiet")
    assert (code, receipt["status"]) == (0, "partial")
    code, [pending] = laptop("batch", "status", "--repo", repo)
    assert (code, pending["hunks"], pending["target"]["pull_request"]) == (0, 1, pull.number)
    assert laptop("batch", "status", "--pr", name)[1] == [pending]
    with pytest.raises(WrongUsage, match="settles"):
        laptop("batch", "collect", "--repo", repo)
    code, receipt = laptop("batch", "collect", "--repo", repo, "--post", "--quiet")
    assert (code, receipt["status"], len(findings(github, pull))) == (0, "findings", 1)

    github.git.commit("feature", {"pay.py": shop.module(shop.comparing("parcels"))})
    with pytest.raises(WrongUsage, match="must be posted to"):
        laptop("review", "--pr", name, "--mode", "batch", "--quiet")
    code, receipt = laptop("review", "--pr", name, "--mode", "batch", "--post", "--quiet")
    assert (code, receipt["status"], len(findings(github, pull))) == (0, "findings", 2)
    assert receipt["coverage"]["reused"] == 1

    github.git.commit("feature", {"tax.py": shop.module(shop.catching("rate"))})
    laptop("batch", "submit", "--pr", name, "--quiet")
    code, receipt = laptop("batch", "cancel", "--pr", name, "--quiet")
    assert laptop("batch", "status", "--pr", name) == (0, [])
    state = remembered(summary(github, pull))
    assert (state["open"], state["spent"][0]) == ([], paid(claude))
