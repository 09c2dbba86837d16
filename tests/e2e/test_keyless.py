"""Whole runs of the Action without a key: GitHub vouches for the job, and what goes wrong is said."""

from __future__ import annotations

from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.e2e import shop
from tests.e2e.github import StandIn
from tests.e2e.identity import REQUEST_TOKEN, Issuer
from tests.e2e.job import Job
from tests.e2e.standing import findings
from tests.unit.simulator.test_oauth import ORGANIZATION, identity_token

CART = {"cart.py": shop.module(shop.catching("discount"))}
FEDERATION = {"anthropic-federation-rule-id": "fdrl_1", "anthropic-organization-id": ORGANIZATION}


def keyless(job: Job, **variables: str) -> Job:
    """The job without a key, with a federation rule."""
    job.key = ""
    job.inputs.update(FEDERATION)
    job.variables.update(variables)
    return job


def test_a_job_s_identity_does_for_a_key(github: StandIn, job: Job) -> None:
    """It is asked for with the audience, exchanged, masked, and told to nobody; two runs remember each other."""
    token = identity_token()
    with Issuer(token) as issuer, Simulator(SimulatorOptions(api_key="another")) as claude:
        job.claude_url = claude.base_url
        keyless(job, **issuer.variables)
        pull = github.open("feature", CART)
        run = job.on(pull)
        again = job.on(pull, "synchronize")
        assert issuer.audiences == ["https://api.anthropic.com"]
        assert [record.endpoint for record in claude.log].count("/v1/oauth/token") == 1
    assert (run.code, run.outputs["status"]) == (0, "findings"), run.log
    assert (again.code, again.outputs["hunks-reviewed"]) == (0, "0"), again.log
    assert len(findings(github, pull)) == 1
    masked = [line.removeprefix("::add-mask::") for line in run.stdout.split("\n") if line.startswith("::add-mask::")]
    assert token in masked
    assert [one for one in masked if one.startswith("sk-ant-oat01-")]
    assert not [secret for secret in (*masked, REQUEST_TOKEN) if secret in run.said]


def test_another_audience_is_asked_for(github: StandIn, job: Job) -> None:
    """Some rules want their own."""
    with Issuer(identity_token()) as issuer, Simulator() as claude:
        job.claude_url = claude.base_url
        keyless(job, **issuer.variables).inputs["anthropic-audience"] = "https://ours.example/a b"
        assert job.on(github.open("feature", CART)).code == 0
        assert issuer.audiences == ["https://ours.example/a b"]


def test_a_job_that_may_not_ask_for_a_token_is_told_what_it_lacks(github: StandIn, claude: Simulator, job: Job) -> None:
    """The permission is named, and nothing is asked or spent."""
    job.claude_url = ""
    run = keyless(job).on(github.open("feature", CART))
    assert (run.code, run.outputs["status"]) == (2, "failed"), run.log
    assert "id-token: write" in run.summary
    assert claude.log == ()


def test_a_fork_without_an_identity_is_declined_with_a_word(github: StandIn, job: Job) -> None:
    """As one without a key is: GitHub gives neither to a fork's workflow."""
    job.claude_url = ""
    pull = github.open("feature", CART, head_repo="mallory/shop")
    run = keyless(job).on(pull)
    assert (run.code, run.outputs["status"]) == (0, "skipped"), run.log


def test_a_refused_exchange_ends_the_run_with_the_reason(github: StandIn, job: Job) -> None:
    """A rule that does not match: the page says so, the hunks are listed, and no token is in sight."""
    token = identity_token(exp=1)
    with Issuer(token) as issuer, Simulator() as claude:
        job.claude_url = claude.base_url
        run = keyless(job, **issuer.variables).on(github.open("feature", CART))
    assert run.code == 3, run.log
    assert "could not sign in: Token exchange failed (HTTP 401)" in run.summary
    assert token not in run.said


def test_an_issuer_that_refuses_is_named(github: StandIn, job: Job) -> None:
    """GitHub's own answer, with the permission to look at."""
    with Issuer("", status=403) as issuer, Simulator() as claude:
        job.claude_url = claude.base_url
        run = keyless(job, **issuer.variables).on(github.open("feature", CART))
        assert [record for record in claude.log if record.endpoint == "/v1/messages"] == []
    assert run.code == 3, run.log
    assert "GitHub gave no identity token (HTTP 403)" in run.summary
