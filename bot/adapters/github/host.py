"""One repository on GitHub as a CodeHost. Importing this imports PyGithub, so it is done only where GitHub is asked."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote

from bot.adapters.github import bodies, threads, values
from bot.adapters.github.api import Api, Pace, read_as
from bot.adapters.github.failures import Doing
from bot.core.pull_request import (
    CheckDraft,
    ListedFile,
    PostedComment,
    PostedInline,
    PostedIssue,
    PostedReview,
    PullRequest,
    ReviewDraft,
)
from bot.errors import BadConfiguration, DiffTooLarge, NoSuchThing, NotPermitted

ACTIONS_LOGIN = "github-actions[bot]"
"""Whose name the comments of a workflow's own token carry."""

MOST_TEXT = 4_000_000
"""Bytes of a file past which it is no context for anybody."""

_DIFF = "application/vnd.github.v3.diff"
_RAW = "application/vnd.github.v3.raw"
_WRITERS = frozenset({"write", "maintain", "admin"})
_REPO = re.compile(r"(?!\.+/)[\w.-]+/(?!\.+$)[\w.-]+", re.ASCII)

_READ_PULL = "pull-requests: read"
_WRITE_PULL = "pull-requests: write"
_READ_ISSUES = "issues: read"
_WRITE_ISSUES = "issues: write"
_WRITE_COMMENT = "pull-requests: write (or issues: write)"


