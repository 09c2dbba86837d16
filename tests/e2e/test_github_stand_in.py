"""The judge is judged: what the stand-in for GitHub takes, and what it refuses."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest
import requests

from tests.e2e.github import StandIn, openapi
from tests.e2e.github.state import ACTIONS_BOT, JOB_TOKEN, LEAST, READS, Pull, Token

BEFORE = b"".join(b"line %d\n" % number for number in range(1, 41))
AFTER = BEFORE.replace(b"line 3\n", b"line three\nline three and a half\n").replace(b"line 30\n", b"")
"""Two hunks: lines 1 to 7 of the new file (1 to 6 of the old), and 28 to 33 of the new (27 to 33 of the old)."""


class Caller:
    """A client with the token of a job."""

    def __init__(self, github: StandIn, token: str = JOB_TOKEN) -> None:
        self._url = f"{github.url}/repos/{github.state.repo}"
        self._headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, verb: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        accept = {name.capitalize(): value for name, value in headers.items()}
        return requests.request(verb, self._url + path, json=body, headers=self._headers | accept, timeout=10)


@pytest.fixture
def pull(github: StandIn) -> Pull:
    """A pull request that changes one file in two hunks and deletes another."""
    github.git.commit("main", {"a.txt": BEFORE, "gone.txt": b"old\n"})
    return github.open("feature", {"a.txt": AFTER, "gone.txt": None})


@pytest.fixture
def call(github: StandIn, pull: Pull) -> Caller:
    """A caller, once there is something to talk of."""
    assert pull.number == 1
    return Caller(github)


def review(*comments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The body that posts a review."""
    return {"event": "COMMENT", "body": "Seen.", "comments": list(comments), **more}


def comment(line: int, side: str = "RIGHT", path: str = "a.txt", **more: Any) -> dict[str, Any]:
    """A draft of an inline comment."""
    return {"path": path, "line": line, "side": side, "body": "Well.", **more}


def test_the_sums_and_the_diff_are_gits(github: StandIn, pull: Pull, call: Caller) -> None:
    """Diff, listing and sums tell of the same change, the diff in git's own bytes."""
    facts = call("GET", "/pulls/1").json()
    assert (facts["additions"], facts["deletions"], facts["changed_files"]) == (2, 3, 2)
    assert facts["url"].startswith(github.url)
    span = f"{github.git.sha('main')}...{github.git.sha(pull.branch)}"
    diff = call("GET", "/pulls/1", accept="application/vnd.github.v3.diff")
    assert diff.content == github.git.ask("diff", span)
    listed = call("GET", "/pulls/1/files").json()
    assert [(one["filename"], one["status"]) for one in listed] == [("a.txt", "modified"), ("gone.txt", "removed")]
    assert listed[0]["patch"].startswith("@@ -1,6 +1,7 @@\n line 1\n")


def test_answers_are_of_the_types_that_githubs_description_has(github: StandIn, call: Caller) -> None:
    """Whatever field an answer has, it has as GitHub would."""
    call("POST", "/pulls/1/reviews", review(comment(3)))
    call("POST", "/issues/1/comments", {"body": "Hello"})
    for path in ("", "/pulls/1", "/pulls/1/files", "/pulls/1/reviews", "/pulls/1/comments", "/issues/1/comments"):
        answer = call("GET", path).json()
        assert openapi.misshapen("GET", f"/repos/{github.state.repo}{path}", answer) == []
        assert openapi.misshapen("GET", f"/repos/{github.state.repo}{path}", _spoilt(answer)) != []


def _spoilt(answer: Any) -> Any:
    """The same answer with a name in place of an id."""
    if isinstance(answer, list):
        return [_spoilt(answer[0])]
    return {**answer, "id": "one", "additions": "none"}


def test_listings_come_in_pages_that_lead_to_each_other(github: StandIn, call: Caller) -> None:
    """A client that follows `next` sees everything once, at the stand-in's own address."""
    seen, url = [], f"{github.url}/repos/{github.state.repo}/pulls/1/files?per_page=1"
    while url:
        answer = requests.get(url, headers={"Authorization": f"token {JOB_TOKEN}"}, timeout=10)
        seen += [one["filename"] for one in answer.json()]
        url = answer.links.get("next", {}).get("url", "")
    assert seen == ["a.txt", "gone.txt"]


