"""An alert as an issue on GitHub: a new one, or a comment on the open one about the same thing."""

from __future__ import annotations

import hashlib
from typing import Protocol

from bot.core.cost.alert import Alert
from bot.core.pull_request import PostedComment, PostedIssue
from bot.core.sanitise import sanitise_line, sanitise_markdown

LABEL = "hunkwise-alert"
"""Of all issues that alerts open: what they are found by."""

_TITLE_CHARACTERS = 200
_BODY_CHARACTERS = 4_000


class IssueDesk(Protocol):
    """The issues of one repository. Every method raises CodeHostError."""

    def own_login(self) -> str:
        """The login that this token's issues carry."""
        ...

    def open_issues(self, label: str) -> tuple[PostedIssue, ...]:
        """The open issues with a label."""
        ...

    def comments(self, number: int) -> tuple[PostedComment, ...]:
        """The comments on an issue, oldest first."""
        ...

    def create_issue(self, title: str, body: str, label: str) -> PostedIssue:
        """Open an issue; never retried in here."""
        ...

    def create_comment(self, number: int, body: str) -> PostedComment:
        """Comment on an issue; never retried in here."""
        ...


class IssueTarget:
    """An AlertTarget. Delivering the same alert twice says it once, also where nobody knew whether the first went out.

    Only what this token's own login wrote counts as said: anybody can write a hidden mark into an issue.
    """

    def __init__(self, desk: IssueDesk, repo: str) -> None:
        self._desk = desk
        self._repo = repo

    @property
    def label(self) -> str:
        """The repository."""
        return f"issues of {self._repo}"

    def deliver(self, alert: Alert) -> None:
        """Open an issue, or comment on the open one about the same thing. Raises CodeHostError."""
        login = self._desk.own_login()
        topic = _mark("topic", alert.topic)
        standing = [one for one in self._desk.open_issues(LABEL) if one.author == login and topic in one.body]
        if not standing:
            title = sanitise_line(f"Hunkwise: {alert.title}", limit=_TITLE_CHARACTERS)
            self._desk.create_issue(title, f"{issue_text(alert)}\n\n{topic}\n{_mark('alert', alert.name)}", LABEL)
        elif not self._said(standing[0], alert, login):
            self._desk.create_comment(standing[0].number, f"{issue_text(alert)}\n\n{_mark('alert', alert.name)}")

    def _said(self, issue: PostedIssue, alert: Alert, login: str) -> bool:
        mark = _mark("alert", alert.name)
        said = (one.body for one in self._desk.comments(issue.number) if one.author == login)
        return mark in issue.body or any(mark in body for body in said)


def issue_text(alert: Alert) -> str:
    """An alert in GitHub's Markdown; names of repositories and people in it mention, link and draw nothing."""
    parts = (f"**{alert.severity.value.capitalize()}**", alert.sentence, alert.next_step)
    return "\n\n".join(sanitise_markdown(part, limit=_BODY_CHARACTERS) for part in parts)


def _mark(kind: str, text: str) -> str:
    """A hidden mark; a name could end the comment it stands in, its hash cannot."""
    return f"<!-- hunkwise:{kind} {hashlib.sha256(text.encode()).hexdigest()[:24]} -->"