class GitHubHost:
    """CodeHost over PyGithub; a GitHub Enterprise Server has its own `api_url`, as in https://ghe.example/api/v3.

    Nothing is asked of GitHub before the first method is called. `bot_login` is whose comments are one's own where
    the token belongs to an app, which GitHub does not tell by name. For one thread.
    """

    def __init__(
        self,
        token: str,
        repo: str,
        api_url: str = "https://api.github.com",
        bot_login: str | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Raises BadConfiguration where token, repository or address cannot be what they are given for."""
        token = token.strip()
        check_access(token, repo, api_url)
        self._api = Api(token, api_url.rstrip("/"), pace or Pace())
        self._repo = repo
        self._bot_login = bot_login or ACTIONS_LOGIN
        self._login: str | None = None

    def pull_request(self, number: int) -> PullRequest:
        """The facts as they are now."""
        doing = Doing(f"read pull request #{number}", _READ_PULL)
        pull = read_as(values.pull_request, self._api.get(self._at(f"pulls/{number}"), doing), doing)
        # A repository that was renamed answers reads by a redirect and loses writes: go on under its present name.
        self._repo = pull.repo
        return pull

    def diff(self, number: int) -> bytes:
        """The diff's own bytes; raises DiffTooLarge where GitHub will not give it whole."""
        doing = Doing(f"read the diff of #{number}", _READ_PULL)
        return self._api.raw(self._at(f"pulls/{number}"), _DIFF, doing).body

    def files(self, number: int) -> tuple[ListedFile, ...]:
        """The files listing, all pages GitHub gives (3,000 files at most)."""
        doing = Doing(f"list the files of #{number}", _READ_PULL)
        listed = self._api.pages(self._at(f"pulls/{number}/files"), doing)
        return tuple(read_as(values.listed_file, one, doing) for one in listed)

    def text(self, path: str, sha: str) -> bytes | None:
        """A file's bytes at a commit; None for a folder, a submodule, no such file, or one past MOST_TEXT."""
        if not all(part.strip(".") for part in path.split("/")):
            return None  # a path of a diff's making must not climb to another address of the API
        doing = Doing("read a file of the repository", "contents: read")
        at = self._at(f"contents/{quote(path.encode('utf-8', 'surrogateescape'), safe='/')}")
        try:
            raw = self._api.raw(at, _RAW, doing, MOST_TEXT, {"ref": sha})
        except (NoSuchThing, DiffTooLarge):
            return None
        described = raw.media_type == "application/json" and raw.body[:1] in (b"[", b"{")
        return None if described else raw.body

    def own_login(self) -> str:
        """The login this token's comments carry; an app's token may not ask, and has the login it was given."""
        if self._login is None:
            doing = Doing("ask whose token this is", "metadata: read")
            try:
                self._login = str(self._api.get("/user", doing)["login"])
            except (NotPermitted, NoSuchThing):
                self._login = self._bot_login
        return self._login

    def may_write(self, login: str) -> bool:
        """Whether a person has write access; never a bot, nor anyone who is no collaborator."""
        if not login or login.endswith("[bot]"):
            return False
        doing = Doing("ask who may write to the repository", "metadata: read")
        try:
            answer = self._api.get(self._at(f"collaborators/{quote(login, safe='')}/permission"), doing)
        except NoSuchThing:
            return False
        return answer.get("permission") in _WRITERS

    def comments(self, number: int) -> tuple[PostedComment, ...]:
        """The conversation's comments, oldest first."""
        doing = Doing(f"list the comments on #{number}", _READ_PULL)
        listed = self._api.pages(self._at(f"issues/{number}/comments"), doing)
        return tuple(read_as(values.posted_comment, one, doing) for one in listed)

    def recent_comments(self, since: datetime) -> tuple[tuple[int, PostedComment], ...]:
        """The comments in all conversations that were written or edited since then, with their numbers."""
        doing = Doing("list the repository's comments", _READ_PULL)
        listed = self._api.pages(self._at("issues/comments"), doing, {"since": f"{since:%Y-%m-%dT%H:%M:%SZ}"})
        return tuple(read_as(values.numbered_comment, one, doing) for one in listed)

    def open_issues(self, label: str) -> tuple[PostedIssue, ...]:
        """The open issues with a label, newest first; pull requests are not among them."""
        doing = Doing("list the repository's issues", _READ_ISSUES)
        listed = self._api.pages(self._at("issues"), doing, {"state": "open", "labels": label})
        return tuple(read_as(values.posted_issue, one, doing) for one in listed if "pull_request" not in one)

    def create_issue(self, title: str, body: str, label: str) -> PostedIssue:
        """Open an issue; never sent a second time in here."""
        doing = Doing("open an issue", _WRITE_ISSUES)
        answer = self._api.write("POST", self._at("issues"), doing, {"title": title, "body": body, "labels": [label]})
        return read_as(values.posted_issue, answer, doing)

    def reviews(self, number: int) -> tuple[PostedReview, ...]:
        """The reviews, oldest first; one's own pending review is among them."""
        doing = Doing(f"list the reviews of #{number}", _READ_PULL)
        listed = self._api.pages(self._at(f"pulls/{number}/reviews"), doing)
        return tuple(read_as(values.posted_review, one, doing) for one in listed)

    def inline_comments(self, number: int) -> tuple[PostedInline, ...]:
        """All inline comments of submitted reviews, replies included, oldest first."""
        doing = Doing(f"list the inline comments on #{number}", _READ_PULL)
        listed = self._api.pages(self._at(f"pulls/{number}/comments"), doing)
        return tuple(read_as(values.posted_inline, one, doing) for one in listed)

    def create_review(self, number: int, draft: ReviewDraft) -> PostedReview:
        """Post a review, whole or not at all; never sent a second time in here."""
        doing = Doing(f"post a review on #{number}", _WRITE_PULL)
        answer = self._api.write("POST", self._at(f"pulls/{number}/reviews"), doing, bodies.review(draft))
        return read_as(values.posted_review, answer, doing)

    def delete_pending_review(self, number: int, review_id: int) -> None:
        """Remove a review that was never submitted."""
        doing = Doing(f"remove a pending review of #{number}", _WRITE_PULL)
        self._api.write("DELETE", self._at(f"pulls/{number}/reviews/{review_id}"), doing)

    def create_comment(self, number: int, body: str) -> PostedComment:
        """Post on the conversation; never sent a second time in here."""
        doing = Doing(f"comment on #{number}", _WRITE_COMMENT)
        answer = self._api.write("POST", self._at(f"issues/{number}/comments"), doing, {"body": body})
        return read_as(values.posted_comment, answer, doing)

    def edit_comment(self, comment_id: int, body: str) -> PostedComment:
        """Replace a comment's body."""
        doing = Doing("edit a comment", _WRITE_COMMENT)
        answer = self._api.write("PATCH", self._at(f"issues/comments/{comment_id}"), doing, {"body": body})
        return read_as(values.posted_comment, answer, doing)

    def reply(self, number: int, comment_id: int, body: str) -> None:
        """Answer in an inline comment's thread; never sent a second time in here."""
        doing = Doing(f"reply to an inline comment on #{number}", _WRITE_PULL)
        self._api.write("POST", self._at(f"pulls/{number}/comments/{comment_id}/replies"), doing, {"body": body})

    def resolve_thread(self, number: int, comment_id: int) -> None:
        """Mark the thread that an inline comment began as resolved; one that is stays so."""
        doing = Doing(f"resolve a thread of #{number}", "contents: write")
        thread = threads.find_thread(self._api, self._repo, number, comment_id, doing)
        if thread is None:
            raise NoSuchThing(f"No thread of #{number} begins with comment {comment_id}.")
        if not thread["isResolved"]:
            threads.resolve(self._api, thread["id"], doing)

    def set_status(self, sha: str, state: str, description: str) -> None:
        """Set the commit status `hunkwise` (success, failure, error or pending)."""
        doing = Doing("set a commit status", "statuses: write")
        self._api.write("POST", self._at(f"statuses/{sha}"), doing, bodies.status(state, description))

    def create_check(self, check: CheckDraft) -> str:
        """Create a finished check run, 50 annotations a request; gives its URL."""
        doing = Doing("create a check run", "checks: write")
        created, more = bodies.check_run(check)
        answer = self._api.write("POST", self._at("check-runs"), doing, created)
        check_id, url = read_as(lambda run: (int(run["id"]), str(run.get("html_url") or "")), answer, doing)
        for body in more:
            self._api.write("PATCH", self._at(f"check-runs/{check_id}"), doing, body)
        return url

    def upload_sarif(self, sha: str, ref: str, sarif: bytes) -> None:
        """Hand a SARIF log to code scanning."""
        doing = Doing("upload to code scanning", "security-events: write")
        self._api.write("POST", self._at("code-scanning/sarifs"), doing, bodies.sarif_upload(sha, ref, sarif))

    def close(self) -> None:
        """Drop the connections."""
        self._api.close()

    def _at(self, path: str) -> str:
        return f"/repos/{self._repo}/{path}"


def check_access(token: str, repo: str, api_url: str) -> None:
    """Raises BadConfiguration where token, repository or address cannot be what they are given for."""
    if not token.isascii() or not token.isprintable() or " " in token:
        raise BadConfiguration(
            "The GitHub token holds a space, a line break or a letter that no token has.",
            next_step="Set GITHUB_TOKEN to the token alone.",
        )
    if not _REPO.fullmatch(repo):
        raise BadConfiguration(f"'{repo}' names no repository.", next_step="Write it as OWNER/NAME.")
    if not re.match(r"https?://[^/]", api_url):
        raise BadConfiguration(
            f"'{api_url}' is no address of an API.",
            next_step="Set GITHUB_API_URL to something like https://github.example.com/api/v3, or unset it.",
        )
