"""A diff's bytes in, its files out: the one place where a line of a diff gets its number.

Names and status come from the header's bytes (header.py), hunks from unidiff (hunks.py). What does not hold
together costs its own file only, which then says why.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.diff.header import Header, likely_path, read_header
from bot.core.diff.hunks import read_hunks
from bot.core.diff.model import Diff, FileDiff, FileStatus, Hunk
from bot.core.diff.sections import Section, line_starts, normalised, sections
from bot.core.diff.unreadable import Unreadable


def read_diff(data: bytes) -> Diff:
    """Read a git diff. Only zero bytes are an empty diff.

    Raises NotADiff where the input as a whole is something else: a web page, a combined diff, prose.
    """
    if not data:
        return Diff(files=())
    data = normalised(data)
    files: dict[str, list[FileDiff]] = {}
    for section in sections(data):
        file = _read_file(data, section)
        files.setdefault(file.path, []).append(file)
    return Diff(files=tuple(_one_entry(entries) for entries in files.values()))


def _read_file(data: bytes, section: Section) -> FileDiff:
    """One file; where it cannot be read, an entry that says why."""
    hunks_at = next(line_starts(data, b"@@ ", section.start, section.end), section.end)
    patch_at = next(line_starts(data, b"GIT binary patch", section.start, hunks_at), hunks_at)
    lines = [line.removesuffix(b"\r") for line in data[section.start : patch_at - 1].split(b"\n")]
    if section.combined:
        return _without_header(lines[0], "it is a combined diff, whose lines belong to several old files at once")
    try:
        header = read_header(lines)
    except Unreadable as why:
        return _without_header(lines[0], str(why))
    if patch_at < hunks_at:
        return replace(header.file, binary=True)
    try:
        return replace(header.file, hunks=_hunks(header, data, hunks_at, section.end))
    except Unreadable as why:
        return replace(header.file, unreadable=str(why))


def _without_header(first_line: bytes, why: str) -> FileDiff:
    return FileDiff(likely_path(first_line), None, FileStatus.MODIFIED, unreadable=why)


def _hunks(header: Header, data: bytes, start: int, end: int) -> tuple[Hunk, ...]:
    """The file's hunks, of which there have to be some exactly where its header promises a changed text."""
    if start == end:
        if header.changes_text:
            raise Unreadable("its contents changed, but the diff does not show how")
        return ()
    hunks = read_hunks(header.file.path, data, start, end)
    if header.file.status is FileStatus.ADDED and any(hunk.old_count for hunk in hunks):
        raise Unreadable("it is new, but its hunks hold lines of an old file")
    if header.file.status is FileStatus.REMOVED and any(hunk.new_count for hunk in hunks):
        raise Unreadable("it was removed, but its hunks hold lines of a new file")
    return hunks


def _one_entry(entries: list[FileDiff]) -> FileDiff:
    """One entry a path. git writes two where a file became a symbolic link: its removal and its creation."""
    if len(entries) == 1:
        return entries[0]
    by_status = sorted(entries, key=lambda entry: entry.status)
    if [entry.status for entry in by_status] != [FileStatus.ADDED, FileStatus.REMOVED]:
        why = f"the diff holds it {len(entries)} times, and the line numbers of one need not be those of the next"
        return FileDiff(entries[0].path, None, FileStatus.MODIFIED, unreadable=why)
    added, removed = by_status
    unreadable = removed.unreadable or added.unreadable
    hunks = () if unreadable else removed.hunks + added.hunks
    return FileDiff(
        path=removed.path,
        old_path=None,
        status=FileStatus.MODIFIED,
        hunks=hunks,
        binary=not hunks and (removed.binary or added.binary),
        unreadable=unreadable,
        old_mode=removed.old_mode,
        new_mode=added.new_mode,
    )
