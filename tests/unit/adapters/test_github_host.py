from __future__ import annotations

import logging
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.github import host as host_module
from bot.adapters.github.api import Pace
from bot.adapters.github.host import GitHubHost
from bot.core.pull_request import ReviewDraft
from bot.errors import (
    BadConfiguration,
    CodeHostError,
    DiffTooLarge,
    HostRefused,
    HostUnavailable,
    NoSuchThing,
    NotPermitted,
)
from tests.unit.adapters.scripted_github import HANG_UP, Reply, ScriptedGitHub

TOKEN = "ghp_0123456789abcdef"  # noqa: S105  # no token of anybody
DRAFT = ReviewDraft("abc", "Body", "COMMENT", ())
REVIEW = {"id": 1, "user": {"login": "github-actions[bot]"}, "state": "COMMENTED", "body": "Body"}
COMMENT = {"id": 5, "user": None, "body": None}
SECONDARY = {"message": "You have exceeded a secondary rate limit."}
PULL = {
    "number": 7,
    "title": "t",
    "body": None,
    "user": None,
    "state": "open",
    "base": {"ref": "main", "sha": "b", "repo": {"full_name": "acme/shop"}},
    "head": {"ref": "f", "sha": "h", "repo": None},
    "additions": 1,
    "deletions": 2,
    "changed_files": 1,
}


@dataclass
class Meeting:
    """A host and the scripted server it talks to."""

    host: GitHubHost
    server: ScriptedGitHub
    slept: list[float] = field(default_factory=list)


@contextmanager
def meeting(*replies: Reply, bot_login: str | None = None, longest_wait: float = 90) -> Iterator[Meeting]:
    """A host whose pauses are only noted, against a server that answers so."""
    slept: list[float] = []
    pace = Pace(between_writes=0, between_tries=0, longest_wait=longest_wait, sleep=slept.append)
    with ScriptedGitHub(*replies) as server:
        host = GitHubHost(f"{TOKEN}\n", "acme/shop", f"{server.url}/", bot_login, pace)
        yield Meeting(host, server, slept)
        host.close()


def test_nothing_is_asked_before_the_first_call() -> None:
    """A run that declines an event must not need GitHub at all."""
    with meeting() as met:
        pass
    assert met.server.asked == []


def test_the_package_alone_imports_no_sdk() -> None:
    """Commands that never ask GitHub do not pay for PyGithub's import."""
    code = "import sys, bot.bootstrap.pull_request, bot.adapters.github; sys.exit('github' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("token", "repo", "url"),
    [
        ("two words", "acme/shop", "https://api.github.com"),
        ("line\nbreak", "acme/shop", "https://api.github.com"),
        ("t", "acme", "https://api.github.com"),
        ("t", "acme/shop/more", "https://api.github.com"),
        ("t", "../shop", "https://api.github.com"),
        ("t", "acme/..", "https://api.github.com"),
        ("t", "acme/shop?x", "https://api.github.com"),
        ("t", "acme/shop", "api.github.com"),
        ("t", "acme/shop", "file:///etc"),
    ],
)
def test_what_cannot_be_is_refused_at_once(token: str, repo: str, url: str) -> None:
    """Wrong settings are named before anything is sent, and a bad token is not repeated."""
    with pytest.raises(BadConfiguration) as refused:
        GitHubHost(token, repo, url)
    assert token not in refused.value.message or token == "t"  # noqa: S105  # no token of anybody


def test_a_repository_name_may_hold_dots() -> None:
    """The check for climbing names leaves ordinary ones alone."""
    GitHubHost("", ".github/a.b_c-d").close()


def test_reads_carry_token_and_page_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON and raw reads are signed alike, and a .netrc of the machine never takes the token's place."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with meeting(Reply([]), Reply(b"diff")) as met:
        met.host.comments(7)
        met.host.diff(7)
    listing, diff = met.server.asked
    assert [asked.headers["Authorization"] for asked in met.server.asked] == [f"token {TOKEN}"] * 2
    assert "per_page=100" in listing.target
    assert diff.headers["Accept"] == "application/vnd.github.v3.diff"


def test_an_empty_token_reads_what_is_public() -> None:
    """Without a token no header is made up."""
    with ScriptedGitHub(Reply(PULL), Reply(b"d")) as server:
        host = GitHubHost("", "acme/shop", server.url)
        host.pull_request(7)
        host.diff(7)
        host.close()
    assert [asked.headers["Authorization"] for asked in server.asked] == [None, None]


