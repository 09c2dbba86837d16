"""Which events are reviewed, with which key, and for whom; a declined one says why and spends nothing."""

from __future__ import annotations

from bot.simulator.server import Simulator
from tests.e2e import events, shop
from tests.e2e.github import StandIn
from tests.e2e.github.state import ACTIONS_BOT, JOB_TOKEN, READS, Pull, Token
from tests.e2e.job import Job, Run
from tests.e2e.standing import findings

FAULTY = {"pay.py": shop.module(shop.catching("charge"))}


def from_a_fork(github: StandIn) -> Pull:
    """A pull request by somebody without write access."""
    return github.open("eve-feature", dict(FAULTY), author="eve", head_repo="eve/shop", head_ref="feature")


def assert_declined(run: Run, github: StandIn, claude: Simulator, *why: str) -> None:
    """Exit 0, status skipped, the reason on the job's page, nothing asked and nothing posted."""
    assert (run.code, run.outputs["status"], run.outputs["cost-usd"]) == (0, "skipped", "0"), run.log
    for words in why:
        assert words in run.summary
    assert claude.log == ()
    assert {one.request.verb for one in github.log} <= {"GET"}


def test_a_fork_without_a_key_is_skipped_with_the_reason(github: StandIn, claude: Simulator, job: Job) -> None:
    """GitHub gives a fork's job a token that only reads, and no secrets: that is nobody's failure."""
    github.state.tokens[JOB_TOKEN] = Token(ACTIONS_BOT, READS)
    job.key = job.claude_url = ""
    assert_declined(job.on(from_a_fork(github)), github, claude, "fork", "no API key")


def test_a_missing_key_on_ones_own_pull_request_is_an_error(github: StandIn, job: Job) -> None:
    """The workflow is to be corrected, so the job fails and says how."""
    job.key = job.claude_url = ""
    run = job.on(github.open("feature", dict(FAULTY)))
    assert (run.code, run.outputs["status"]) == (2, "failed")
    for told in (run.summary, run.stdout, run.stderr):
        assert "There is no API key" in told
        assert "ANTHROPIC_API_KEY" in told
    assert github.state.comments == []


def test_a_draft_waits_until_it_is_ready_or_labelled(github: StandIn, claude: Simulator, job: Job) -> None:
    """Declined as a draft; a label that means something else is declined too; the review label asks for it."""
    pull = github.open("feature", dict(FAULTY), draft=True)
    assert_declined(job.on(pull), github, claude, "draft")
    other = job.run("pull_request", events.labeled(github, pull, "help wanted", "alice"))
    assert_declined(other, github, claude, "help wanted")
    run = job.run("pull_request", events.labeled(github, pull, "hunkwise", "alice"))
    assert (run.code, run.outputs["status"]) == (0, "findings"), run.log


def test_a_stranger_needs_a_maintainers_label_for_each_push(github: StandIn, claude: Simulator, job: Job) -> None:
    """Under pull_request_target the secrets are at hand, so neither the author nor another stranger sets it going."""
    github.state.people |= {"max": "maintain", "mallory": "triage"}
    pull = from_a_fork(github)
    assert_declined(job.on(pull, event="pull_request_target"), github, claude, "eve", "hunkwise")
    by_stranger = job.run("pull_request_target", events.labeled(github, pull, "hunkwise", "mallory"))
    assert_declined(by_stranger, github, claude, "eve")

    labelled = events.labeled(github, pull, "hunkwise", "max")
    run = job.run("pull_request_target", labelled)
    assert (run.code, run.outputs["status"], len(findings(github, pull))) == (0, "findings", 1), run.log

    mark = shop.requests_so_far(claude)
    github.git.commit("eve-feature", {"more.py": shop.module(shop.comparing("more"))})
    for run in (
        job.on(pull, "synchronize", event="pull_request_target"),
        job.run("pull_request_target", labelled),
    ):
        assert (run.code, run.outputs["status"]) == (0, "skipped"), run.log
    assert shop.requests_so_far(claude) == mark


def test_a_dispatch_without_a_number_is_wrong_usage(github: StandIn, job: Job) -> None:
    """Exit 2, and the input that is missing is named."""
    run = job.run("workflow_dispatch", events.dispatch(github, "max"))
    assert (run.code, run.outputs["status"]) == (2, "failed")
    assert "pull-request" in run.summary
    assert github.log == []
