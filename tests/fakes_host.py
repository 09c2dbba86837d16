"""A GitHub in memory: it keeps state, checks what GitHub checks, and fails where a test says so."""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from bot.core.diff.model import Diff
from bot.core.diff.read import read_diff
from bot.core.pull_request import (
    Annotation,
    CheckDraft,
    InlineDraft,
    ListedFile,
    PostedComment,
    PostedInline,
    PostedReview,
    PullRequest,
    ReviewDraft,
)
from bot.errors import DiffTooLarge, HostRefused, HostUnavailable, NoSuchThing, NotPermitted
from tests.fakes import NOON
from tests.github_rules import STATES, check_body, check_review, listed, still_anchors

EVERY_PERMISSION = frozenset(
    {
        "contents: read",
        "contents: write",
        "pull-requests: read",
        "pull-requests: write",
        "statuses: write",
        "checks: write",
        "security-events: write",
    }
)


class Fault(Enum):
    """What becomes of one write."""

    LOST_BEFORE = "answered with 502, and not done"
    LOST_AFTER = "answered with 502, and done all the same"
    LIMITED = "turned away by a secondary rate limit that a wait lifts"


@dataclass
class _Pull:
    """A pull request with every diff it ever had, by head: GitHub forgets no push."""

    facts: PullRequest
    diffs: dict[str, bytes]
    comments: list[PostedComment] = field(default_factory=list)
    reviews: list[PostedReview] = field(default_factory=list)
    inlines: list[PostedInline] = field(default_factory=list)


