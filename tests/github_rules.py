"""What GitHub refuses, and how it lists files: shared by everything that stands in for it in memory."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.diff.model import FileDiff, Side
from bot.core.pull_request import ListedFile, PostedInline, ReviewDraft
from bot.errors import HostRefused

STATES = {"COMMENT": "COMMENTED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "APPROVE": "APPROVED"}
"""A review's state by the event that submitted it."""

MOST_BODY = 65_536
MOST_ANNOTATIONS = 50


def check_body(body: str) -> None:
    """Raise HostRefused for a body that GitHub does not take."""
    if not body:
        raise HostRefused("Validation Failed; body is missing")
    if len(body) > MOST_BODY:
        raise HostRefused("Body is too long (maximum is 65536 characters)")


def check_review(draft: ReviewDraft, files: Iterable[FileDiff]) -> None:
    """Raise HostRefused for a review that does not fit the diff of its commit; one bad comment refuses all."""
    if draft.event not in STATES:
        raise HostRefused("Variable $event was provided invalid value")
    if draft.body or draft.event != "COMMENT" or not draft.comments:
        check_body(draft.body)
    files = tuple(files)
    for comment in draft.comments:
        check_body(comment.body)
        if not _anchors(files, comment.path, comment.side, comment.start_line, comment.line):
            raise HostRefused("Unprocessable Entity; Line could not be resolved")


def still_anchors(files: Iterable[FileDiff], comment: PostedInline) -> bool:
    """Whether a posted comment's line is still in the diff; else GitHub calls it outdated."""
    return comment.line is not None and _anchors(files, comment.path, comment.side, None, comment.line)


def listed(file: FileDiff, *, withheld: bool) -> ListedFile:
    """A file as the listing shows it; its patch is left out where it is `withheld` or there is none."""
    patch = b"".join(f"{hunk.header}\n".encode() + hunk.body for hunk in file.hunks).decode("utf-8", "replace")
    added, deleted = sum(hunk.added for hunk in file.hunks), sum(hunk.deleted for hunk in file.hunks)
    return ListedFile(
        path=file.path,
        old_path=file.old_path,
        status=file.status.value,
        patch=patch.removesuffix("\n") if patch and not withheld else None,
        additions=added,
        deletions=deleted,
        changes=added + deleted,
    )


def _anchors(files: Iterable[FileDiff], path: str, side: Side, start: int | None, line: int) -> bool:
    """Whether both ends lie in one hunk, in order."""
    ranges = [hunk.numbers(side) for file in files if file.path == path for hunk in file.hunks]
    return any(line in numbers and (start is None or (start < line and start in numbers)) for numbers in ranges)
