"""GitHub's JSON for our values, with the fields that the adapter reads."""

from __future__ import annotations

from typing import Any

from bot.core.pull_request import Annotation, ListedFile, PostedComment, PostedInline, PostedReview, PullRequest
from bot.errors import HostRefused
from tests.github_rules import MOST_ANNOTATIONS

Json = dict[str, Any]


def pull_json(pull: PullRequest) -> Json:
    """A pull request by its own endpoint."""
    return {
        "number": pull.number,
        "title": pull.title,
        "body": pull.description or None,
        "user": {"login": pull.author},
        "state": pull.state,
        "merged": pull.merged,
        "draft": pull.draft,
        "locked": pull.locked,
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": {"full_name": pull.repo}},
        "head": {
            "ref": pull.head_ref,
            "sha": pull.head_sha,
            "repo": {"full_name": pull.head_repo} if pull.head_repo else None,
        },
        "labels": [{"name": name} for name in pull.labels],
        "additions": pull.additions,
        "deletions": pull.deletions,
        "changed_files": pull.changed_files,
        "html_url": pull.url,
    }


def file_json(file: ListedFile) -> Json:
    """An entry of the files listing."""
    entry: Json = {
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.changes,
    }
    entry |= {"previous_filename": file.old_path} if file.old_path else {}
    return entry | ({} if file.patch is None else {"patch": file.patch})


def comment_json(comment: PostedComment) -> Json:
    """A comment on the conversation."""
    created = comment.created_at.strftime("%Y-%m-%dT%H:%M:%SZ") if comment.created_at else None
    return {
        "id": comment.id,
        "user": {"login": comment.author},
        "body": comment.body,
        "html_url": comment.url,
        "created_at": created,
    }


def review_json(review: PostedReview) -> Json:
    """A review."""
    return {
        "id": review.id,
        "user": {"login": review.author},
        "state": review.state,
        "body": review.body,
        "commit_id": review.commit_sha,
        "html_url": review.url,
    }


def inline_json(inline: PostedInline) -> Json:
    """An inline comment."""
    entry: Json = {
        "id": inline.id,
        "pull_request_review_id": inline.review_id,
        "user": {"login": inline.author},
        "body": inline.body,
        "path": inline.path,
        "line": inline.line,
        "side": inline.side.value,
        "html_url": inline.url,
    }
    return entry | ({} if inline.reply_to is None else {"in_reply_to_id": inline.reply_to})


def read_annotations(output: Json) -> tuple[Annotation, ...]:
    """The annotations of a check run's output; raises HostRefused past 50."""
    annotations = output["annotations"]
    if len(annotations) > MOST_ANNOTATIONS:
        raise HostRefused("No more than 50 annotations a request")
    return tuple(
        Annotation(
            one["path"], one["start_line"], one["end_line"], one["annotation_level"], one["title"], one["message"]
        )
        for one in annotations
    )