@dataclass
class FakeCodeHost:
    """A CodeHost of one repository, and the hands of everybody else in it (`open`, `push`, `comment_as` …).

    `permissions` are the token's; `withheld` are paths whose patch the listing leaves out; `calls` are the names of
    the port's methods in the order they were called.
    """

    repo: str = "acme/shop"
    login: str = "github-actions[bot]"
    permissions: set[str] = field(default_factory=lambda: set(EVERY_PERMISSION))
    roles: dict[str, str] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    gives_diffs: bool = True
    calls: list[str] = field(default_factory=list)
    waits: int = 0
    resolved: set[int] = field(default_factory=set)
    statuses: list[tuple[str, str, str]] = field(default_factory=list)
    checks: list[CheckDraft] = field(default_factory=list)
    sarif_logs: list[tuple[str, str, bytes]] = field(default_factory=list)
    _pulls: dict[int, _Pull] = field(default_factory=dict)
    _texts: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _last_id: int = 1000

    # What everybody else does.

    def open(self, number: int, diff: bytes, texts: Mapping[str, bytes] | None = None, **facts: object) -> PullRequest:
        """Open a pull request. `texts` are files at its head; `facts` are fields of PullRequest."""
        pull = PullRequest(
            repo=self.repo,
            number=number,
            title="A change",
            description="",
            author="alice",
            state="open",
            merged=False,
            draft=False,
            locked=False,
            base_ref="main",
            base_sha=_sha(f"base {number}"),
            head_ref="feature",
            head_sha=_sha(f"head {number} 0"),
            head_repo=self.repo,
            labels=(),
            additions=0,
            deletions=0,
            changed_files=0,
            url=f"https://github.com/{self.repo}/pull/{number}",
        )
        self._pulls[number] = _Pull(replace(pull, **facts), {})  # type: ignore[arg-type]  # replace checks the names
        return self.push(number, diff, texts, head_sha=self._pulls[number].facts.head_sha)

    def push(
        self, number: int, diff: bytes, texts: Mapping[str, bytes] | None = None, head_sha: str | None = None
    ) -> PullRequest:
        """Move the head: `diff` is the whole pull request's from now on. Comments it leaves behind are outdated."""
        pull = self._pulls[number]
        head = head_sha or _sha(f"head {number} {len(pull.diffs)}")
        pull.diffs[head] = diff
        files = _read(diff).files
        self.add_texts(head, texts or {})
        pull.inlines = [one if still_anchors(files, one) else replace(one, line=None) for one in pull.inlines]
        return self.change(
            number,
            head_sha=head,
            additions=sum(hunk.added for file in files for hunk in file.hunks),
            deletions=sum(hunk.deleted for file in files for hunk in file.hunks),
            changed_files=len(files),
        )

    def change(self, number: int, **facts: object) -> PullRequest:
        """Change the facts of a pull request: close it, label it, lock it."""
        pull = self._pulls[number]
        pull.facts = replace(pull.facts, **facts)  # type: ignore[arg-type]  # replace checks the names
        return pull.facts

    def add_texts(self, sha: str, texts: Mapping[str, bytes]) -> None:
        """Have files at a commit."""
        self._texts |= {(path, sha): text for path, text in texts.items()}

    def comment_as(self, author: str, number: int, body: str) -> PostedComment:
        """Somebody comments on the conversation."""
        comment = PostedComment(
            id=self._new_id(),
            author=author,
            body=body,
            url=f"{self._pulls[number].facts.url}#issuecomment-{self._last_id}",
            created_at=NOON + timedelta(seconds=self._last_id),
        )
        self._pulls[number].comments.append(comment)
        return comment

    def delete_comment(self, comment_id: int) -> None:
        """Somebody deletes a comment."""
        for pull in self._pulls.values():
            pull.comments = [comment for comment in pull.comments if comment.id != comment_id]

    def leave_pending_review(self, number: int, author: str | None = None) -> PostedReview:
        """A review begun and never submitted; one's own unless said otherwise."""
        return self._keep_review(number, author or self.login, "PENDING", "", self._pulls[number].facts.head_sha)

    def review_as(self, author: str, number: int, draft: ReviewDraft) -> PostedReview:
        """Somebody posts a review."""
        review = self._keep_review(number, author, STATES[draft.event], draft.body, draft.commit_sha)
        for comment in draft.comments:
            self._keep_inline(number, author, review.id, comment)
        return review

    def fail(self, method: str, *faults: Fault) -> None:
        """Have the next calls of a writing method end so."""
        self._faults[method].extend(faults)

    def is_limited(self, method: str) -> bool:
        """Whether this call is turned away by a rate limit; it is lifted by asking."""
        due = self._faults[method]
        if due and due[0] is Fault.LIMITED:
            due.popleft()
            return True
        return False

    # CodeHost: reading.

    def pull_request(self, number: int) -> PullRequest:
        """The facts as they are now."""
        self._called("pull_request", "pull-requests: read")
        return self._pull(number).facts

    def diff(self, number: int) -> bytes:
        """The diff of the present head."""
        self._called("diff", "pull-requests: read")
        pull = self._pull(number)
        if not self.gives_diffs:
            raise DiffTooLarge("Sorry, the diff exceeded the maximum number of lines (20000)")
        return pull.diffs[pull.facts.head_sha]

    def files(self, number: int) -> tuple[ListedFile, ...]:
        """The listing, made from the diff."""
        self._called("files", "pull-requests: read")
        pull = self._pull(number)
        files = _read(pull.diffs[pull.facts.head_sha]).files
        return tuple(listed(file, withheld=file.path in self.withheld) for file in files)

    def text(self, path: str, sha: str) -> bytes | None:
        """A file that `open`, `push` or `add_texts` put there."""
        self._called("text", "contents: read")
        return self._texts.get((path, sha))

    def own_login(self) -> str:
        """The bot's name."""
        self.calls.append("own_login")
        return self.login

    def may_write(self, login: str) -> bool:
        """Whether `roles` gives the person write access."""
        self.calls.append("may_write")
        return self.roles.get(login) in {"write", "maintain", "admin"}

    def comments(self, number: int) -> tuple[PostedComment, ...]:
        """The conversation."""
        self._called("comments", "pull-requests: read")
        return tuple(self._pull(number).comments)

    def recent_comments(self, since: datetime) -> tuple[tuple[int, PostedComment], ...]:
        """The conversations of all pull requests; an edit counts as of the comment's making."""
        self._called("recent_comments", "pull-requests: read")
        listed = [(number, one) for number, pull in self._pulls.items() for one in pull.comments]
        return tuple((number, one) for number, one in listed if one.created_at is None or one.created_at >= since)

    def reviews(self, number: int) -> tuple[PostedReview, ...]:
        """Reviews; other people's pending ones are not shown."""
        self._called("reviews", "pull-requests: read")
        return tuple(one for one in self._pull(number).reviews if one.state != "PENDING" or one.author == self.login)

    def inline_comments(self, number: int) -> tuple[PostedInline, ...]:
        """Inline comments and replies."""
        self._called("inline_comments", "pull-requests: read")
        return tuple(self._pull(number).inlines)

    # CodeHost: writing.

    def create_review(self, number: int, draft: ReviewDraft) -> PostedReview:
        """Post a review if GitHub would take all of it."""
        with self._writing("create_review", "pull-requests: write"):
            self._check_review(number, draft)
            return self.review_as(self.login, number, draft)

    def delete_pending_review(self, number: int, review_id: int) -> None:
        """Remove one's own pending review."""
        with self._writing("delete_pending_review", "pull-requests: write"):
            pull = self._pull(number)
            review = next((one for one in pull.reviews if one.id == review_id), None)
            if review is None or review.author != self.login:
                raise NoSuchThing("Not Found")
            if review.state != "PENDING":
                raise HostRefused("Can not delete a non-pending pull request review")
            pull.reviews.remove(review)

    def create_comment(self, number: int, body: str) -> PostedComment:
        """Post on the conversation."""
        with self._writing("create_comment", "pull-requests: write"):
            if self._pull(number).facts.locked:
                raise NotPermitted("Unable to create comment because issue is locked.")
            check_body(body)
            return self.comment_as(self.login, number, body)

    def edit_comment(self, comment_id: int, body: str) -> PostedComment:
        """Replace the body of a comment."""
        with self._writing("edit_comment", "pull-requests: write"):
            check_body(body)
            for pull in self._pulls.values():
                for at, comment in enumerate(pull.comments):
                    if comment.id == comment_id:
                        pull.comments[at] = replace(comment, body=body)
                        return pull.comments[at]
            raise NoSuchThing("Not Found")

    def reply(self, number: int, comment_id: int, body: str) -> None:
        """Answer in a thread; a reply to a reply is refused."""
        with self._writing("reply", "pull-requests: write"):
            check_body(body)
            root = self._inline(number, comment_id)
            if root.reply_to is not None:
                raise HostRefused("in_reply_to is not the first comment of its thread")
            self._pull(number).inlines.append(
                replace(root, id=self._new_id(), author=self.login, body=body, reply_to=root.id)
            )

    def resolve_thread(self, number: int, comment_id: int) -> None:
        """Resolve the thread that the comment began."""
        with self._writing("resolve_thread", "contents: write"):
            if self._inline(number, comment_id).reply_to is not None:
                raise NoSuchThing("Could not resolve to a node")
            self.resolved.add(comment_id)

    def set_status(self, sha: str, state: str, description: str) -> None:
        """Keep the status as (sha, state, description)."""
        with self._writing("set_status", "statuses: write"):
            if state not in {"success", "failure", "error", "pending"}:
                raise HostRefused("Validation Failed; state is not included in the list")
            self.statuses.append((sha, state, description))

    def create_check(self, check: CheckDraft) -> str:
        """Keep the check run."""
        with self._writing("create_check", "checks: write"):
            self.checks.append(check)
            return f"https://github.com/{self.repo}/runs/{len(self.checks)}"

    def upload_sarif(self, sha: str, ref: str, sarif: bytes) -> None:
        """Keep the log as (sha, ref, log)."""
        with self._writing("upload_sarif", "security-events: write"):
            self.sarif_logs.append((sha, ref, sarif))

    def add_annotations(self, check_id: int, annotations: Iterable[Annotation]) -> None:
        """Add to a check run, as GitHub does with what an update brings."""
        check = self.checks[check_id - 1]
        self.checks[check_id - 1] = replace(check, annotations=(*check.annotations, *annotations))

    # How it is kept.

    def _called(self, method: str, permission: str) -> None:
        self.calls.append(method)
        implied = permission.replace("read", "write")
        if not {permission, implied} & self.permissions:
            raise NotPermitted(f"Resource not accessible by integration ({permission})")

    @contextmanager
    def _writing(self, method: str, permission: str) -> Iterator[None]:
        while self.is_limited(method):
            self.waits += 1
        self._called(method, permission)
        due = self._faults[method]
        fault = due.popleft() if due else None
        if fault is Fault.LOST_BEFORE:
            raise HostUnavailable("Server Error (502)")
        yield
        if fault is Fault.LOST_AFTER:
            raise HostUnavailable("Server Error (502)")

    def _check_review(self, number: int, draft: ReviewDraft) -> None:
        pull = self._pull(number)
        if any(one.state == "PENDING" and one.author == self.login for one in pull.reviews):
            raise HostRefused("User can only have one pending review per pull request")
        if draft.event != "COMMENT" and pull.facts.author == self.login:
            raise HostRefused("Can not request changes on your own pull request")
        if draft.commit_sha not in pull.diffs:
            raise HostRefused("commit_id is not part of the pull request")
        check_review(draft, _read(pull.diffs[draft.commit_sha]).files)

    def _keep_review(self, number: int, author: str, state: str, body: str, sha: str) -> PostedReview:
        pull = self._pulls[number]
        review_id = self._new_id()
        url = f"{pull.facts.url}#pullrequestreview-{review_id}"
        pull.reviews.append(PostedReview(review_id, author, state, body, sha, url))
        return pull.reviews[-1]

    def _keep_inline(self, number: int, author: str, review_id: int, draft: InlineDraft) -> None:
        pull = self._pulls[number]
        inline_id = self._new_id()
        pull.inlines.append(
            PostedInline(
                id=inline_id,
                review_id=review_id,
                author=author,
                body=draft.body,
                path=draft.path,
                line=draft.line,
                side=draft.side,
                reply_to=None,
                url=f"{pull.facts.url}#discussion_r{inline_id}",
            )
        )

    def _inline(self, number: int, comment_id: int) -> PostedInline:
        for one in self._pull(number).inlines:
            if one.id == comment_id:
                return one
        raise NoSuchThing("Not Found")

    def _pull(self, number: int) -> _Pull:
        if number not in self._pulls:
            raise NoSuchThing("Not Found")
        return self._pulls[number]

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id


def _sha(seed: str) -> str:
    return hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()


def _read(diff: bytes) -> Diff:
    """An empty diff is a pull request without changes here, not a mistake."""
    return read_diff(diff) if diff else Diff(())
