"""Diffs of a few lines and findings on them, made up for the tests of posting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.core.diff.model import Diff, Hunk, Side
from bot.core.diff.read import read_diff
from bot.core.finding import Finding, Severity
from bot.core.fingerprint import fingerprint
from bot.core.pull_request import PostedInline

Hunks = Mapping[int, Sequence[str]]
"""A file's hunks by the line of the new file that they start at, each line with its mark."""


def diff_bytes(files: Mapping[str, Hunks]) -> bytes:
    """The diff of some modified files."""
    parts = []
    for path, hunks in files.items():
        parts.append(f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n")
        ahead = 0
        for start, lines in hunks.items():
            old, new = (sum(line[0] != other for line in lines) for other in "+-")
            parts.append(f"@@ -{start - ahead},{old} +{start},{new} @@\n" + "".join(f"{line}\n" for line in lines))
            ahead += new - old
    return "".join(parts).encode()


def finding_at(hunk: Hunk, line: int, *, side: Side = Side.RIGHT, **changes: object) -> Finding:
    """An error on one line of a hunk, named as the review names it."""
    quote = next(one.text for one in hunk.lines if one.side is side and one.number == line)
    base = Finding(
        path=hunk.path,
        side=side,
        start_line=None,
        line=line,
        severity=Severity.ERROR,
        category="correctness",
        title=f"Something about {quote}",
        body=f"What goes wrong with {quote}.",
        suggestion=None,
        confidence=0.9,
        fingerprint=fingerprint(hunk.path, side, [quote]),
        quote=quote,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # a test names the fields it means


def diff_of(files: Mapping[str, Hunks]) -> Diff:
    """The same, read."""
    return read_diff(diff_bytes(files))


def thread(body: str, **changes: object) -> PostedInline:
    """An inline comment of the bot's on line 2 of cart.py."""
    base = PostedInline(
        id=1,
        review_id=5,
        author="github-actions[bot]",
        body=body,
        path="cart.py",
        line=2,
        side=Side.RIGHT,
        reply_to=None,
        url="https://github.com/acme/shop/pull/7#discussion_r1",
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # a test names the fields it means