def test_beyond_the_limits_the_diff_is_refused_and_patches_are_withheld(github: StandIn, call: Caller) -> None:
    """406 for the diff as a whole, no `patch` for a file that is too large."""
    github.state.limits.diff_files = 1
    refused = call("GET", "/pulls/1", accept="application/vnd.github.v3.diff")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (406, "too_large")
    github.state.limits.patch_lines = 10
    assert ["patch" in one for one in call("GET", "/pulls/1/files").json()] == [False, True]


@pytest.mark.parametrize(
    "anchor",
    [
        comment(3),
        comment(1),
        comment(7),
        comment(28),
        comment(3, "LEFT"),
        comment(30, "LEFT"),
        comment(33, "LEFT"),
        comment(1, "LEFT", "gone.txt"),
        comment(4, start_line=3, start_side="RIGHT"),
        comment(32, "LEFT", start_line=27, start_side="LEFT"),
    ],
)
def test_lines_of_the_diff_take_comments(call: Caller, anchor: dict[str, Any]) -> None:
    """Added and context lines on the right, deleted and context lines on the left, and spans within a hunk."""
    posted = call("POST", "/pulls/1/reviews", review(anchor))
    assert (posted.status_code, posted.json()["state"]) == (200, "COMMENTED")
    assert [one["line"] for one in call("GET", "/pulls/1/comments").json()] == [anchor["line"]]


@pytest.mark.parametrize(
    ("anchor", "why"),
    [
        (comment(8), "Line could not be resolved"),
        (comment(27), "Line could not be resolved"),
        (comment(34, "LEFT"), "Line could not be resolved"),
        (comment(1, "RIGHT", "gone.txt"), "Line could not be resolved"),
        (comment(1, path="b.txt"), "Path could not be resolved"),
        (comment(3, side="MIDDLE"), "Side is not included in the list"),
        (comment(3, start_line=3), "Pull request review thread start line must precede the end line."),
        (
            comment(28, start_line=3),
            "Pull request review thread start line must be part of the same hunk as the line.",
        ),
        (comment(4, "LEFT", start_line=3), "Start side must be the same as the side"),
        (comment(3, body=""), "Body can't be blank"),
    ],
)
def test_one_bad_anchor_refuses_the_whole_review(call: Caller, anchor: dict[str, Any], why: str) -> None:
    """422 in GitHub's words, which do not name the culprit, and nothing is posted."""
    refused = call("POST", "/pulls/1/reviews", review(comment(3), anchor))
    assert (refused.status_code, refused.json()["errors"]) == (422, [why])
    assert call("GET", "/pulls/1/reviews").json() == call("GET", "/pulls/1/comments").json() == []


def test_a_pending_review_blocks_the_next_until_it_is_deleted(call: Caller) -> None:
    """One pending review for a user; a submitted one cannot be deleted."""
    pending = call("POST", "/pulls/1/reviews", {"comments": [comment(3)]}).json()
    assert pending["state"] == "PENDING"
    assert call("GET", "/pulls/1/comments").json() == []
    refused = call("POST", "/pulls/1/reviews", review(comment(3)))
    assert refused.json()["errors"] == ["User can only have one pending review per pull request"]
    assert call("DELETE", f"/pulls/1/reviews/{pending['id']}").status_code == 200
    posted = call("POST", "/pulls/1/reviews", review(comment(3))).json()
    assert call("DELETE", f"/pulls/1/reviews/{posted['id']}").status_code == 422


def test_comments_follow_their_lines_and_become_outdated(github: StandIn, call: Caller) -> None:
    """After a push a comment stands on the line's new number; on a line that was changed it stands on none."""
    call("POST", "/pulls/1/reviews", review(comment(3), comment(28)))
    head = github.git.sha("feature")
    github.git.commit("feature", {"a.txt": b"new\n" + AFTER.replace(b"line three\n", b"line 3\n")})
    assert [one["line"] for one in call("GET", "/pulls/1/comments").json()] == [None, 29]
    assert call("POST", "/pulls/1/reviews", review(comment(28), commit_id=head)).status_code == 200


def test_a_commit_that_was_pushed_away_takes_no_review(github: StandIn, call: Caller) -> None:
    """After a force-push the old head is no part of the pull request any more."""
    head = github.git.sha("feature")
    github.git.reset("feature", "main")
    github.git.commit("feature", {"a.txt": AFTER})
    assert call("POST", "/pulls/1/reviews", review(comment(3), commit_id=head)).status_code == 422


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/issues/1/comments"),
        ("POST", "/pulls/1/reviews"),
        ("PATCH", "/issues/comments/{comment}"),
        ("POST", "/pulls/1/comments/{inline}/replies"),
    ],
)
def test_bodies_have_65536_characters_at_most(github: StandIn, call: Caller, verb: str, path: str) -> None:
    """One more is refused, whatever the comment."""
    said = call("POST", "/issues/1/comments", {"body": "Hello"}).json()["id"]
    call("POST", "/pulls/1/reviews", review(comment(3)))
    path = path.format(comment=said, inline=github.state.inlines[0].id)
    assert call(verb, path, {"body": "x" * 65_537}).status_code == 422
    assert call(verb, path, {"body": "x" * 65_536}).status_code in {200, 201} or path.endswith("reviews")


