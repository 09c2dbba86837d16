"""`hunkwise diff`: what it prints is what was read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli.diff import diff
from bot.cli.flags import Table
from bot.core.diff.read import read_diff
from bot.core.diff.report import diff_as_json

TWO_FILES = (
    b'diff --git "a/\\377.py" "b/\\377.py"\n--- "a/\\377.py"\n+++ "b/\\377.py"\n@@ -1 +1,2 @@\n a\n+caf\xe9\r\n'
    b"diff --git a/logo.png b/logo.png\nindex 1111111..2222222 100644\nBinary files a/logo.png and b/logo.png differ\n"
)


@pytest.mark.parametrize("data", [b"", TWO_FILES], ids=["empty", "two files"])
def test_json_written_file_by_file_is_one_document(
    data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pieces join to the document that readers were promised, of no files as well as of several."""
    file = tmp_path / "change.diff"
    file.write_bytes(data)
    diff(diff=str(file), format=Table.JSON)
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert json.loads(printed) == diff_as_json(read_diff(data))
