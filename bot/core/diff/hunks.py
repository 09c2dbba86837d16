"""One file's hunks: unidiff reads them, and they are held against the bytes they came from."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import chain, pairwise

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk as FoundHunk
from unidiff.patch import PatchedFile, PatchSet

from bot.core.diff.model import Hunk, Side
from bot.core.diff.sections import line_starts
from bot.core.diff.unreadable import Unreadable

# No file has more lines than this; larger numbers are a mistake or an attack.
_LAST_LINE = 2**31 - 1
# A line that is no hunk header, no marked line and no empty one (diff.suppressBlankEmpty takes its blank away).
_UNMARKED_LINE = re.compile(rb"\n(?![ +\-\\@\n]|\r\n|\Z)")
_DUMMY_HEADER = b"--- a/file\n+++ b/file\n"


def read_hunks(path: str, data: bytes, start: int, end: int) -> tuple[Hunk, ...]:
    """The hunks that stand in `data` from `start`, the first hunk's header, to `end`.

    Raises Unreadable where a header and its body disagree, hunks overlap, or a line is left over.
    """
    if _UNMARKED_LINE.search(data, start, end):  # unidiff might take it for the header of another file
        raise Unreadable("a line among its hunks has no diff mark")
    found = _parsed(data, start, end)
    heads = list(line_starts(data, b"@@ ", start, end))
    if len(found) != len(heads):
        raise Unreadable("a hunk header does not say which lines follow")
    stops = chain(heads[1:], [end])
    hunks = tuple(_hunk(path, one, data, *span) for one, *span in zip(found, heads, stops, strict=True))
    for side in Side:
        ranges = [_taken(hunk.numbers(side)) for hunk in hunks]
        if any(later.start < earlier.stop for earlier, later in pairwise(ranges)):
            raise Unreadable("its hunks overlap or are out of order")
    return hunks


def _parsed(data: bytes, start: int, end: int) -> PatchedFile:
    """What unidiff makes of the hunks under a dummy header.

    Latin-1 turns every byte into one character, and only a newline ends a line. Bodies stay ours, so that
    unidiff need not keep them (`metadata_only`); it still counts every line against the hunk's header.
    """
    lines = BytesIO(b"".join((_DUMMY_HEADER, memoryview(data)[start:end])))
    try:
        patch = PatchSet((line.decode("latin-1") for line in lines), metadata_only=True)
    except UnidiffParseError as error:
        raise Unreadable(str(error).partition(":")[0].lower()) from error
    except ValueError as error:  # a number of thousands of digits
        raise Unreadable("a hunk header counts lines that no file has") from error
    if len(patch) != 1:
        raise Unreadable("its hunks do not make one file")
    return patch[0]


def _hunk(path: str, found: FoundHunk, data: bytes, head: int, stop: int) -> Hunk:
    """The hunk unidiff found at `head`, with its body, once all lines up to `stop` are accounted for."""
    body = data[data.index(b"\n", head) + 1 : stop]
    hunk = Hunk(
        path,
        found.source_start,
        found.source_length,
        found.target_start,
        found.target_length,
        found.section_header.encode("latin-1"),
        body,
    )
    remarks = body.count(b"\n\\") + body.startswith(b"\\")
    if not body:
        raise Unreadable("a hunk holds no lines")
    if body.count(b"\n") - remarks != found.source_length + found.added:
        raise Unreadable("a hunk holds more lines than its header says")
    if not (_is_in_a_file(hunk.old_start, hunk.old_count) and _is_in_a_file(hunk.new_start, hunk.new_count)):
        raise Unreadable("a hunk header counts lines that no file has")
    return hunk


def _is_in_a_file(start: int, count: int) -> bool:
    return start + count <= _LAST_LINE and (start > 0 or count == 0)


def _taken(numbers: range) -> range:
    """The lines a hunk takes up; an empty range stands behind the line it names."""
    return numbers or range(numbers.start + 1, numbers.start + 1)
