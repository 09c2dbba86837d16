"""What is written in place of a file that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.whole_file import whole_file


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """Protects last month's file: where writing fails it stays, and nothing unfinished lies beside it."""
    place = tmp_path / "costs.csv"
    place.write_text("before")
    with pytest.raises(TypeError), whole_file(place) as file:
        file.writelines([b"half", None])  # type: ignore[list-item]  # what fails in the middle
    assert place.read_text() == "before"
    with whole_file(place) as file:
        file.write(b"after")
    assert place.read_text() == "after"
    assert list(tmp_path.iterdir()) == [place]


def test_what_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    """Protects a folder from unfinished files, also where the last step fails."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"), whole_file(tmp_path / "folder") as file:
        file.write(b"x")
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]
