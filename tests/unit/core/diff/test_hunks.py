from __future__ import annotations

import pytest

from bot.core.diff.model import FileDiff, Line, Side
from bot.core.diff.read import read_diff

HEAD = b"diff --git a/x b/x\nindex 1111111..2222222 100644\n--- a/x\n+++ b/x\n"
GOOD = b"diff --git a/good b/good\n--- a/good\n+++ b/good\n@@ -1 +1 @@\n-a\n+b\n"


def file_with(hunks: bytes) -> FileDiff:
    """The file that has these hunks, followed by another that must not suffer from them."""
    file, good = read_diff(HEAD + hunks + GOOD).files
    assert (good.path, good.unreadable, len(good.hunks)) == ("good", None, 1)
    return file


def raws(file: FileDiff) -> list[bytes]:
    """The bytes of all lines of a file."""
    return [line.raw for hunk in file.hunks for line in hunk.lines]


def test_lines_are_numbered_on_both_sides() -> None:
    """Every line number Hunkwise ever says comes from here."""
    file = file_with(b"@@ -10,4 +20,5 @@ def f(x):\n one\n-two\n+TWO\n+2\n three\n four\n")
    (hunk,) = file.hunks
    assert hunk.lines == (
        Line(" ", 10, 20, b"one"),
        Line("-", 11, None, b"two"),
        Line("+", None, 21, b"TWO"),
        Line("+", None, 22, b"2"),
        Line(" ", 12, 23, b"three"),
        Line(" ", 13, 24, b"four"),
    )
    assert hunk.section == b"def f(x):"
    assert hunk.header == "@@ -10,4 +20,5 @@"
    assert (hunk.added, hunk.deleted) == (2, 1)


def test_a_section_keeps_its_bytes() -> None:
    """The heading of a hunk is the file's own text, in whatever encoding."""
    (hunk,) = file_with(b"@@ -1 +1 @@ d\xe9f \xe2\x80\xa8\x85()\n-a\n+b\n").hunks
    assert hunk.section == b"d\xe9f \xe2\x80\xa8\x85()"


def test_each_side_offers_exactly_its_range() -> None:
    """RIGHT is the union of [new_start, new_start + new_count), LEFT the same of old."""
    file = file_with(
        b"@@ -1,2 +1 @@\n a\n-b\n@@ -9 +8,3 @@\n+x\n c\n+d\n@@ -20,0 +22,1 @@\n+e\n@@ -30,1 +32,0 @@\n-f\n"
    )
    assert file.numbers(Side.RIGHT) == [1, 8, 9, 10, 22]
    assert file.numbers(Side.LEFT) == [1, 2, 9, 30]
    seen = {(side, n) for hunk in file.hunks for line in hunk.lines for side, n in (("L", line.old), ("R", line.new))}
    offered = {("R", n) for n in file.numbers(Side.RIGHT)} | {("L", n) for n in file.numbers(Side.LEFT)}
    assert {place for place in seen if place[1] is not None} == offered


