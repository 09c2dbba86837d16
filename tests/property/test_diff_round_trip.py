from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.diff.model import FileDiff, Side
from bot.core.diff.read import read_diff
from tests.property.diffs import Edit, diff_of, edits


def assert_reads_back(file: FileDiff, old: list[bytes], new: list[bytes]) -> None:
    """Each line the diff offers is the file's own line of that number, and nothing changed is missing."""
    assert file.unreadable is None
    kept_old, kept_new = list(old), list(new)
    for hunk in reversed(file.hunks):
        right = [line.raw for line in hunk.lines if line.new is not None]
        left = [line.raw for line in hunk.lines if line.old is not None]
        assert right == [new[number - 1] for number in hunk.numbers(Side.RIGHT)]
        assert left == [old[number - 1] for number in hunk.numbers(Side.LEFT)]
        assert [line.new for line in hunk.lines if line.new is not None] == list(hunk.numbers(Side.RIGHT))
        assert [line.old for line in hunk.lines if line.old is not None] == list(hunk.numbers(Side.LEFT))
        old_at, new_at = hunk.old_start - (hunk.old_count > 0), hunk.new_start - (hunk.new_count > 0)
        del kept_old[old_at : old_at + hunk.old_count]
        del kept_new[new_at : new_at + hunk.new_count]
    assert kept_old == kept_new


@given(st.lists(edits, min_size=1, max_size=4))
def test_every_line_read_is_the_files_own(changes: list[Edit]) -> None:
    """Whatever the lines hold, each number names the line that stands there, on both sides."""
    data = b"".join(diff_of(b"f%d b/x" % number, edit) for number, edit in enumerate(changes))
    files = read_diff(data).files
    assert [file.path for file in files] == [f"f{number} b/x" for number in range(len(changes))]
    for file, edit in zip(files, changes, strict=True):
        assert_reads_back(file, edit.old, edit.new)
        changed = [(mark.decode(), text) for mark, text in edit.marked if mark != b" "]
        read = [(line.mark, line.raw) for hunk in file.hunks for line in hunk.lines if line.mark != " "]
        assert read == changed
