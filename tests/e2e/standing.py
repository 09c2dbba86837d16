"""What stands on a pull request after a run, as anybody can read it there."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.e2e.github import StandIn, views
from tests.e2e.github.state import ACTIONS_BOT, Comment, Inline, Pull

_STATE = re.compile(r"<!-- hunkwise:state [0-9a-f]{64} (\{.*?\}) -->")
_HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)


def summary(github: StandIn, pull: Pull) -> Comment:
    """The one summary comment of the bot; a second one is a failure of the test."""
    (only,) = (one for one in github.state.comments if one.number == pull.number and one.author == ACTIONS_BOT)
    return only


def remembered(comment: Comment) -> dict[str, Any]:
    """The state in a comment's hidden marker, unverified."""
    found = _STATE.search(comment.body)
    assert found is not None
    state: dict[str, Any] = json.loads(found[1])
    return state


def shown(text: str) -> str:
    """A comment without what is hidden in it."""
    return _HIDDEN.sub("", text)


def findings(github: StandIn, pull: Pull) -> list[Inline]:
    """The inline comments that began a thread."""
    return [one for one in github.state.inlines if one.number == pull.number and one.reply_to is None]


def places(github: StandIn, pull: Pull) -> list[tuple[str, str, int]]:
    """Where they were posted: path, side and line, in order."""
    return sorted((one.path, one.side, one.line) for one in findings(github, pull))


def lines_now(github: StandIn, pull: Pull) -> list[str]:
    """The text of each line that an inline comment stands on now, read from git."""
    standing = []
    for one in findings(github, pull):
        number = views.stands_at(github.state, one)
        if number is not None:
            text = github.git.ask("show", f"{github.state.head(pull)}:{one.path}").decode()
            standing.append(text.split("\n")[number - 1])
    return sorted(standing)


def replies(github: StandIn, to: Inline) -> list[str]:
    """What was answered in a thread."""
    return [one.body for one in github.state.inlines if one.reply_to == to.id]
