"""Routing as whole runs see it: what triage leaves out stays out for nothing, and a cascade posts what stands."""

from __future__ import annotations

from collections import Counter

from bot.simulator.server import Simulator
from tests.e2e import shop
from tests.e2e.github import StandIn
from tests.e2e.job import Job, Run
from tests.e2e.standing import findings, shown, summary


def features(run: Run) -> Counter[str]:
    """How many calls each step of a run made."""
    return Counter(call["feature"] for call in run.receipt["calls"])


def left_out(run: Run) -> list[tuple[str, str]]:
    """What a run left out, and why."""
    return [(one["path"], one["reason"]) for one in run.receipt["coverage"]["skipped"]]


def test_what_triage_left_out_costs_nothing_on_later_pushes(github: StandIn, claude: Simulator, job: Job) -> None:
    """Unchanged, it is not sorted again, and is listed for what it is: left out, and not reviewed."""
    job.inputs["routing"] = "triage"
    pull = github.open("feature", {"guide.md": b"Some words.\n", "cart.py": shop.module(shop.catching("discount"))})
    first = job.on(pull)
    assert (first.code, first.outputs["status"]) == (0, "findings"), first.log
    assert left_out(first) == [("guide.md", "triage")]
    assert features(first) == {"triage": 1, "review": 1}
    assert "triage" in shown(summary(github, pull).body)

    mark = shop.requests_so_far(claude)
    github.git.commit("feature", {}, "Run again")
    second = job.on(pull, "synchronize")
    assert (second.code, second.outputs["status"], shop.requests_so_far(claude)) == (0, "clean", mark), second.log
    assert left_out(second) == [("guide.md", "triage")]


def test_a_cascade_with_verification_posts_what_stands(github: StandIn, claude: Simulator, job: Job) -> None:
    """Every call is on the receipt with its step, and the server counts the same tokens."""
    job.inputs |= {"routing": "cascade", "verify": "all"}
    pull = github.open(
        "feature", {"cart.py": shop.module(shop.catching("discount")), "tax.py": shop.module(shop.sound("rate"))}
    )
    run = job.on(pull)
    assert (run.code, run.outputs["status"]) == (0, "findings"), run.log
    assert features(run) == {"draft": 1, "confirm": 1, "verify": 1}
    assert [one.path for one in findings(github, pull)] == ["cart.py"]
    assert run.receipt["routing"]["mode"] == "cascade"
    assert run.receipt["budget"]["tokens"]["spent"] == shop.tokens_paid(claude)
