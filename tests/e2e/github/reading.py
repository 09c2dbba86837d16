"""What can be read: pull requests, their diffs and files, texts at a commit, and who somebody is."""

from __future__ import annotations

import subprocess

from tests.e2e.github import views
from tests.e2e.github.exchange import Answer, Refused, not_found, not_permitted
from tests.e2e.github.routes import Desk, route
from tests.e2e.github.state import Pull


@route("GET", "/user", "")
def whoami(desk: Desk) -> Answer:
    """The account behind a person's token; a job's token may not ask."""
    if desk.token.permissions is not None:
        raise not_permitted()
    return Answer(200, views.user(desk.token.login))


@route("GET", "/repos/{repo}", "metadata")
def repository(desk: Desk) -> Answer:
    """The repository."""
    return Answer(200, views.repository(desk.base, desk.state.repo))


@route("GET", "/repos/{repo}/collaborators/{login}/permission", "metadata")
def permission(desk: Desk, login: str) -> Answer:
    """What a person may; on a public repository anybody may read."""
    level = desk.state.people.get(login, "read")
    legacy = {"maintain": "write", "triage": "read"}.get(level, level)
    return Answer(200, {"permission": legacy, "role_name": level, "user": views.user(login)})


@route("GET", "/repos/{repo}/pulls/{number}", "pull-requests contents")
def pull(desk: Desk, number: str) -> Answer:
    """A pull request, or its diff where that media type is asked for."""
    one = desk.pull(number)
    if "diff" in desk.request.accept:
        return Answer(200, _diff(desk, one), media_type="application/vnd.github.v3.diff; charset=utf-8")
    return Answer(200, views.pull(desk.state, desk.base, one))


@route("GET", "/repos/{repo}/pulls/{number}/files", "pull-requests contents")
def files(desk: Desk, number: str) -> Answer:
    """The files listing."""
    one = desk.pull(number)
    head = desk.state.head(one)
    listed = desk.state.changes(one).files[: desk.state.limits.listed_files]
    return desk.page(listed, lambda change: views.file(desk.state, desk.base, change, head))


@route("GET", "/repos/{repo}/contents/{path}", "contents")
def contents(desk: Desk, path: str) -> Answer:
    """A file's text at a commit, raw or in JSON; a folder as a listing of its names."""
    git = desk.state.git
    commit = desk.request.query.get("ref", "main")
    try:
        kind = git.ask("cat-file", "-t", f"{commit}:{path}").decode().strip()
        blob = git.ask("rev-parse", f"{commit}:{path}").decode().strip()
    except subprocess.CalledProcessError:
        raise not_found() from None
    if kind != "blob":
        names = git.ask("ls-tree", "-z", "--name-only", f"{commit}:{path}").decode("utf-8", "replace").split("\0")
        return Answer(200, [{"type": "file", "name": name, "path": f"{path}/{name}"} for name in names if name])
    data = git.ask("cat-file", "blob", blob)
    if "raw" in desk.request.accept:
        return Answer(200, data, media_type="application/vnd.github.v3.raw; charset=utf-8")
    return Answer(200, views.content(desk.state, desk.base, path, blob, data))


def _diff(desk: Desk, one: Pull) -> bytes:
    """The diff's own bytes; GitHub gives none beyond its limits."""
    changes = desk.state.changes(one)
    limits = desk.state.limits
    if len(changes.files) > limits.diff_files:
        raise _too_large(f"files ({limits.diff_files})")
    if changes.diff.count(b"\n") > limits.diff_lines:
        raise _too_large(f"lines ({limits.diff_lines})")
    if len(changes.diff) > limits.diff_bytes:
        raise _too_large(f"bytes ({limits.diff_bytes})")
    return changes.diff


def _too_large(what: str) -> Refused:
    error = {"resource": "PullRequest", "field": "diff", "code": "too_large"}
    told = f"Sorry, the diff exceeded the maximum number of {what}. Consider using 'List pull requests files' API."
    return Refused(406, told, [error])