@pytest.mark.parametrize(
    "text",
    [
        *(b"\r", b"a\rb", b"\x0b", b"\x0c", b"\x1c\x1d\x1e", b"\x85", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9"),
        *(b"\0", b"\xe9\xff\xfe", b"@@ -1 +1 @@", b"-- a", b"++ b", b"diff --git a/q b/q", b"\\ No newline", b""),
    ],
)
def test_only_a_newline_ends_a_line(text: bytes) -> None:
    """Other separators shift line numbers for whoever splits at them; other encodings cost the whole diff."""
    file = file_with(b"@@ -1,2 +1,3 @@\n " + text + b"\n-" + text + b"\n+" + text + b"\n+end\r\n")
    assert file.unreadable is None
    assert raws(file) == [text, text, text, b"end\r"]
    assert file.numbers(Side.RIGHT) == [1, 2, 3]


def test_a_missing_last_newline_is_a_remark_and_no_line() -> None:
    """It may stand behind the old, the new or both last lines."""
    remark = b"\\ No newline at end of file\n"
    file = file_with(b"@@ -1,2 +1,2 @@\n a\n-b\n" + remark + b"+c\n" + remark)
    assert raws(file) == [b"a", b"b", b"c"]
    assert file.numbers(Side.LEFT) == [1, 2]


def test_an_empty_context_line_may_have_lost_its_blank() -> None:
    """diff.suppressBlankEmpty, and editors that strip the ends of lines."""
    file = file_with(b"@@ -1,3 +1,3 @@\n\n-a\n+b\n\r\n")
    assert raws(file) == [b"", b"a", b"b", b"\r"]


@pytest.mark.parametrize(
    ("hunks", "why"),
    [
        (b"@@ -1,2 +1,2 @@\n a\n-b\n", "shorter"),
        (b"@@ -1,3 +1,1 @@\n a\n", "shorter"),
        (b"@@ -1 +1 @@\n-a\n+b\n+surplus\n", "more lines"),
        (b"@@ -1 +1 @@\n-a\n+b\n surplus\n", "more lines"),
        (b"@@ -1 +1 @@\n-a\n+b\n\n", "more lines"),
        (b"@@ -1,2 +1 @@\n a\n+b\n-c\n", "longer"),
        (b"@@ -1 +1 @@\n-a\n+b\n+surplus\n@@ -5 +5 @@\n-c\n+d\n", "hunk"),
        (b"@@ -1 +1 @@\n-a\n+b\n--- a/other\n+++ b/other\n@@ -1 +1 @@\n-a\n+b\n", "one file"),
        (b"@@ -1 +1 @@\n-a\n+b\nBinary files a/x and b/x differ\n", "no diff mark"),
        (b"@@ -1,2 +1,2 @@\n-a\n+b\nunmarked\n", "no diff mark"),
        (b"@@ -1,2 +1,2 @@\n-a\n+b\n\rlone\n", "no diff mark"),
        (b"@@ -5,1 +5,1 @@\n-a\n+b\n@@ -2,1 +2,1 @@\n-c\n+d\n", "out of order"),
        (b"@@ -5,2 +5,2 @@\n-a\n+b\n c\n@@ -6,1 +8,1 @@\n-c\n+d\n", "overlap"),
        (b"@@ -5,2 +5,2 @@\n-a\n+b\n c\n@@ -8,1 +6,1 @@\n-c\n+d\n", "overlap"),
        (b"@@ -4,0 +5 @@\n+x\n@@ -4 +6 @@\n-c\n+d\n", "overlap"),
        (b"@@ -0,1 +1,1 @@\n-a\n+b\n", "no file has"),
        (b"@@ -1,1 +0,1 @@\n-a\n+b\n", "no file has"),
        (b"@@ -" + b"9" * 5000 + b" +1 @@\n-a\n+b\n", "no file has"),
        (b"@@ -1," + b"9" * 5000 + b" +1 @@\n-a\n+b\n", "no file has"),
        (b"@@ -" + b"9" * 400 + b" +1 @@\n-a\n+b\n", "no file has"),
        (b"@@ -1 +1," + b"9" * 40 + b" @@\n-a\n+b\n", "shorter"),
        (b"@@ -1,0 +1,0 @@\n", "no lines"),
        (b"@@ what @@\n-a\n+b\n", "header"),
        (b"@@ -1 +1 @@\n-a\n+b\n@@ -x +y @@\n", "header"),
        (b"@@ -1 +1 @@\n", "shorter"),
    ],
)
def test_hunks_that_do_not_hold_together_are_unreadable(hunks: bytes, why: str) -> None:
    """A lost or invented line would shift all that follow; the reason is shown, and other files go on."""
    file = file_with(hunks)
    assert file.unreadable is not None
    assert why in file.unreadable
    assert file.hunks == ()
    assert (file.path, file.new_mode) == ("x", "100644")


@pytest.mark.parametrize(
    "header",
    [
        HEAD,
        b"diff --git a/x b/x\nindex 1111111..2222222 100644\n",
        b"diff --git a/x b/x\nnew file mode 100644\nindex 0000000..2222222\n",
    ],
)
def test_a_changed_text_without_hunks_is_unreadable(header: bytes) -> None:
    """A diff cut off there, or a host that withholds the text, must not look like a file without changes."""
    (file,) = read_diff(header).files
    assert file.unreadable == "its contents changed, but the diff does not show how"


@pytest.mark.parametrize("mode", [b"new file mode 100644", b"deleted file mode 100644"])
def test_lines_of_a_side_that_does_not_exist_are_unreadable(mode: bytes) -> None:
    """A new file has no old lines to comment on, a removed one no new lines."""
    (file,) = read_diff(b"diff --git a/x b/x\n" + mode + b"\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n").files
    assert file.unreadable
