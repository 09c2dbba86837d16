"""From GitHub's JSON to our values; a deleted account is called ghost, as on the site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.core.diff.model import Side
from bot.core.pull_request import ListedFile, PostedComment, PostedInline, PostedIssue, PostedReview, PullRequest

Json = dict[str, Any]


def pull_request(data: Json) -> PullRequest:
    """A pull request by its own endpoint (a listing leaves the sums out)."""
    head_repo = data["head"].get("repo")
    return PullRequest(
        repo=data["base"]["repo"]["full_name"],
        number=data["number"],
        title=data["title"],
        description=data.get("body") or "",
        author=_login(data),
        state=data["state"],
        merged=bool(data.get("merged")),
        draft=bool(data.get("draft")),
        locked=bool(data.get("locked")),
        base_ref=data["base"]["ref"],
        base_sha=data["base"]["sha"],
        head_ref=data["head"]["ref"],
        head_sha=data["head"]["sha"],
        head_repo=head_repo["full_name"] if head_repo else None,
        labels=tuple(label["name"] for label in data.get("labels") or ()),
        additions=data["additions"],
        deletions=data["deletions"],
        changed_files=data["changed_files"],
        url=data.get("html_url") or "",
    )


def listed_file(data: Json) -> ListedFile:
    """One entry of the files listing."""
    return ListedFile(
        path=data["filename"],
        old_path=data.get("previous_filename"),
        status=data["status"],
        patch=data.get("patch"),
        additions=data["additions"],
        deletions=data["deletions"],
        changes=data["changes"],
    )


def posted_comment(data: Json) -> PostedComment:
    """A comment on the conversation."""
    created = data.get("created_at")
    return PostedComment(
        id=data["id"],
        author=_login(data),
        body=data.get("body") or "",
        url=data.get("html_url") or "",
        created_at=datetime.fromisoformat(created) if created else None,
    )


def numbered_comment(data: Json) -> tuple[int, PostedComment]:
    """A comment with the number of the issue or pull request that it stands on."""
    return int(str(data["issue_url"]).rpartition("/")[2]), posted_comment(data)


def posted_issue(data: Json) -> PostedIssue:
    """An issue (a listing of issues holds pull requests too, which the caller leaves out)."""
    return PostedIssue(
        number=data["number"],
        author=_login(data),
        title=data["title"],
        body=data.get("body") or "",
        url=data.get("html_url") or "",
    )


def posted_review(data: Json) -> PostedReview:
    """A review, pending or submitted."""
    return PostedReview(
        id=data["id"],
        author=_login(data),
        state=data["state"],
        body=data.get("body") or "",
        commit_sha=data.get("commit_id"),
        url=data.get("html_url") or "",
    )


def posted_inline(data: Json) -> PostedInline:
    """An inline comment or a reply to one."""
    return PostedInline(
        id=data["id"],
        review_id=data.get("pull_request_review_id"),
        author=_login(data),
        body=data.get("body") or "",
        path=data["path"],
        line=data.get("line"),
        side=Side(data.get("side") or Side.RIGHT),
        reply_to=data.get("in_reply_to_id"),
        url=data.get("html_url") or "",
    )


def _login(data: Json) -> str:
    user = data.get("user")
    return user["login"] if user else "ghost"
