"""What triage is shown: each hunk in a few lines, all of a request in one block.

A line of the change stands behind its diff mark and a path is written on one line, so that nothing in a pull request
can look like the head of another hunk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.prompt.hunk import heading_of
from bot.core.prompt.templates import Templates
from bot.core.prompt.visible import shorten, shown_path
from bot.core.shown import ShownHunk

CHANGED_LINES = 8
"""Of each hunk so many changed lines are shown."""

_LINE_CHARACTERS = 100
_PATH_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class NumberedHunk:
    """A hunk, or the first part of one, with the number by which triage names it."""

    number: int
    shown: ShownHunk


@dataclass(frozen=True, slots=True)
class _View:
    """What the template shows of a hunk."""

    number: int
    path: str
    added: int
    deleted: int
    heading: str
    lines: str
    more_lines: int


def render_triage(templates: Templates, boundary: str, hunks: Sequence[NumberedHunk]) -> str:
    """The hunks of one triage request as one fenced block."""
    return templates.render("triage/hunks.md.j2", boundary=boundary, hunks=[_view(one) for one in hunks])


def render_triage_system(templates: Templates) -> str:
    """What triage is told, the same for every pull request."""
    return templates.render("triage/system.md.j2")


def render_triage_facts(templates: Templates, boundary: str, title: str) -> str:
    """The first block: the boundary and the change's title, which must be redacted and on one line."""
    return templates.render("triage/facts.md.j2", boundary=boundary, title=title)


def _view(one: NumberedHunk) -> _View:
    excerpt = one.shown.excerpt
    changed = [line for line in one.shown.lines if line.mark != " "]
    all_changed = excerpt.hunk.added + excerpt.hunk.deleted
    shown = [shorten(f"{line.mark}{line.text}", _LINE_CHARACTERS) for line in changed[:CHANGED_LINES]]
    return _View(
        number=one.number,
        path=shorten(shown_path(excerpt.path), _PATH_CHARACTERS),
        added=excerpt.hunk.added,
        deleted=excerpt.hunk.deleted,
        heading=heading_of(excerpt),
        lines="\n".join(shown),
        more_lines=all_changed - len(shown),
    )
