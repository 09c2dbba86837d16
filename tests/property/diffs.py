"""Strategies for edits of files, and the unified diffs of them, written independently of the reader."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from hypothesis import strategies as st

# Everything that some splitter takes for the end of a line, bytes that are no UTF-8, and text that looks like a diff.
_PIECES = (b"a", b"b", b" ", b"\t", b"\r", b"\x0b", b"\x0c", b"\x1c", b"\x1e", b"\x85", b"\xe2\x80\xa8", b"\xff", b"\0")
_LOOKALIKES = (b"@@ -1 +1 @@", b"-- a/x", b"++ b/x", b"diff --git a/x b/x", b"\\ No newline at end of file", b"")
CONTEXT = 3


@dataclass(frozen=True)
class Edit:
    """A file before and after: each line with its mark, ' ' for kept, '-' for deleted, '+' for added."""

    marked: tuple[tuple[bytes, bytes], ...]

    @property
    def old(self) -> list[bytes]:
        """The lines of the old file."""
        return [text for mark, text in self.marked if mark != b"+"]

    @property
    def new(self) -> list[bytes]:
        """The lines of the new file."""
        return [text for mark, text in self.marked if mark != b"-"]


lines = st.lists(st.sampled_from(_PIECES), max_size=4).map(b"".join) | st.sampled_from(_LOOKALIKES)
edits = (
    st.lists(st.tuples(st.sampled_from([b" ", b" ", b" ", b"+", b"-"]), lines), min_size=1, max_size=40)
    .filter(lambda marked: any(mark != b" " for mark, _ in marked))
    .map(lambda marked: Edit(tuple(marked)))
)


def hunks_of(edit: Edit) -> bytes:
    """The edit's hunks with three lines of context, as git would write them."""
    changed = [at for at, (mark, _) in enumerate(edit.marked) if mark != b" "]
    shown = sorted(
        {at for mid in changed for at in range(mid - CONTEXT, mid + CONTEXT + 1) if 0 <= at < len(edit.marked)}
    )
    runs = [[at for _, at in run] for _, run in groupby(enumerate(shown), key=lambda pair: pair[1] - pair[0])]
    return b"".join(_hunk(edit, run) for run in runs)


def _hunk(edit: Edit, run: list[int]) -> bytes:
    before, inside = edit.marked[: run[0]], [edit.marked[at] for at in run]
    ranges = []
    for other in (b"+", b"-"):
        passed = sum(mark != other for mark, _ in before)
        count = sum(mark != other for mark, _ in inside)
        ranges.append((passed + (count > 0), count))
    (old, old_count), (new, new_count) = ranges
    head = b"@@ -%d,%d +%d,%d @@\n" % (old, old_count, new, new_count)
    return head + b"".join(mark + text + b"\n" for mark, text in inside)


def diff_of(name: bytes, edit: Edit) -> bytes:
    """A diff of one modified file."""
    return b"diff --git a/%s b/%s\n--- a/%s\n+++ b/%s\n" % (name, name, name, name) + hunks_of(edit)
