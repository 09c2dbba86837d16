"""How GitHub writes what stands on it: JSON with the fields and types of its description."""

from __future__ import annotations

import base64
import zlib
from datetime import datetime
from typing import Any

from tests.e2e.github.changes import FileChange, line_now
from tests.e2e.github.state import Comment, Inline, Issue, Pull, Review, State

Json = dict[str, Any]


def user(login: str) -> Json:
    """An account; its id follows from its name."""
    return {"login": login, "id": zlib.crc32(login.encode()), "type": "Bot" if login.endswith("[bot]") else "User"}


def repository(base: str, full_name: str) -> Json:
    """A repository, in brief."""
    owner, _, name = full_name.partition("/")
    return {
        "id": zlib.crc32(full_name.encode()),
        "name": name,
        "full_name": full_name,
        "private": False,
        "fork": False,
        "owner": user(owner),
        "default_branch": "main",
        "html_url": f"{base}/{full_name}",
        "url": f"{base}/repos/{full_name}",
    }


def pull(state: State, base: str, one: Pull) -> Json:
    """A pull request with its sums."""
    changes = state.changes(one)
    head_owner = one.head_repo.partition("/")[0]
    return {
        "id": zlib.crc32(f"{state.repo}#{one.number}".encode()),
        "number": one.number,
        "state": one.state,
        "locked": one.locked,
        "title": one.title,
        "body": one.body,
        "user": user(one.author),
        "author_association": "NONE",
        "labels": [{"name": label} for label in one.labels],
        "draft": one.draft,
        "merged": one.merged,
        "head": {
            "label": f"{head_owner}:{one.head_ref}",
            "ref": one.head_ref,
            "sha": state.head(one),
            "user": user(head_owner),
            "repo": repository(base, one.head_repo),
        },
        "base": {
            "label": f"{state.repo.partition('/')[0]}:{one.base}",
            "ref": one.base,
            "sha": state.git.sha(one.base),
            "user": user(state.repo.partition("/")[0]),
            "repo": repository(base, state.repo),
        },
        "additions": changes.additions,
        "deletions": changes.deletions,
        "changed_files": len(changes.files),
        "commits": len(state.git.commits(changes.merge_base, state.head(one))),
        "url": f"{base}/repos/{state.repo}/pulls/{one.number}",
        "html_url": f"{base}/{state.repo}/pull/{one.number}",
        "diff_url": f"{base}/{state.repo}/pull/{one.number}.diff",
    }


def file(state: State, base: str, change: FileChange, head: str) -> Json:
    """An entry of the files listing; what is too large or has no hunks has no `patch`."""
    entry: Json = {
        "sha": change.blob,
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{base}/{state.repo}/blob/{head}/{change.path}",
        "raw_url": f"{base}/{state.repo}/raw/{head}/{change.path}",
        "contents_url": f"{base}/repos/{state.repo}/contents/{change.path}?ref={head}",
    }
    if change.old_path is not None:
        entry["previous_filename"] = change.old_path
    if change.patch is not None and not state.withheld(change.section):
        entry["patch"] = change.patch.decode("utf-8", "replace")
    return entry


def content(state: State, base: str, path: str, sha: str, data: bytes) -> Json:
    """A file's text in base64, as the contents API gives it unless asked for it raw."""
    large = len(data) > 1_000_000
    return {
        "type": "file",
        "encoding": "none" if large else "base64",
        "size": len(data),
        "name": path.rpartition("/")[2],
        "path": path,
        "content": "" if large else base64.encodebytes(data).decode(),
        "sha": sha,
        "url": f"{base}/repos/{state.repo}/contents/{path}",
    }


def issue(state: State, base: str, one: Issue) -> Json:
    """An issue."""
    said = sum(comment.number == one.number for comment in state.comments)
    return {
        "id": zlib.crc32(f"{state.repo}#{one.number}".encode()),
        "number": one.number,
        "state": one.state,
        "title": one.title,
        "body": one.body,
        "user": user(one.author),
        "labels": [{"name": label} for label in one.labels],
        "comments": said,
        "locked": False,
        "author_association": "NONE",
        "created_at": when(one.at),
        "updated_at": when(one.at),
        "url": f"{base}/repos/{state.repo}/issues/{one.number}",
        "html_url": f"{base}/{state.repo}/issues/{one.number}",
    }


def pull_as_issue(state: State, base: str, one: Pull) -> Json:
    """A pull request as the listing of issues has it."""
    as_issue = Issue(one.number, one.author, one.title, one.body or "", list(one.labels), state.now(), one.state)
    url = f"{base}/repos/{state.repo}/pulls/{one.number}"
    links = {"url": url, "html_url": None, "diff_url": None, "patch_url": None}
    return {**issue(state, base, as_issue), "pull_request": links}


def comment(state: State, base: str, one: Comment) -> Json:
    """A comment on the conversation."""
    return {
        "id": one.id,
        "node_id": f"IC_{one.id}",
        "user": user(one.author),
        "body": one.body,
        "created_at": when(one.at),
        "updated_at": when(one.at),
        "author_association": "NONE",
        "url": f"{base}/repos/{state.repo}/issues/comments/{one.id}",
        "html_url": f"{base}/{state.repo}/pull/{one.number}#issuecomment-{one.id}",
        "issue_url": f"{base}/repos/{state.repo}/issues/{one.number}",
    }


def review(state: State, base: str, one: Review) -> Json:
    """A review; a pending one was submitted at no time."""
    submitted = {} if one.state == "PENDING" else {"submitted_at": when(one.at)}
    return {
        "id": one.id,
        "node_id": f"PRR_{one.id}",
        "user": user(one.author),
        "body": one.body,
        "state": one.state,
        "commit_id": one.commit,
        "author_association": "NONE",
        "html_url": f"{base}/{state.repo}/pull/{one.number}#pullrequestreview-{one.id}",
        "pull_request_url": f"{base}/repos/{state.repo}/pulls/{one.number}",
        **submitted,
    }


def inline(state: State, base: str, one: Inline) -> Json:
    """An inline comment, on the line where it stands now, or on none where GitHub calls it outdated."""
    answers = {} if one.reply_to is None else {"in_reply_to_id": one.reply_to}
    return {
        "id": one.id,
        "node_id": f"PRRC_{one.id}",
        "pull_request_review_id": one.review_id,
        "user": user(one.author),
        "body": one.body,
        "path": one.path,
        "side": one.side,
        "line": stands_at(state, one),
        "original_line": one.line,
        "start_line": None,
        "original_start_line": one.start_line,
        "start_side": None,
        "commit_id": state.head(state.pulls[one.number]),
        "original_commit_id": one.commit,
        "created_at": when(one.at),
        "updated_at": when(one.at),
        "author_association": "NONE",
        "url": f"{base}/repos/{state.repo}/pulls/comments/{one.id}",
        "html_url": f"{base}/{state.repo}/pull/{one.number}#discussion_r{one.id}",
        "pull_request_url": f"{base}/repos/{state.repo}/pulls/{one.number}",
        **answers,
    }


def stands_at(state: State, one: Inline) -> int | None:
    """The line of the present diff that a comment stands on; None where it was changed or left the diff."""
    changes = state.changes(state.pulls[one.number])
    spans = {"RIGHT": (one.commit, state.head(state.pulls[one.number])), "LEFT": (one.merge_base, changes.merge_base)}
    line = line_now(state.git, *spans[one.side], one.path, one.line)
    changed = changes.file(one.path)
    shown = changed is not None and any(line in hunk.on(one.side) for hunk in changed.hunks)
    return line if shown else None


def when(moment: datetime) -> str:
    """A moment as GitHub writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
