from __future__ import annotations

import json

from bot.core.diff.model import FileStatus
from bot.core.diff.read import read_diff
from bot.core.diff.report import DiffRow, diff_as_json, diff_as_rows

DIFF = (
    b"diff --git a/o.py b/n.py\nold mode 100644\nnew mode 100755\nsimilarity index 90%\nrename from o.py\n"
    b"rename to n.py\nindex 1111111..2222222\n--- a/o.py\n+++ b/n.py\n@@ -9,2 +12,2 @@\n \xe9\r\n-old\n+\xe2\x80\xa8\n"
    b'diff --git "a/\\377" "b/\\377"\nindex 1111111..2222222 100644\nBinary files "a/\\377" and "b/\\377" differ\n'
    b"diff --git a/bad b/bad\n--- a/bad\n+++ b/bad\n@@ -1,2 +1 @@\n-a\n"
)


def test_json_holds_every_line_a_comment_may_stand_on() -> None:
    """Other programs read exactly these keys, and get each line's bytes."""
    renamed, binary, bad = diff_as_json(read_diff(DIFF))["files"]
    assert renamed == {
        "path": "n.py",
        "old_path": "o.py",
        "status": "renamed",
        "binary": False,
        "right": [12, 13],
        "left": [9, 10],
        "right_text": {"12": "\xe9\r", "13": "\xe2\x80\xa8"},
        "left_text": {"9": "\xe9\r", "10": "old"},
        "unreadable": None,
    }
    assert (binary["path"], binary["binary"], binary["old_path"], binary["right"]) == ("\udcff", True, None, [])
    assert bad["unreadable"]
    assert (bad["left"], bad["left_text"]) == ([], {})


def test_json_can_be_written() -> None:
    """Stray bytes of a path come out as an escaped surrogate."""
    assert '"\\udcff"' in json.dumps(diff_as_json(read_diff(DIFF)))


def test_rows_say_what_was_read_of_each_file() -> None:
    """One row a file, with a note on everything that is not plain."""
    renamed, binary, bad = diff_as_rows(read_diff(DIFF))
    note = "from o.py; mode 100644 to 100755"
    assert renamed == DiffRow("n.py", FileStatus.RENAMED, hunks=1, added=1, deleted=1, commentable=4, note=note)
    assert binary.note == "binary"
    assert bad.note == "unreadable: hunk is shorter than expected"
