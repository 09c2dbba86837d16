"""Whether a finding may stand inline on a diff, and where it stands when the diff has changed since the review."""

from __future__ import annotations

from dataclasses import replace

from bot.core.diff.model import Diff, Hunk, Side
from bot.core.finding import Finding, Place


def anchors(finding: Finding, diff: Diff) -> bool:
    """Whether the code host takes a comment on these lines: both ends in one hunk, the path plain UTF-8."""
    hunk = hunk_at(diff, finding.path, finding.side, finding.line)
    first = finding.line if finding.start_line is None else finding.start_line
    return hunk is not None and first in hunk.numbers(finding.side) and first <= finding.line and _is_utf8(finding.path)


def hunk_at(diff: Diff, path: str, side: Side, line: int) -> Hunk | None:
    """The hunk that holds a line of one side."""
    hunks = (hunk for file in diff.files if file.path == path for hunk in file.hunks)
    return next((hunk for hunk in hunks if line in hunk.numbers(side)), None)


def carried_over(finding: Finding, reviewed: Diff, now: Diff) -> Finding | None:
    """The finding on the diff as it is now, or None where its hunk has changed.

    A hunk is known again by its text, so this holds after a push, a rebase and a force-push alike.
    """
    by = _moved_by(reviewed, now, finding.path, finding.side, finding.line)
    if by is None:
        return None
    start = None if finding.start_line is None else finding.start_line + by
    places = tuple(_place_now(place, reviewed, now) for place in finding.also_at)
    return replace(finding, start_line=start, line=finding.line + by, also_at=places)


def _place_now(place: Place, reviewed: Diff, now: Diff) -> Place:
    """A further place is only named, so where its hunk has changed its old line is told."""
    by = _moved_by(reviewed, now, place.path, place.side, place.line)
    return place if by is None else replace(place, line=place.line + by)


def _moved_by(reviewed: Diff, now: Diff, path: str, side: Side, line: int) -> int | None:
    """How far the hunk that held a line has moved; None where no hunk has its text now, or it is unclear which."""
    hunk = hunk_at(reviewed, path, side, line)
    if hunk is None:
        return None
    equal_then, equal_now = (_equal_hunks(diff, hunk) for diff in (reviewed, now))
    if len(equal_then) != len(equal_now):
        return None
    return _start(equal_now[equal_then.index(hunk)], side) - _start(hunk, side)


def _equal_hunks(diff: Diff, hunk: Hunk) -> list[Hunk]:
    files = (file for file in diff.files if file.path == hunk.path)
    return [one for file in files for one in file.hunks if one.body == hunk.body]


def _start(hunk: Hunk, side: Side) -> int:
    return hunk.old_start if side is Side.LEFT else hunk.new_start


def _is_utf8(path: str) -> bool:
    """Stray bytes of a file name are surrogates, which no JSON body may carry."""
    return not any("\ud800" <= character <= "\udfff" for character in path)
