"""Diffs written as a reader sees them, for the tests of what is done with them."""

from __future__ import annotations

from bot.core.diff.model import Diff, FileDiff, FileStatus, Hunk
from bot.core.excerpt import Excerpt
from bot.core.group import group
from bot.core.languages import kind_of, language_of
from bot.core.select.files import ChosenFile


def hunk(path: str, *rows: str, at: int = 10) -> Hunk:
    """A hunk of rows that begin with their diff mark, starting at line `at` on both sides."""
    old = sum(row[:1] in {" ", "-"} for row in rows)
    new = sum(row[:1] in {" ", "+"} for row in rows)
    body = b"".join(row.encode("utf-8", "surrogateescape") + b"\n" for row in rows)
    return Hunk(path, at, old, at, new, b"", body)


def modified(path: str, *hunks: Hunk) -> FileDiff:
    """A file that stood in the base under the same path."""
    return FileDiff(path, path, FileStatus.MODIFIED, hunks)


def added(path: str, *hunks: Hunk) -> FileDiff:
    """A new file."""
    return FileDiff(path, None, FileStatus.ADDED, hunks)


def diff(*files: FileDiff) -> Diff:
    """A diff of these files."""
    return Diff(files)


def excerpts(*files: FileDiff) -> tuple[Excerpt, ...]:
    """The excerpts of all hunks of these files, as grouping makes them."""
    return group(ChosenFile(file, file.hunks, language_of(file.path), kind_of(file.path)) for file in files)


def excerpt(path: str, *rows: str) -> Excerpt:
    """The excerpt of a file with one hunk."""
    (only,) = excerpts(modified(path, hunk(path, *rows)))
    return only
