"""A diff put together from a code host's files listing, for pull requests whose diff is not given whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core.diff.hunks import read_hunks
from bot.core.diff.model import Diff, FileDiff, FileStatus, Hunk
from bot.core.diff.unreadable import Unreadable
from bot.core.excerpt import Skipped, SkipReason
from bot.core.pull_request import ListedFile

_STATUSES = {
    "added": FileStatus.ADDED,
    "removed": FileStatus.REMOVED,
    "renamed": FileStatus.RENAMED,
    "copied": FileStatus.COPIED,
}


def diff_of_listing(listed: Sequence[ListedFile], changed_files: int) -> tuple[Diff, tuple[Skipped, ...]]:
    """The diff that the listing shows, and what the host withheld.

    A patch whose lines do not add up to the host's own count was cut: such a file is withheld, not half reviewed.
    """
    files, withheld = [], []
    for one in listed:
        file = _file(one)
        if _is_whole(one, file):
            files.append(file)
        else:
            detail = (
                "GitHub does not show its changes" if one.patch is None else "GitHub shows only part of its changes"
            )
            withheld.append(Skipped(one.path, None, SkipReason.WITHHELD, detail))
    missing = changed_files - len(listed)
    if missing > 0:
        detail = f"{missing} of {changed_files} changed files; GitHub lists no more than {len(listed)}"
        withheld.append(Skipped("(files not listed)", None, SkipReason.WITHHELD, detail))
    return Diff(tuple(files)), tuple(withheld)


def is_whole(diff: Diff, additions: int, deletions: int, changed_files: int) -> bool:
    """Whether a diff holds what the host counts in the pull request: the only guard against a cut one."""
    if any(file.unreadable for file in diff.files):
        return len(diff.files) == changed_files
    counted = changed_lines(hunk for file in diff.files for hunk in file.hunks)
    return counted == (additions, deletions) and len(diff.files) == changed_files


def changed_lines(hunks: Iterable[Hunk]) -> tuple[int, int]:
    """Lines added and deleted, counted in the bodies."""
    added = deleted = 0
    for hunk in hunks:
        added += hunk.body.startswith(b"+") + hunk.body.count(b"\n+")
        deleted += hunk.body.startswith(b"-") + hunk.body.count(b"\n-")
    return added, deleted


def _file(listed: ListedFile) -> FileDiff:
    status = _STATUSES.get(listed.status, FileStatus.MODIFIED)
    moved = status in {FileStatus.RENAMED, FileStatus.COPIED}
    file = FileDiff(listed.path, listed.old_path if moved else None, status)
    if listed.patch is None:
        return file
    patch = listed.patch.encode("utf-8", "surrogatepass").rstrip(b"\n") + b"\n"
    try:
        hunks = read_hunks(listed.path, patch, 0, len(patch))
    except Unreadable as why:
        return FileDiff(file.path, file.old_path, status, unreadable=str(why))
    return FileDiff(file.path, file.old_path, status, hunks)


def _is_whole(listed: ListedFile, file: FileDiff) -> bool:
    return file.unreadable is not None or changed_lines(file.hunks) == (listed.additions, listed.deletions)