def test_a_reply_stands_in_its_thread(github: StandIn, call: Caller) -> None:
    """Replies name the first comment; a reply to a reply is refused."""
    call("POST", "/pulls/1/reviews", review(comment(3)))
    first = github.state.inlines[0].id
    answer = call("POST", f"/pulls/1/comments/{first}/replies", {"body": "Done."}).json()
    assert (answer["in_reply_to_id"], answer["user"]["login"]) == (first, ACTIONS_BOT)
    assert call("POST", f"/pulls/1/comments/{answer['id']}/replies", {"body": "No."}).status_code == 422


@pytest.mark.parametrize(
    ("permissions", "statuses"),
    [(LEAST, (200, 200, 200)), (READS, (200, 403, 403)), ({"issues": "write"}, (403, 403, 200))],
)
def test_a_job_may_what_its_permissions_say(
    github: StandIn, call: Caller, permissions: dict[str, str], statuses: tuple[int, ...]
) -> None:
    """403 in the words that GitHub has for a job's token."""
    github.state.tokens[JOB_TOKEN] = Token(ACTIONS_BOT, dict(permissions))
    answers = [
        call("GET", "/pulls/1"),
        call("POST", "/pulls/1/reviews", review(comment(3))),
        call("POST", "/issues/1/comments", {"body": "Hello"}),
    ]
    assert tuple(200 if answer.ok else answer.status_code for answer in answers) == statuses
    words = {answer.json()["message"] for answer in answers if not answer.ok}
    assert words <= {"Resource not accessible by integration"}


def test_a_token_nobody_gave_is_refused(github: StandIn, call: Caller) -> None:
    """401 for a wrong token; a job's token cannot ask who it is, a person's can."""
    assert Caller(github, "wrong")("GET", "/pulls/1").status_code == 401
    assert call("GET", "").json()["full_name"] == "octo/shop"
    github.state.tokens["ghp_person"] = Token("carol", None)
    user = f"{github.url}/user"
    assert requests.get(user, headers={"Authorization": f"Bearer {JOB_TOKEN}"}, timeout=10).status_code == 403
    assert requests.get(user, headers={"Authorization": "Bearer ghp_person"}, timeout=10).json()["login"] == "carol"


def test_texts_are_given_at_any_commit(github: StandIn, call: Caller) -> None:
    """Raw bytes or base64, at a commit; 404 where there is no such file."""
    github.git.commit("feature", {"b \xff?.bin": b"\x00\xff"})
    assert call("GET", "/contents/a.txt?ref=main", accept="application/vnd.github.v3.raw").content == BEFORE
    found = call("GET", f"/contents/b%20%C3%BF%3F.bin?ref={github.git.sha('feature')}").json()
    assert base64.b64decode(found["content"]) == b"\x00\xff"
    assert call("GET", "/contents/b.txt").status_code == 404


def test_the_permission_of_a_person_is_told(github: StandIn, call: Caller) -> None:
    """A stranger may read; GitHub writes a maintainer's permission as `write`."""
    github.state.people["max"] = "maintain"
    answers = [call("GET", f"/collaborators/{name}/permission").json()["permission"] for name in ("max", "eve")]
    assert answers == ["write", "read"]


