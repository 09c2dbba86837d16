"""A pull request is opened, or named by hand: what stands on it afterwards, and what a workflow is told."""

from __future__ import annotations

from decimal import Decimal

from bot.simulator.server import Simulator
from tests.e2e import events, shop
from tests.e2e.github import StandIn
from tests.e2e.github.state import JOB_TOKEN, LEAST, Token
from tests.e2e.job import API_KEY, Job
from tests.e2e.standing import findings, lines_now, places, shown, summary

CART = shop.module(shop.sound("subtotal"), shop.catching("discount"), shop.comparing("parcels"))
PAY = shop.module(shop.catching("charge"))


def test_an_opened_pull_request_gets_one_review_and_one_summary(github: StandIn, claude: Simulator, job: Job) -> None:
    """Inline comments on exactly the planted lines; summary, outputs, receipt and step summary tell the same."""
    github.git.commit("main", {"cart.py": shop.module(shop.sound("subtotal")), "package-lock.json": b"{}\n"})
    pull = github.open("feature", {"cart.py": CART, "pay.py": PAY, "package-lock.json": b'{"a": 1}\n'})
    run = job.on(pull)
    assert run.code == 0, run.log

    assert places(github, pull) == [
        ("cart.py", "RIGHT", shop.line_of(CART, shop.BARE_EXCEPT)),
        ("cart.py", "RIGHT", shop.line_of(CART, shop.IS_LITERAL)),
        ("pay.py", "RIGHT", shop.line_of(PAY, shop.BARE_EXCEPT)),
    ]
    assert lines_now(github, pull) == sorted([shop.BARE_EXCEPT, shop.BARE_EXCEPT, shop.IS_LITERAL])
    assert [(one.state, one.commit) for one in github.state.reviews] == [("COMMENTED", github.state.head(pull))]
    assert ["```suggestion\n    except Exception:\n```" in one.body for one in findings(github, pull)].count(True) == 2

    receipt, totals, page = run.receipt, claude.totals, shown(summary(github, pull).body)
    assert run.outputs["status"] == receipt["status"] == "findings"
    assert (run.outputs["findings-count"], len(receipt["findings"])) == ("3", 3)
    assert int(run.outputs["total-tokens"]) == receipt["usage"]["total_tokens"] == shop.tokens_paid(claude)
    assert receipt["usage"]["requests"] == totals["requests"]
    assert run.outputs["cost-usd"] == receipt["cost"]["total_usd"]
    assert Decimal(run.outputs["budget-left-usd"]) == Decimal("1.50") - Decimal(run.outputs["cost-usd"])
    assert run.outputs["review-url"].endswith(f"#pullrequestreview-{github.state.reviews[0].id}")
    assert run.outputs["summary-url"].endswith(f"#issuecomment-{summary(github, pull).id}")
    assert (run.outputs["hunks-reviewed"], run.outputs["hunks-skipped"]) == ("2", "1")
    for told in ("1 error, 2 warnings", "package-lock.json", run.outputs["cost-usd"], "#discussion_r"):
        assert told in page
        assert told in run.summary
    assert not receipt["simulated"]
    assert API_KEY not in run.said
    assert JOB_TOKEN not in run.said


def test_a_dispatch_with_dry_run_reviews_and_posts_nothing(github: StandIn, claude: Simulator, job: Job) -> None:
    """By hand and by number, at the address of a GitHub Enterprise Server: the step summary has it all."""
    pull = github.open("feature", {"pay.py": PAY}, draft=True)
    job.api_path = "/api/v3"
    run = job.run("workflow_dispatch", events.dispatch(github, "max"), pull_request=f"{pull.number}", dry_run="true")
    assert (run.code, run.outputs["status"], run.outputs["findings-count"]) == (0, "findings", "1"), run.log
    assert shop.CATCHES in run.summary
    assert "pay.py" in run.summary
    assert shop.tokens_paid(claude) == int(run.outputs["total-tokens"]) > 0
    assert [one.request for one in github.log if one.request.verb != "GET"] == []
    assert run.outputs["review-url"] == run.outputs["summary-url"] == ""


def test_what_stands_beside_a_review_is_posted_where_the_base_asks_for_it(github: StandIn, job: Job) -> None:
    """Check run with annotations, commit status and SARIF, each as GitHub takes it; `fail-on` closes the gate."""
    settings = b"posting: {check_run: true, commit_status: true, upload_sarif: true}\n"
    github.git.commit("main", {".github/hunkwise.yml": settings})
    more = dict.fromkeys(("checks", "statuses", "security-events"), "write")
    github.state.tokens[JOB_TOKEN] = Token("github-actions[bot]", LEAST | more)
    pull = github.open("feature", {"cart.py": CART})
    job.inputs["fail-on"] = "error"
    run = job.on(pull)
    assert run.code == 1, run.log
    (check,), (status,), (upload,) = github.state.checks, github.state.statuses, github.state.sarifs
    assert (check["head_sha"], check["conclusion"]) == (github.state.head(pull), "failure")
    assert sorted(one["start_line"] for one in check["annotations"]) == [line for _, _, line in places(github, pull)]
    assert (status["sha"], status["state"], status["context"]) == (github.state.head(pull), "failure", "hunkwise")
    assert len(upload["sarif"]["runs"][0]["results"]) == 2
