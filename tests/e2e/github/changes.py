"""What changed between two commits, as git tells it: the judge's own reading, independent of the reader it judges.

In git's own output a line of a file begins with a space, a plus, a minus or a backslash, so `diff --git` at the margin
begins the next file and `@@` the next hunk. Names are taken from `--raw -z`, where nothing is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tests.e2e.github.repository import GitRepository

_HUNK = re.compile(rb"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_STATUSES = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}
_TWO_NAMES = "RC"


@dataclass(frozen=True)
class HunkLines:
    """The lines of one hunk that a comment may stand on, by side."""

    left: frozenset[int]
    right: frozenset[int]

    def on(self, side: str) -> frozenset[int]:
        """The lines of LEFT or RIGHT."""
        return self.left if side == "LEFT" else self.right


@dataclass(frozen=True)
class FileChange:
    """One changed file. `section` is its part of the diff."""

    path: str
    old_path: str | None
    status: str
    additions: int
    deletions: int
    blob: str
    section: bytes

    @cached_property
    def patch(self) -> bytes | None:
        """The hunks without the file header, or None where there are none (binary, mode, pure rename)."""
        found = re.search(rb"^@@ ", self.section, re.MULTILINE)
        return self.section[found.start() :].rstrip(b"\n") if found else None

    @cached_property
    def hunks(self) -> list[HunkLines]:
        """The lines of every hunk."""
        return list(_hunks(self.patch or b""))


@dataclass(frozen=True)
class Changes:
    """Everything between the merge base and a head."""

    merge_base: str
    diff: bytes
    files: list[FileChange]

    @property
    def additions(self) -> int:
        """Lines added in all files."""
        return sum(file.additions for file in self.files)

    @property
    def deletions(self) -> int:
        """Lines deleted in all files."""
        return sum(file.deletions for file in self.files)

    def file(self, path: str) -> FileChange | None:
        """The change of one file, by its name in the head."""
        return next((file for file in self.files if file.path == path), None)


def read_changes(git: GitRepository, base: str, head: str) -> Changes:
    """Ask git for the three-dot diff of two commits."""
    merge_base = git.merge_base(base, head)
    span = ("--find-renames", "--no-ext-diff", "--no-textconv", merge_base, head)
    diff = git.ask("diff", *span)
    starts = [found.start() for found in re.finditer(rb"^diff --git ", diff, re.MULTILINE)]
    sections = [diff[start:end] for start, end in zip(starts, [*starts[1:], len(diff)], strict=True)]
    named = list(_names(git.ask("diff", "--raw", "-z", "--abbrev=40", *span).split(b"\0")[:-1]))
    counted = list(_counts(git.ask("diff", "--numstat", "-z", *span).split(b"\0")[:-1]))
    files = [
        FileChange(path, old, status, *counts, blob, section)
        for (path, old, status, blob), counts, section in zip(named, counted, sections, strict=True)
    ]
    return Changes(merge_base, diff, files)


def line_now(git: GitRepository, then: str, now: str, path: str, line: int) -> int | None:
    """Where a line of a file stands in a later commit; None where it was changed or is gone."""
    if then == now:
        return line
    shift = 0
    for found in re.finditer(
        r"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@",
        git.ask("diff", "--no-renames", "-U0", then, now, "--", path).decode("utf-8", "replace"),
        re.MULTILINE,
    ):
        start, removed, added = int(found[1]), int(found[2] or 1), int(found[3] or 1)
        if start <= line < start + removed:
            return None
        if start < line:
            shift += added - removed
    return line + shift if git.ask("ls-tree", now, "--", path) else None


def _names(fields: list[bytes]) -> Iterator[tuple[str, str | None, str, str]]:
    """Path, old path, status and blob, from `:mode mode sha sha M`, then one name or two."""
    waiting = iter(fields)
    for facts in waiting:
        old_mode, new_mode, _, blob, letter = facts.decode().split()
        names = [next(waiting).decode("utf-8", "replace") for _ in range(2 if letter[0] in _TWO_NAMES else 1)]
        status = _STATUSES[letter[0]]
        if status == "modified" and old_mode[1:] != new_mode:
            status = "changed"
        yield names[-1], names[0] if len(names) > 1 else None, status, blob


def _counts(fields: list[bytes]) -> Iterator[tuple[int, int]]:
    """Lines added and deleted; git writes a dash for a binary file, and gives a rename two fields more."""
    waiting = iter(fields)
    for facts in waiting:
        added, deleted, name = facts.split(b"\t", 2)
        if not name:
            next(waiting), next(waiting)
        yield (0, 0) if added == b"-" else (int(added), int(deleted))


def _hunks(patch: bytes) -> Iterator[HunkLines]:
    left: set[int] = set()
    right: set[int] = set()
    old = new = 0
    for line in patch.split(b"\n"):
        head = _HUNK.match(line)
        if head:
            if left or right:
                yield HunkLines(frozenset(left), frozenset(right))
            left, right = set(), set()
            old, new = int(head[1]), int(head[2])
            continue
        if line.startswith((b"-", b" ")):
            left.add(old)
            old += 1
        if line.startswith((b"+", b" ")):
            right.add(new)
            new += 1
    if left or right:
        yield HunkLines(frozenset(left), frozenset(right))
