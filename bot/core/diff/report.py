"""How a diff is read, as data: what `hunkwise diff` prints as JSON or draws as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.core.diff.model import Diff, FileDiff, FileStatus, Side


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One file's row in the table. `commentable` counts lines of both sides; `note` is empty where all is plain."""

    path: str
    status: FileStatus
    hunks: int
    added: int
    deleted: int
    commentable: int
    note: str


def diff_as_json(diff: Diff) -> dict[str, Any]:
    """The diff as `hunkwise diff --format json` shows it. Of a big diff, write `file_as_json` file by file."""
    return {"files": [file_as_json(file) for file in diff.files]}


def file_as_json(file: FileDiff) -> dict[str, Any]:
    """One file's entry: the lines that may carry a comment and their bytes as latin-1, on both sides."""
    right_text: dict[str, str] = {}
    left_text: dict[str, str] = {}
    for line in (line for hunk in file.hunks for line in hunk.lines):
        text = line.raw.decode("latin-1")
        if line.new is not None:
            right_text[str(line.new)] = text
        if line.old is not None:
            left_text[str(line.old)] = text
    return {
        "path": file.path,
        "old_path": file.old_path,
        "status": file.status.value,
        "binary": file.binary,
        "right": file.numbers(Side.RIGHT),
        "left": file.numbers(Side.LEFT),
        "right_text": right_text,
        "left_text": left_text,
        "unreadable": file.unreadable,
    }


def diff_as_rows(diff: Diff) -> list[DiffRow]:
    """The diff as a table, one row a file, in the diff's order."""
    return [
        DiffRow(
            path=file.path,
            status=file.status,
            hunks=len(file.hunks),
            added=sum(hunk.added for hunk in file.hunks),
            deleted=sum(hunk.deleted for hunk in file.hunks),
            commentable=sum(len(hunk.numbers(side)) for hunk in file.hunks for side in Side),
            note="; ".join(_notes(file)),
        )
        for file in diff.files
    ]


def _notes(file: FileDiff) -> Iterator[str]:
    if file.unreadable:
        yield f"unreadable: {file.unreadable}"
    if file.old_path is not None:
        yield f"from {file.old_path}"
    if file.binary:
        yield "binary"
    if file.old_mode and file.new_mode and file.old_mode != file.new_mode:
        yield f"mode {file.old_mode} to {file.new_mode}"