def test_reports_are_held_to_their_limits(github: StandIn, call: Caller) -> None:
    """50 annotations a check run, 140 characters a status, gzip in base64 for SARIF."""
    github.state.tokens[JOB_TOKEN] = Token(
        ACTIONS_BOT, {**LEAST, "checks": "write", "statuses": "write", "security-events": "write"}
    )
    head = github.git.sha("feature")
    one = {"path": "a.txt", "start_line": 3, "end_line": 3, "annotation_level": "warning", "message": "Well."}
    for amount, status in ((51, 422), (50, 201)):
        output = {"title": "t", "summary": "s", "annotations": [one] * amount}
        check = {"name": "hunkwise", "head_sha": head, "output": output}
        assert call("POST", "/check-runs", check).status_code == status
    assert call("POST", f"/statuses/{head}", {"state": "success", "description": "x" * 141}).status_code == 422
    assert call("POST", f"/statuses/{head}", {"state": "success", "description": "x" * 140}).status_code == 201
    sarif = {"commit_sha": head, "ref": "refs/pull/1/head", "sarif": base64.b64encode(gzip.compress(b"{}")).decode()}
    assert call("POST", "/code-scanning/sarifs", sarif).status_code == 202
    assert call("POST", "/code-scanning/sarifs", sarif | {"sarif": "e30="}).status_code == 400
    github.log[:] = [entry for entry in github.log if not entry.violation]


def test_threads_are_found_and_resolved_by_graphql(github: StandIn, call: Caller) -> None:
    """Resolving takes `contents: write`; a field that the schema does not have is an error."""
    call("POST", "/pulls/1/reviews", review(comment(3)))

    def ask(query: str) -> dict[str, Any]:
        asked = {"query": query}
        headers = {"Authorization": f"Bearer {JOB_TOKEN}"}
        answer: dict[str, Any] = requests.post(f"{github.url}/graphql", json=asked, headers=headers, timeout=10).json()
        return answer

    threads = 'repository(owner: "octo", name: "shop") { pullRequest(number: 1) { reviewThreads(first: 9) { nodes '
    found = ask(f"{{ {threads} {{ id isResolved }} }} }} }} }}")
    node = found["data"]["repository"]["pullRequest"]["reviewThreads"]["nodes"][0]
    resolve = f'mutation {{ resolveReviewThread(input: {{threadId: "{node["id"]}"}}) {{ thread {{ isResolved }} }} }}'
    assert ask(resolve)["errors"][0]["type"] == "FORBIDDEN"
    github.state.tokens[JOB_TOKEN] = Token(ACTIONS_BOT, {"contents": "write", "pull-requests": "write"})
    assert ask(resolve)["data"]["resolveReviewThread"]["thread"]["isResolved"] is True
    assert "errors" in ask("{ viewer { shoeSize } }")


@pytest.mark.parametrize(("performed", "standing"), [(True, 1), (False, 0)])
def test_a_fault_strikes_before_or_after_the_deed(
    github: StandIn, call: Caller, *, performed: bool, standing: int
) -> None:
    """502 once, with or without having posted; the next request goes through."""
    github.faults.answer("POST", r"/comments$", 502, performed=performed)
    assert call("POST", "/issues/1/comments", {"body": "Hello"}).status_code == 502
    assert len(github.state.comments) == standing
    assert call("POST", "/issues/1/comments", {"body": "Hello"}).status_code == 201
    assert github.faults.left == 0


def test_a_lost_connection_has_no_answer(github: StandIn, call: Caller) -> None:
    """The client hears nothing, and what was asked is done all the same."""
    github.faults.lose("POST", r"/comments$", performed=True)
    with pytest.raises(requests.ConnectionError):
        call("POST", "/issues/1/comments", {"body": "Hello"})
    assert len(github.state.comments) == 1


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("POST", "/pulls/1/reviews", review(comment(3, sides="RIGHT"))),
        ("POST", "/pulls/1/reviews", review(comment(3), evnt="COMMENT")),
        ("POST", "/pulls/1/reviews", review({"path": "a.txt", "line": 3})),
        ("POST", "/pulls/1/reviews", review(event="comment")),
        ("POST", "/pulls/1/reviews", review(comment(3, start_line=None))),
        ("POST", "/pulls/1/reviews", review({**comment(3), "line": "3"})),
        ("POST", "/issues/1/comments", {}),
        ("POST", "/issues/1/comments", None),
        ("GET", "/pulls/1", {"body": "x"}),
        ("GET", "/pulls/1/files?per_page=many", None),
        ("GET", "/pulls/1/files?perpage=100", None),
        ("GET", "/pulls/1/hunks", None),
        ("POST", "/check-runs", {"name": "x"}),
        ("POST", "/statuses/abc", {"state": "good"}),
        ("PUT", "/pulls/1/reviews", review()),
    ],
)
def test_what_githubs_description_does_not_know_is_a_violation(
    github: StandIn, call: Caller, verb: str, path: str, body: Any
) -> None:
    """Unknown addresses, parameters and keys, wrong types, nulls and missing keys: each is refused and written down."""
    assert call(verb, path, body).status_code == 422
    assert len(github.violations) == 1
    github.log.clear()
