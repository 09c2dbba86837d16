"""Answers that were paid for survive the run that paid for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.answers import AnswerFolder
from bot.errors import BadConfiguration

KEY = "a" * 64


def test_an_answer_is_found_again_by_another_process(tmp_path: Path) -> None:
    """What one run keeps the next one reads, to the letter."""
    AnswerFolder(tmp_path / "new" / "store").put(KEY, '{"findings": []} - é')
    assert AnswerFolder(tmp_path / "new" / "store").get(KEY) == '{"findings": []} - é'


def test_what_is_not_kept_is_none(tmp_path: Path) -> None:
    """A missing answer is asked for, not guessed."""
    assert AnswerFolder(tmp_path).get(KEY) is None


def test_a_damaged_file_is_none(tmp_path: Path) -> None:
    """A file that is no text is not an answer."""
    (tmp_path / f"{KEY}.json").write_bytes(b"\xff\xfe")
    assert AnswerFolder(tmp_path).get(KEY) is None


def test_nothing_half_written_stays_under_a_key(tmp_path: Path) -> None:
    """A new answer replaces the old one at once, and leaves no other file behind."""
    store = AnswerFolder(tmp_path)
    store.put(KEY, "one")
    store.put(KEY, "two")
    assert [file.name for file in tmp_path.iterdir()] == [f"{KEY}.json"]
    assert store.get(KEY) == "two"


def test_a_key_is_a_hash_and_no_path(tmp_path: Path) -> None:
    """Nothing is read or written outside the folder."""
    with pytest.raises(ValueError, match="hash"):
        AnswerFolder(tmp_path).get("../" + "a" * 61)


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    """Before anything is paid."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadConfiguration, match="store"):
        AnswerFolder(tmp_path / "file" / "store")
