from __future__ import annotations

import pytest

from bot.core.diff.model import FileStatus, Side
from bot.core.diff.read import read_diff


def one_line(path: bytes, at: int = 1) -> bytes:
    """A diff that changes one line of one file."""
    head = b"diff --git a/%s b/%s\n--- a/%s\n+++ b/%s\n" % (path, path, path, path)
    return head + b"@@ -%d +%d @@\n-old\n+new\n" % (at, at)


REMOVED = b"diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n"
LINKED = b"diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+target\n"
LINKED += b"\\ No newline at end of file\n"


def test_files_keep_their_order() -> None:
    """What is shown follows the diff."""
    diff = read_diff(one_line(b"z") + one_line(b"a") + one_line(b"m"))
    assert [file.path for file in diff.files] == ["z", "a", "m"]
    assert diff.hunk_count == 3


def test_a_file_that_became_a_link_is_one_modified_file() -> None:
    """One path must be one file: git writes two entries for it, which would be counted twice."""
    (file,) = read_diff(REMOVED + LINKED).files
    assert (file.path, file.status, file.unreadable) == ("x", FileStatus.MODIFIED, None)
    assert (file.old_mode, file.new_mode) == ("100644", "120000")
    assert file.numbers(Side.LEFT) == [1, 2]
    assert file.numbers(Side.RIGHT) == [1]


def test_a_binary_file_that_became_a_link_still_shows_the_link() -> None:
    """The half that can be read is."""
    binary = b"diff --git a/x b/x\ndeleted file mode 100644\nBinary files a/x and /dev/null differ\n"
    (file,) = read_diff(binary + LINKED).files
    assert (file.binary, file.numbers(Side.RIGHT)) == (False, [1])


def test_a_type_change_with_a_broken_half_is_unreadable() -> None:
    """Half a change would be reviewed as if it were the whole."""
    (file,) = read_diff(REMOVED.replace(b"-two\n", b"") + LINKED).files
    assert file.unreadable
    assert file.hunks == ()


@pytest.mark.parametrize("again", [one_line(b"x", at=9), one_line(b"x"), LINKED])
def test_a_path_that_comes_twice_is_one_unreadable_entry(again: bytes) -> None:
    """Two diffs in one input: the numbers of the first need not hold after the second."""
    bad, good = read_diff(one_line(b"x") + one_line(b"y") + again).files
    assert (bad.path, bad.hunks) == ("x", ())
    assert bad.unreadable is not None
    assert "2 times" in bad.unreadable
    assert (good.path, good.unreadable) == ("y", None)


def test_hunks_keep_the_bytes_of_their_bodies() -> None:
    """They are compared over pushes, and a big diff must cost little more than its own size."""
    body = b" a\r\n-\xff\n+\0\n"
    (file,) = read_diff(b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n" + body).files
    assert file.hunks[0].body == body
    assert file.hunks[0].text_key == body
