"""What stands on the stand-in: pull requests and all that was said about them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.github.changes import Changes, read_changes
from tests.e2e.github.repository import GitRepository

ACTIONS_BOT = "github-actions[bot]"
JOB_TOKEN = "ghs_" + "jobTokenOfTheWorkflow0123456789abcdef"
READS = {"contents": "read", "pull-requests": "read", "issues": "read", "metadata": "read"}
LEAST = {"contents": "read", "pull-requests": "write", "metadata": "read"}
"""The permissions that the README's workflow grants."""


@dataclass
class Token:
    """Who a token speaks for, and what it may: levels by permission. None: a person's own token, which may all."""

    login: str
    permissions: dict[str, str] | None

    def may(self, permission: str, level: str) -> bool:
        """Whether the level (read or write) is granted."""
        if self.permissions is None or permission == "metadata":
            return True
        granted = self.permissions.get(permission, "none")
        return granted in {"write", level}


@dataclass
class Limits:
    """GitHub's limits on diffs; tests make them small."""

    diff_files: int = 300
    diff_bytes: int = 1_000_000
    diff_lines: int = 20_000
    patch_bytes: int = 500_000
    patch_lines: int = 20_000
    listed_files: int = 3_000


@dataclass
class Pull:
    """A pull request. `branch` is where its head lies in the git repository, `head_ref` what GitHub calls it."""

    number: int
    title: str
    body: str | None
    author: str
    base: str
    branch: str
    head_ref: str
    head_repo: str
    labels: list[str] = field(default_factory=list)
    draft: bool = False
    state: str = "open"
    merged: bool = False
    locked: bool = False


@dataclass
class Issue:
    """An issue that is no pull request; both are numbered alike."""

    number: int
    author: str
    title: str
    body: str
    labels: list[str]
    at: datetime
    state: str = "open"


@dataclass
class Comment:
    """A comment on the conversation."""

    id: int
    number: int
    author: str
    body: str
    at: datetime


@dataclass
class Review:
    """A review, pending until it is submitted."""

    id: int
    number: int
    author: str
    state: str
    body: str
    commit: str
    at: datetime


@dataclass
class Inline:
    """An inline comment, with the lines as they were when it was made on `commit` (LEFT: on `merge_base`)."""

    id: int
    number: int
    review_id: int
    author: str
    body: str
    path: str
    side: str
    line: int
    start_line: int | None
    commit: str
    merge_base: str
    at: datetime
    reply_to: int | None = None


@dataclass
class Artifact:
    """What a workflow's run left behind: a zip archive, which is not kept for ever."""

    id: int
    name: str
    archive: bytes
    created: datetime
    expired: bool = False
    head_repository: int = 1


@dataclass
class State:
    """All of it. `people` are the permissions of collaborators by login, `storage` is where archives lie."""

    git: GitRepository
    repo: str
    limits: Limits = field(default_factory=Limits)
    people: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=lambda: {JOB_TOKEN: Token(ACTIONS_BOT, dict(LEAST))})
    pulls: dict[int, Pull] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    inlines: list[Inline] = field(default_factory=list)
    resolved: set[int] = field(default_factory=set)
    checks: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    sarifs: list[dict[str, Any]] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)
    storage: str = ""
    refused_anchors: set[tuple[str, int]] = field(default_factory=set)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(2_150_000_001))
    _changes: dict[tuple[str, str], Changes] = field(default_factory=dict)

    def now(self) -> datetime:
        """A moment after all that stands here, so that order by time is order of making."""
        said = len(self.issues) + len(self.comments) + len(self.reviews) + len(self.inlines)
        return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=said)

    def next_number(self) -> int:
        """The number of the next issue or pull request."""
        return max([0, *self.pulls, *self.issues]) + 1

    def head(self, pull: Pull) -> str:
        """The head commit as it is now."""
        return self.git.sha(pull.branch)

    def changes(self, pull: Pull, commit: str | None = None) -> Changes:
        """What a pull request changes, up to its head or up to a commit."""
        span = (self.git.sha(pull.base), commit or self.head(pull))
        if span not in self._changes:
            self._changes[span] = read_changes(self.git, *span)
        return self._changes[span]

    def withheld(self, section: bytes) -> bool:
        """Whether a file's patch is too large to be shown."""
        return len(section) > self.limits.patch_bytes or section.count(b"\n") > self.limits.patch_lines
