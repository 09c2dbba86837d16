"""GitHub goes wrong in the middle of a run: nothing is lost, nothing said twice, nothing paid in vain."""

from __future__ import annotations

from bot.simulator.server import Simulator
from tests.e2e import shop
from tests.e2e.github import StandIn
from tests.e2e.github.state import ACTIONS_BOT, JOB_TOKEN, READS, Review, Token
from tests.e2e.job import Job
from tests.e2e.standing import findings, places, remembered, shown, summary

CART = shop.module(shop.catching("discount"), shop.comparing("parcels"))


def test_writes_whose_answer_is_lost_are_not_made_twice(github: StandIn, job: Job) -> None:
    """A summary and a review that came to be behind a 502 and a lost connection; a 502 that did nothing is repeated."""
    pull = github.open("feature", {"cart.py": CART})
    github.faults.answer("POST", r"/issues/1/comments$", 502, performed=True)
    github.faults.answer("PATCH", r"/issues/comments/", 502)
    github.faults.lose("POST", r"/pulls/1/reviews$", performed=True)
    run = job.on(pull)
    assert (run.code, run.outputs["status"], github.faults.left) == (0, "findings", 0), run.log
    assert len(github.state.reviews) == 1
    assert len(findings(github, pull)) == 2
    assert remembered(summary(github, pull))["open"] == []
    assert run.outputs["review-url"].endswith(f"-{github.state.reviews[0].id}")


def test_a_refused_anchor_and_a_stale_pending_review_lose_no_finding(github: StandIn, job: Job) -> None:
    """Own leftovers are removed, the culprit is found and stands in the summary, all others stand inline, each once."""
    texts = {f"part{number}.py": shop.module(shop.catching(f"part{number}")) for number in range(5)}
    pull = github.open("feature", dict(texts))
    bad = shop.line_of(texts["part3.py"], shop.BARE_EXCEPT)
    github.state.refused_anchors.add(("part3.py", bad))
    stale = Review(1, pull.number, ACTIONS_BOT, "PENDING", "", github.state.head(pull), github.state.now())
    github.state.reviews.append(stale)
    github.faults.answer(
        "POST", r"/issues/1/comments$", 403, "You have exceeded a secondary rate limit.", headers={"Retry-After": "1"}
    )
    run = job.on(pull)
    assert (run.code, run.outputs["status"], run.outputs["findings-count"]) == (0, "findings", "5"), run.log
    assert [path for path, _, _ in places(github, pull)] == ["part0.py", "part1.py", "part2.py", "part4.py"]
    assert stale not in github.state.reviews
    page = shown(summary(github, pull).body)
    assert "part3.py" in page
    assert "KeyboardInterrupt and SystemExit" in page
    assert github.faults.left == 0


def test_a_head_that_moves_is_never_mixed_with_the_one_that_was_read(github: StandIn, job: Job) -> None:
    """A push while the diff is read: it is read anew. A push after paying: what no longer anchors is carried along."""
    github.git.commit("main", {"cart.py": shop.module(shop.sound("parcels"), shop.sound("discount"))})
    pull = github.open("feature", {"cart.py": shop.module(shop.comparing("parcels"), shop.catching("discount"))})
    pay = shop.module(shop.catching("charge"))
    late = shop.module("# Parcels are counted by weight.\n" + shop.sound("parcels"), shop.catching("discount"))
    github.faults.before("GET", r"/pulls/1\.diff$", lambda: github.git.commit("feature", {"pay.py": pay}))
    github.faults.before("PATCH", r"/comments/", lambda: github.git.commit("feature", {"cart.py": late}))
    run = job.on(pull)
    assert (run.code, run.outputs["findings-count"], github.faults.left) == (0, "3", 0), run.log
    assert places(github, pull) == [
        ("cart.py", "RIGHT", shop.line_of(late, shop.BARE_EXCEPT)),
        ("pay.py", "RIGHT", shop.line_of(pay, shop.BARE_EXCEPT)),
    ]
    page = shown(summary(github, pull).body)
    assert shop.IDENTITY in page
    assert "A push came in meanwhile" in page


