"""Hunks, what is shown of them, and raw findings, in the few words a test needs."""

from __future__ import annotations

from typing import Any

from bot.core.answer import RawFinding
from bot.core.diff.model import FileDiff, FileStatus, Hunk, Line
from bot.core.excerpt import Excerpt
from bot.core.shown import ShownHunk, ShownLine

PATH = "shop/cart.py"


def a_hunk(body: str, path: str = PATH, old: int = 10, new: int = 10) -> Hunk:
    """Build a hunk of rows, each with its diff mark, that begins at these lines."""
    rows = body.strip("\n").split("\n")
    old_count = sum(row[:1] in {" ", "-"} for row in rows)
    new_count = sum(row[:1] in {" ", "+"} for row in rows)
    return Hunk(path, old, old_count, new, new_count, b"", ("\n".join(rows) + "\n").encode())


def an_excerpt(hunk: Hunk, **changes: Any) -> Excerpt:
    """Build the excerpt of a whole hunk."""
    fields: dict[str, Any] = {
        "file": FileDiff(hunk.path, None, FileStatus.MODIFIED, (hunk,)),
        "hunk": hunk,
        "lines": hunk.lines,
        "language": "python",
        "risk": 1,
        "family": hunk.body.decode(),
    }
    return Excerpt(**(fields | changes))


def as_shown(line: Line, altered: str | None = None) -> ShownLine:
    """Show a line as it is, or altered to another text."""
    text = line.text if altered is None else altered
    return ShownLine(line.mark, line.side, line.number, text, altered is not None, line.old)


def shown(hunk: Hunk, *, altered: dict[int, str] | None = None, part: slice = slice(None)) -> ShownHunk:
    """Show a hunk or a part of it; `altered` maps new line numbers to what is shown in their place."""
    lines = hunk.lines[part]
    texts = altered or {}
    return ShownHunk(an_excerpt(hunk, lines=lines), tuple(as_shown(line, texts.get(line.new or 0)) for line in lines))


def a_raw(line: int, quote: str, **changes: Any) -> RawFinding:
    """State a finding on the new side of the usual file."""
    fields: dict[str, Any] = {
        "path": PATH,
        "line": line,
        "end_line": None,
        "side": "RIGHT",
        "quote": quote,
        "severity": "error",
        "category": "bug",
        "title": "The total ignores quantities",
        "body": "An item with quantity 3 is charged once.",
        "suggestion": None,
        "confidence": 0.9,
    }
    return RawFinding.model_validate(fields | changes, strict=False)