def test_a_pull_request_with_everything_missing() -> None:
    """A ghost's pull request from a deleted fork, without description, labels or draft flag, is readable."""
    with meeting(Reply(PULL)) as met:
        pull = met.host.pull_request(7)
    assert (pull.author, pull.description, pull.head_repo, pull.labels) == ("ghost", "", None, ())
    assert (pull.draft, pull.locked, pull.merged) == (False, False, False)


def test_a_renamed_repository_is_followed() -> None:
    """Reads are redirected and writes are lost under an old name, so what follows goes to the present one."""
    moved = PULL | {"base": {"ref": "main", "sha": "b", "repo": {"full_name": "acme/store"}}}
    away = Reply({"message": "Moved Permanently"}, 301, {"Location": "/api/v3/repositories/9/pulls/7"})
    with meeting(away, Reply(moved), Reply(REVIEW)) as met:
        away.headers["Location"] = f"{met.server.url}/repositories/9/pulls/7"
        met.host.pull_request(7)
        met.host.create_review(7, DRAFT)
    assert met.server.targets[1:] == ["GET /repositories/9/pulls/7", "POST /repos/acme/store/pulls/7/reviews"]


@pytest.mark.parametrize("answer", [{"message": "Temporary Redirect"}, [], None, "text", {"id": 1}])
def test_an_answer_of_another_shape_is_unknown(answer: Any) -> None:
    """A proxy's page or a lost redirect is no review: nobody knows, and nothing crashes."""
    with meeting(Reply(answer)) as met, pytest.raises(HostUnavailable):
        met.host.create_review(7, DRAFT)


def test_an_answer_cut_in_the_middle_is_unknown() -> None:
    """Half a JSON document is not a bug of ours."""
    with meeting(Reply(b'{"id": 1, "us')) as met, pytest.raises(HostUnavailable):
        met.host.create_review(7, DRAFT)


def test_pages_are_counted_and_not_followed() -> None:
    """A link to elsewhere in a listing leads nowhere else."""
    evil = {"Link": '<http://evil.example/steal>; rel="next"'}
    with meeting(Reply([COMMENT], headers=evil), Reply([COMMENT])) as met:
        assert len(met.host.comments(7)) == 2
    assert [target.partition("?")[0] for target in met.server.targets] == ["GET /repos/acme/shop/issues/7/comments"] * 2
    assert "page=2" in met.server.targets[1]


def test_an_api_that_moved_elsewhere() -> None:
    """A redirect to another scheme is a wrong setting, told as such, and the token does not follow it."""
    away = Reply({}, 301, {"Location": "https://ghe.example/api/v3/repos/acme/shop/pulls/7"})
    with meeting(away) as met, pytest.raises(CodeHostError) as failed:
        met.host.pull_request(7)
    assert "GITHUB_API_URL" in failed.value.next_step


def test_a_read_is_tried_again() -> None:
    """A hiccup of GitHub while reading costs nothing but a moment; each kind of read has it so."""
    bad = [Reply(status=502), Reply(status=HANG_UP), Reply(status=429)]
    with meeting(*bad, Reply(PULL), *bad, Reply(b"diff")) as met:
        met.host.pull_request(7)
        assert met.host.diff(7) == b"diff"
    assert len(met.server.asked) == 8


def test_a_read_is_not_tried_for_ever() -> None:
    """Three more tries, then the host is called unavailable, with its status."""
    with meeting(*[Reply({"message": "unicorn"}, 503)] * 8) as met:
        with pytest.raises(HostUnavailable, match="503: unicorn"):
            met.host.pull_request(7)
        with pytest.raises(HostUnavailable, match="503: unicorn"):
            met.host.diff(7)
    assert len(met.server.asked) == 8


def test_a_forbidden_read_is_not_tried_again() -> None:
    """A permission does not appear by asking twice."""
    forbidden = Reply({"message": "Resource not accessible by integration"}, 403)
    with meeting(forbidden, forbidden) as met:
        for read in (met.host.pull_request, met.host.diff):
            with pytest.raises(NotPermitted, match="pull-requests: read"):
                read(7)
    assert len(met.server.asked) == 2