def test_what_github_withholds_is_listed_as_unreviewed(github: StandIn, claude: Simulator, job: Job) -> None:
    """406 for the diff: the listing, page by page; a file without a patch makes it partial, the rest is reviewed."""
    files = {f"part{number:03}.py": shop.module(shop.sound(f"part{number}")) for number in range(99)}
    large = shop.module(*(shop.catching(f"big{number}") for number in range(40)))
    pull = github.open("feature", {**files, "large.py": large, "zz.py": shop.module(shop.catching("last"))})
    github.state.limits.diff_files = 100
    github.state.limits.patch_lines = 300
    run = job.on(pull)
    assert (run.code, run.outputs["status"]) == (3, "partial"), run.log
    (withheld,) = run.receipt["coverage"]["skipped"]
    assert withheld["path"] == "large.py"
    assert "large.py" in shown(summary(github, pull).body)
    assert run.receipt["coverage"]["reviewed"] == 100
    assert places(github, pull) == [("zz.py", "RIGHT", shop.line_of(shop.module(shop.catching("last")), "    except:"))]
    assert [one.query["page"] for one in github.asked("GET", "/files")] == ["1", "2"]
    assert "big1" not in shop.sent(claude)


def test_a_token_that_may_not_write_stops_the_run_before_it_pays(github: StandIn, claude: Simulator, job: Job) -> None:
    """The missing permission is named, and no model is asked for what could not be posted."""
    github.state.tokens[JOB_TOKEN] = Token(ACTIONS_BOT, READS)
    run = job.on(github.open("feature", {"cart.py": CART}))
    assert (run.code, run.outputs["status"]) == (3, "failed"), run.log
    for told in (run.summary, run.stdout):
        assert "pull-requests: write" in told
    assert shop.tokens_paid(claude) == 0


def test_a_pull_request_that_is_not_there_is_named(github: StandIn, claude: Simulator, job: Job) -> None:
    """404: the sentence names what was looked for."""
    pull = github.open("feature", {"cart.py": CART})
    payload = {"inputs": {"pull-request": str(pull.number + 40)}}
    run = job.run("workflow_dispatch", payload)
    assert (run.code, run.outputs["status"]) == (3, "failed")
    assert "#41" in run.summary
    assert claude.log == ()


def test_a_review_that_cannot_be_delivered_has_failed(github: StandIn, job: Job) -> None:
    """GitHub takes no review at all: the summary has every finding, and the status says failed."""
    pull = github.open("feature", {"cart.py": CART})
    github.faults.answer("POST", r"/pulls/1/reviews$", 403, "Resource not accessible by integration", times=99)
    run = job.on(pull)
    assert (run.code, run.outputs["status"]) == (3, "failed"), run.log
    page = shown(summary(github, pull).body)
    for told in (shop.CATCHES, shop.IDENTITY, "pull-requests: write"):
        assert told in page
    assert remembered(summary(github, pull))["open"] == []


def test_a_database_that_is_away_costs_a_sentence(github: StandIn, job: Job) -> None:
    """Shared rate limits are a help, not a condition; and the page does not tell where the database is."""
    pull = github.open("feature", {"cart.py": CART})
    job.inputs["database-url"] = "postgresql://bot:pa55word@127.0.0.1:1/limits"
    run = job.on(pull)
    assert (run.code, run.outputs["status"]) == (0, "findings"), run.log
    (note,) = run.receipt["notes"]
    assert "shared rate limits did not answer" in note
    assert "pa55word" not in run.log.replace("::add-mask::postgresql://bot:pa55word@127.0.0.1:1/limits", "")
    assert run.receipt["pacing"]["requests_per_minute_peak"] == run.receipt["usage"]["attempts"]
