"""Where a comment may stand: on the lines that git's own diff shows."""

from __future__ import annotations

from typing import Any

from tests.e2e.github.exchange import unprocessable
from tests.e2e.github.state import Pull, State


def check_anchor(state: State, pull: Pull, commit: str, draft: dict[str, Any]) -> None:
    """Raise Refused, in words that do not say which comment it was, where a draft's anchor does not hold."""
    change = state.changes(pull, commit).file(draft["path"])
    if change is None or state.withheld(change.section):
        raise unprocessable("Path could not be resolved")
    side, line = draft.get("side", "RIGHT"), draft.get("line")
    if side not in {"LEFT", "RIGHT"}:
        raise unprocessable("Side is not included in the list")
    if (draft["path"], line) in state.refused_anchors:
        raise unprocessable("Line could not be resolved")
    hunk = next((hunk for hunk in change.hunks if line in hunk.on(side)), None)
    if hunk is None:
        raise unprocessable("Line could not be resolved")
    start = draft.get("start_line")
    if start is None:
        return
    if draft.get("start_side", "RIGHT") != side:
        raise unprocessable("Start side must be the same as the side")
    if start >= line:
        raise unprocessable("Pull request review thread start line must precede the end line.")
    if start not in hunk.on(side):
        raise unprocessable("Pull request review thread start line must be part of the same hunk as the line.")
