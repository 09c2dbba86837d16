"""What a diff is, once read: files, hunks, lines, and the lines a comment may stand on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Side(StrEnum):
    """Which text a line number counts in: LEFT is the old file, RIGHT the new one."""

    LEFT = "LEFT"
    RIGHT = "RIGHT"


class FileStatus(StrEnum):
    """What the diff's header says happened to the file."""

    ADDED = "added"
    REMOVED = "removed"
    MODIFIED = "modified"
    RENAMED = "renamed"
    COPIED = "copied"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a hunk's body.

    `mark` is ' ', '+' or '-'. `old` and `new` are 1-based numbers in the old and the new file, None where
    the line does not exist there. `raw` is the line's bytes without its newline (a CR before it stays).
    """

    mark: str
    old: int | None
    new: int | None
    raw: bytes

    @property
    def text(self) -> str:
        """The line as UTF-8, each undecodable byte shown as U+FFFD: for prompts, never for anchors."""
        return self.raw.decode("utf-8", "replace")

    @property
    def side(self) -> Side:
        """The side a comment on this line belongs to: LEFT for deleted lines, RIGHT for all others."""
        return Side.LEFT if self.mark == "-" else Side.RIGHT

    @property
    def number(self) -> int:
        """The line's number on its own side."""
        number = self.old if self.mark == "-" else self.new
        if number is None:
            raise ValueError("a line has a number on its own side")
        return number


@dataclass(frozen=True)
class Hunk:
    """One hunk of one file. Lines are numbered from the header and made when first asked for.

    `body` holds the body's bytes as they stand in the diff, one diff mark before each line, so that a 20 MB
    diff costs little more than its own size until its lines are looked at. `section` is the text behind the
    second @@.
    """

    path: str
    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: bytes
    body: bytes

    @property
    def header(self) -> str:
        """The hunk's range as git writes it, counts always given; names the hunk within its file."""
        return f"@@ -{self.old_start},{self.old_count} +{self.new_start},{self.new_count} @@"

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The body's lines in order, numbered on both sides."""
        lines = []
        old, new = self.old_start, self.new_start
        for raw in self.body.split(b"\n")[: -1 if self.body.endswith(b"\n") else None]:
            mark = raw[:1]
            if mark == b"\\":
                continue
            if mark == b"+":
                lines.append(Line("+", None, new, raw[1:]))
                new += 1
            elif mark == b"-":
                lines.append(Line("-", old, None, raw[1:]))
                old += 1
            else:
                lines.append(Line(" ", old, new, raw[1:]))
                old += 1
                new += 1
        return tuple(lines)

    @property
    def text_key(self) -> bytes:
        """What makes two hunks equal: the body, context included, without line numbers."""
        return self.body


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file of a diff.

    Paths are UTF-8 with stray bytes as surrogate escapes. `unreadable` says why a file's hunks could not be
    read (then `hunks` is empty); the other files of the diff do not suffer from it. Modes are git's octal
    strings where the header names them.
    """

    path: str
    old_path: str | None
    status: FileStatus
    hunks: tuple[Hunk, ...] = ()
    binary: bool = False
    unreadable: str | None = None
    old_mode: str | None = None
    new_mode: str | None = None


@dataclass(frozen=True, slots=True)
class Diff:
    """A whole diff, in the order of its files."""

    files: tuple[FileDiff, ...]

    @property
    def hunk_count(self) -> int:
        """Hunks in all files together."""
        return sum(len(file.hunks) for file in self.files)