def test_a_read_beyond_the_rate_limits_cap_ends() -> None:
    """An hour until the limit resets is not waited for."""
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"}
    with (
        meeting(Reply({"message": "API rate limit exceeded for user"}, 403, reset)) as met,
        pytest.raises(HostUnavailable, match="rate limit"),
    ):
        met.host.comments(7)


WRITES: dict[str, Callable[[GitHubHost], object]] = {
    "review": lambda host: host.create_review(7, DRAFT),
    "comment": lambda host: host.create_comment(7, "x"),
    "edit": lambda host: host.edit_comment(5, "x"),
    "reply": lambda host: host.reply(7, 5, "x"),
    "delete": lambda host: host.delete_pending_review(7, 1),
    "status": lambda host: host.set_status("abc", "success", "x"),
    "sarif": lambda host: host.upload_sarif("abc", "refs/heads/x", b"{}"),
}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("status", [500, 502, 503, HANG_UP])
def test_a_write_is_sent_once(name: str, status: int) -> None:
    """PyGithub's default sends a POST eleven times after a 502; here it is once, whatever broke."""
    with meeting(Reply(status=status)) as met, pytest.raises(HostUnavailable):
        WRITES[name](met.host)
    assert len(met.server.asked) == 1
    assert met.slept == []


@pytest.mark.parametrize("status", [403, 429])
def test_a_rate_limited_write_waits_as_asked(status: int) -> None:
    """What a rate limit turned away did not happen: it is sent again after the pause, which grows."""
    with meeting(
        Reply(SECONDARY, status, {"Retry-After": "7"}), Reply(SECONDARY, status, {"Retry-After": "0"}), Reply(REVIEW)
    ) as met:
        assert met.host.create_review(7, DRAFT).id == 1
    assert met.slept == [7, 2]
    assert met.server.asked[0].body == met.server.asked[2].body


def test_a_rate_limit_past_the_cap_is_told() -> None:
    """90 seconds in all, over all the pauses of a write; then the run says why it stopped."""
    limited = Reply(SECONDARY, 403)
    with meeting(limited, limited) as met, pytest.raises(HostUnavailable, match="secondary rate limit"):
        met.host.create_comment(7, "x")
    assert met.slept == [60]
    with meeting(Reply(SECONDARY, 429, {"Retry-After": "91"})) as met, pytest.raises(HostUnavailable):
        met.host.create_comment(7, "x")
    assert met.slept == []


def test_a_refused_write_says_what_github_said() -> None:
    """The 422 of a bad anchor reaches the caller as such."""
    refusal = Reply({"message": "Unprocessable Entity", "errors": ["Line could not be resolved"]}, 422)
    with meeting(refusal) as met, pytest.raises(HostRefused, match="Line could not be resolved"):
        met.host.create_review(7, DRAFT)


@pytest.mark.parametrize("status", [403, 404])
def test_an_apps_token_has_the_login_it_was_given(status: int) -> None:
    """A workflow's own token may not ask who it is; it is asked once, and the answer of a person's token counts."""
    refused = Reply({"message": "Resource not accessible by integration"}, status)
    with meeting(refused) as met:
        assert [met.host.own_login(), met.host.own_login()] == ["github-actions[bot]"] * 2
    with meeting(refused, bot_login="hunkwise-app[bot]") as met:
        assert met.host.own_login() == "hunkwise-app[bot]"
    with meeting(Reply({"login": "maria"}), bot_login="hunkwise-app[bot]") as met:
        assert met.host.own_login() == "maria"


@pytest.mark.parametrize(
    ("permission", "may"), [("admin", True), ("maintain", True), ("write", True), ("triage", False), ("none", False)]
)
def test_who_may_write(permission: str, *, may: bool) -> None:
    """Read and triage do not spend; a login is no path."""
    with meeting(Reply({"permission": permission})) as met:
        assert met.host.may_write("a/../b") is may
    assert met.server.targets == ["GET /repos/acme/shop/collaborators/a%2F..%2Fb/permission"]


def test_a_bot_may_not_write() -> None:
    """An app with write access spends nothing by its own pull requests; GitHub is not even asked."""
    with meeting() as met:
        assert not met.host.may_write("dependabot[bot]")
    assert met.server.asked == []


@pytest.mark.parametrize("path", ["../../user", "a/../b", "a//b", "/etc/passwd", "", ".", "a/./b"])
def test_a_path_cannot_climb_out_of_the_repository(path: str) -> None:
    """Paths come from the pull request's diff; none of them becomes another request of ours."""
    with meeting() as met:
        assert met.host.text(path, "abc") is None
    assert met.server.asked == []


