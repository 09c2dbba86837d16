"""A pull request and what stands on it, as the code host tells: values only, none of them trusted for being there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.diff.model import Side


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The facts of one pull request at one moment.

    `repo` is owner/name; `head_repo` is None where the fork is gone. `additions`, `deletions` and `changed_files`
    are the host's own sums, which show whether a diff came whole.
    """

    repo: str
    number: int
    title: str
    description: str
    author: str
    state: str
    merged: bool
    draft: bool
    locked: bool
    base_ref: str
    base_sha: str
    head_ref: str
    head_sha: str
    head_repo: str | None
    labels: tuple[str, ...]
    additions: int
    deletions: int
    changed_files: int
    url: str = ""

    @property
    def from_fork(self) -> bool:
        """Whether the head lies in another repository than the base."""
        return self.head_repo != self.repo


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One entry of the host's files listing; `patch` is None where the host withheld it."""

    path: str
    old_path: str | None
    status: str
    patch: str | None
    additions: int
    deletions: int
    changes: int


@dataclass(frozen=True, slots=True)
class PostedComment:
    """A comment on the conversation of a pull request."""

    id: int
    author: str
    body: str
    url: str
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PostedIssue:
    """An issue that stands open."""

    number: int
    author: str
    title: str
    body: str
    url: str


@dataclass(frozen=True, slots=True)
class PostedReview:
    """A review; `state` is the host's word (PENDING, COMMENTED, CHANGES_REQUESTED, APPROVED, DISMISSED)."""

    id: int
    author: str
    state: str
    body: str
    commit_sha: str | None
    url: str


@dataclass(frozen=True, slots=True)
class PostedInline:
    """An inline comment of a review. `line` is None where the host calls it outdated; `reply_to` names its thread."""

    id: int
    review_id: int | None
    author: str
    body: str
    path: str
    line: int | None
    side: Side
    reply_to: int | None
    url: str


@dataclass(frozen=True, slots=True)
class InlineDraft:
    """An inline comment to be posted, in the host's own convention: `line` is the last of the range."""

    path: str
    side: Side
    start_line: int | None
    line: int
    body: str


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """A review to be posted on one commit. `event` is COMMENT or REQUEST_CHANGES."""

    commit_sha: str
    body: str
    event: str
    comments: tuple[InlineDraft, ...]


@dataclass(frozen=True, slots=True)
class Annotation:
    """A line of a check run's annotations; `level` is notice, warning or failure."""

    path: str
    start_line: int
    end_line: int
    level: str
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckDraft:
    """A finished check run: `conclusion` is success, neutral, failure or action_required."""

    commit_sha: str
    conclusion: str
    title: str
    summary: str
    annotations: tuple[Annotation, ...]
