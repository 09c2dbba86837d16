"""What a diff is, once read: files, hunks, lines, and the lines a comment may stand on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import NamedTuple


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


class Line(NamedTuple):
    """One line of a hunk's body; a tuple because a big diff makes half a million of them.

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


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk of one file.

    `body` holds the body's bytes as they stand in the diff, one diff mark before each line, so that a 20 MB
    diff costs little more than its own size. `section` is the text behind the second @@.
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

    @property
    def lines(self) -> tuple[Line, ...]:
        """The body's lines in order, numbered on both sides.

        Made anew at each call and not kept: a big diff's lines together weigh many times its bytes.
        """
        lines = []
        old, new = self.old_start, self.new_start
        for whole in BytesIO(self.body):
            raw = whole.removesuffix(b"\n")
            mark = raw[:1]
            if mark == b"+":
                lines.append(Line("+", None, new, raw[1:]))
                new += 1
            elif mark == b"-":
                lines.append(Line("-", old, None, raw[1:]))
                old += 1
            elif mark != b"\\":  # "\ No newline at end of file" is a remark, not a line
                # An empty context line may have lost its blank (diff.suppressBlankEmpty).
                lines.append(Line(" ", old, new, raw[1:] if mark == b" " else raw))
                old += 1
                new += 1
        return tuple(lines)

    @property
    def added(self) -> int:
        """How many lines the hunk adds."""
        return _lines_marked(b"+", self.body)

    @property
    def deleted(self) -> int:
        """How many lines the hunk deletes."""
        return _lines_marked(b"-", self.body)

    def numbers(self, side: Side) -> range:
        """The lines of one side that a comment may stand on: all that the header's range names."""
        start, count = (self.old_start, self.old_count) if side is Side.LEFT else (self.new_start, self.new_count)
        return range(start, start + count)

    @property
    def text_key(self) -> bytes:
        """What makes two hunks equal: the body, context included, without line numbers."""
        return self.body


def _lines_marked(mark: bytes, body: bytes) -> int:
    return body.count(b"\n" + mark) + body.startswith(mark)


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file of a diff.

    `path` is the new path (the old one where the file was removed); `old_path` is what a renamed or copied
    file came from, else None. Both are UTF-8 with stray bytes as surrogate escapes. `unreadable` says why a
    file's hunks could not be read (then `hunks` is empty); the other files of the diff do not suffer from it.
    Modes are git's octal strings where the header names them.
    """

    path: str
    old_path: str | None
    status: FileStatus
    hunks: tuple[Hunk, ...] = ()
    binary: bool = False
    unreadable: str | None = None
    old_mode: str | None = None
    new_mode: str | None = None

    def numbers(self, side: Side) -> list[int]:
        """The lines of one side that a comment may stand on, ascending."""
        return [number for hunk in self.hunks for number in hunk.numbers(side)]


@dataclass(frozen=True, slots=True)
class Diff:
    """A whole diff, in the order of its files."""

    files: tuple[FileDiff, ...]

    @property
    def hunk_count(self) -> int:
        """Hunks in all files together."""
        return sum(len(file.hunks) for file in self.files)