def test_paths_are_quoted_byte_by_byte() -> None:
    """A name that is no UTF-8, or holds the URL's own letters, names its file and nothing else."""
    with meeting(Reply(b"x", headers={"Content-Type": "application/vnd.github.v3.raw"})) as met:
        assert met.host.text("d r/\udcff?ref=evil#%2e\u00e9.py", "abc") == b"x"
    assert met.server.targets == ["GET /repos/acme/shop/contents/d%20r/%FF%3Fref%3Devil%23%252e%C3%A9.py?ref=abc"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply([{"name": "a.py"}]),
        Reply({"type": "submodule"}, headers={"Content-Type": "application/json; charset=utf-8"}),
        Reply({"message": "Not Found"}, 404),
        Reply({"message": "This API returns blobs up to 100 MB", "errors": [{"code": "too_large"}]}, 403),
        Reply(b"123456789" * 100, headers={"Content-Type": "application/vnd.github.v3.raw"}),
    ],
)
def test_what_is_no_readable_file_has_no_text(reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders, submodules and files too large are context for nobody, and no reason to stop."""
    monkeypatch.setattr(host_module, "MOST_TEXT", 800)
    with meeting(reply) as met:
        assert met.host.text("src", "abc") is None


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"message": "Sorry", "errors": [{"code": "too_large", "field": "diff"}]}, 406),
        *[Reply({"message": "Server Error", "errors": [{"code": "not_available", "field": "diff"}]}, 500)],
    ],
)
def test_a_diff_that_github_does_not_make(reply: Reply) -> None:
    """Too large, or given up while it was made: both lead to the files listing."""
    with meeting(*[reply] * 4) as met, pytest.raises(DiffTooLarge):
        met.host.diff(7)


def test_a_thread_with_comments_beyond_32_bits() -> None:
    """Comment numbers have outgrown GraphQL's Int; the thread is still found, and nothing is resolved twice."""
    threads = {
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "nodes": [
            {"id": "T0", "isResolved": False, "comments": {"nodes": []}},
            {"id": "T1", "isResolved": True, "comments": {"nodes": [{"fullDatabaseId": "9999999999"}]}},
        ],
    }
    found = Reply({"data": {"repository": {"pullRequest": {"reviewThreads": threads}}}})
    with meeting(found, found) as met:
        met.host.resolve_thread(7, 9_999_999_999)
        with pytest.raises(NoSuchThing):
            met.host.resolve_thread(7, 1)
    assert [str(asked) for asked in met.server.asked] == ["POST /api/graphql"] * 2
    assert "databaseId" not in met.server.asked[0].body["query"]


def test_no_error_and_no_log_holds_token_or_body(caplog: pytest.LogCaptureFixture) -> None:
    """Code of the pull request and the token stay out of errors and logs; PyGithub prints nothing of its own."""
    caplog.set_level(logging.DEBUG)
    secret_code = "def the_secret_sauce(): ..."  # noqa: S105  # no password
    told = ""
    forbidden = Reply({"message": "no"}, 403)
    with meeting(Reply({"message": f"no {TOKEN}"}, 422), Reply(status=HANG_UP), Reply(COMMENT), forbidden) as met:
        for _ in range(2):
            with pytest.raises(CodeHostError) as failed:
                met.host.create_comment(7, secret_code)
            told += "".join(traceback.format_exception_only(failed.value)) + failed.value.next_step
        met.host.create_comment(7, secret_code)
        with pytest.raises(NotPermitted):
            met.host.pull_request(7)
    assert len(met.server.asked) == 4
    assert [record.name for record in caplog.records if record.name.startswith("github")] == []
    assert TOKEN not in told + caplog.text
    assert "secret_sauce" not in told + caplog.text


def test_how_github_is_asked_in_earnest() -> None:
    """GitHub allows 80 new contents a minute, so writes are a second apart; only reads are tried again."""
    host = GitHubHost(TOKEN, "acme/shop")
    sent = host._api._requester.kwargs
    host.close()
    assert (sent["base_url"], sent["per_page"], sent["seconds_between_writes"]) == ("https://api.github.com", 100, 1.0)
    assert sent["retry"].allowed_methods == {"GET"}
    assert (sent["retry"].total, sent["retry"].retry_after_max, sent["retry"].max_rate_limit_wait) == (3, 90, 90)
