from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from bot.core.diff.model import Side
from bot.core.diff.read import read_diff
from bot.core.diff.report import diff_as_json
from bot.errors import NotADiff
from tests.property.diffs import Edit, diff_of, edits

_LINES = (
    *(b"diff --git a/x b/x", b'diff --git "a/\\303" "b/\\303"', b"diff --git x x", b"diff --cc x", b"diff --git "),
    *(b"--- a/x", b"--- /dev/null", b"+++ b/x", b"+++ /dev/null", b'+++ "b/\\t', b"--- ", b"+++ b/y\t"),
    *(b"new file mode 100644", b"deleted file mode 120000", b"old mode 1", b"new mode \xff", b"index 1..2 100644"),
    *(b"rename from x", b"rename to y", b"copy from x", b"copy to y", b"similarity index 1%", b"index"),
    *(b"Binary files a/x and b/x differ", b"GIT binary patch", b"literal 1", b"From " + b"0" * 40 + b" Mon Sep "),
    *(
        b"@@ -1 +1 @@",
        b"@@ -0,0 +1,2 @@",
        b"@@ -1,2 +0,0 @@ f",
        b"@@ -1 +99999999999999999999 @@",
        b"@@ @@",
        b"@@@ -1 @@@",
    ),
    *(b"-a", b"+b", b" c", b"", b"\r", b"\\ No newline at end of file", b"\\", b"---", b"-- ", b"Submodule x 1..2:"),
)


def read_in_peace(data: bytes) -> None:
    """Read, allowing no exception but ours, and hold what was read against what it promises."""
    with contextlib.suppress(NotADiff):
        diff = read_diff(data)
        assert data == b"" or diff.files
        assert len({file.path for file in diff.files}) == len(diff.files)
        for file in diff.files:
            assert not (file.unreadable and file.hunks)
            for hunk in file.hunks:
                assert [line.new for line in hunk.lines if line.new is not None] == list(hunk.numbers(Side.RIGHT))
                assert [line.old for line in hunk.lines if line.old is not None] == list(hunk.numbers(Side.LEFT))
        diff_as_json(diff)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing that is fed to the reader may come out as a bug of ours."""
    read_in_peace(data)


@given(st.lists(st.sampled_from(_LINES), max_size=25), st.sampled_from([b"\n", b"\r\n"]))
def test_any_lines_of_diffs_are_read_or_refused(lines: list[bytes], end: bytes) -> None:
    """Headers and hunks in orders that git would never write."""
    read_in_peace(b"".join(line + end for line in lines))


@given(edits, st.data())
def test_a_damaged_diff_is_read_or_refused(edit: Edit, data: st.DataObject) -> None:
    """Bytes cut out, put in or doubled: a broken transfer, or an attack; the file before it stays whole."""
    whole = diff_of(b"before", edit)
    damaged = diff_of(b"damaged", edit)
    start = data.draw(st.integers(0, len(damaged)))
    end = data.draw(st.integers(start, len(damaged)))
    damaged = damaged[:start] + data.draw(st.binary(max_size=4) | st.just(damaged[start:end] * 2)) + damaged[end:]
    read_in_peace(damaged)
    read_in_peace(whole + b"diff --git " + damaged)


@given(edits, edits, st.data())
def test_a_cut_line_is_never_passed_over(edit: Edit, other: Edit, data: st.DataObject) -> None:
    """Without one of its lines a hunk no longer adds up: the file says so, and the other file is read."""
    whole, spare = diff_of(b"cut", edit), diff_of(b"other", other)
    body = whole.split(b"\n")[:-1]
    at = data.draw(st.sampled_from([number for number, line in enumerate(body) if number > 3 and line[:2] != b"@@"]))
    cut, good = read_diff(b"\n".join(body[:at] + body[at + 1 :]) + b"\n" + spare).files
    assert cut.unreadable
    assert (good.path, good.unreadable) == ("other", None)
