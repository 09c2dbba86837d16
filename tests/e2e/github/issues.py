"""Issues: listed, opened; they are commented on as pull requests are (talking.py)."""

from __future__ import annotations

from tests.e2e.github import views
from tests.e2e.github.exchange import Answer, Refused
from tests.e2e.github.routes import Desk, route, within
from tests.e2e.github.state import Issue, Pull


@route("GET", "/repos/{repo}/issues", "issues")
def issues(desk: Desk) -> Answer:
    """The issues and, as on GitHub, the pull requests, newest first; with all the labels that were asked for."""
    query, state, base = desk.request.query, desk.state, desk.base
    asked = {label for label in query.get("labels", "").split(",") if label}
    wanted = query.get("state", "open")
    standing: list[Issue | Pull] = [*state.issues.values(), *state.pulls.values()]
    every = sorted(standing, key=lambda one: -one.number)
    listed = [one for one in every if asked <= set(one.labels) and wanted in {one.state, "all"}]
    return desk.page(
        listed,
        lambda one: views.issue(state, base, one) if isinstance(one, Issue) else views.pull_as_issue(state, base, one),
    )


@route("POST", "/repos/{repo}/issues", "issues", "write")
def create_issue(desk: Desk) -> Answer:
    """Open one."""
    asked, state = desk.request.body or {}, desk.state
    title = str(asked.get("title") or "")
    if not title.strip():
        raise Refused(422, "Validation Failed", [{"resource": "Issue", "code": "missing_field", "field": "title"}])
    if len(title) > 256:
        told = "title is too long (maximum is 256 characters)"
        raise Refused(422, "Validation Failed", [{"resource": "Issue", "code": "custom", "message": told}])
    body = within(str(asked.get("body") or ""), "Issue")
    one = Issue(state.next_number(), desk.token.login, title, body, list(asked.get("labels") or []), state.now())
    state.issues[one.number] = one
    return Answer(201, views.issue(state, desk.base, one))
