"""The store's file of prompts: bounded, written whole, and no trouble when it is damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.adapters.prefix_file import MOST_LINES, NAME, PrefixFile
from bot.errors import BadConfiguration
from tests.contract.test_prefix_history import USE, later

KEYS = ("a" * 64, "f" * 64)


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    """A store that lives for years does not grow with them."""
    PrefixFile(tmp_path).add(USE)
    file = tmp_path / NAME
    file.write_text(file.read_text() * (MOST_LINES + 40))
    PrefixFile(tmp_path).add(later(5))
    uses = PrefixFile(tmp_path).earlier(*KEYS).uses
    assert len(uses) == MOST_LINES
    assert uses[-1] == later(5)


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    """The file is replaced at once, and no other is left behind."""
    for use in (USE, later(1)):
        PrefixFile(tmp_path).add(use)
    assert [file.name for file in tmp_path.iterdir()] == [NAME]


def test_it_holds_hashes_times_and_ids_only(tmp_path: Path) -> None:
    """Whoever may read the store learns nothing of the code."""
    PrefixFile(tmp_path).add(USE)
    assert json.loads((tmp_path / NAME).read_text()) == {
        "prefix": "a" * 64,
        "family": "f" * 64,
        "began": "2026-11-22T12:00:00+00:00",
        "last": "2026-11-22T12:01:30.500000+00:00",
        "requests": 12,
        "ttl": "1h",
        "message_id": "msg_1",
    }


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        "{}",
        "\ufffd",
        '{"prefix": 1}',
        json.dumps({"prefix": "a", "family": "f", "began": "yesterday", "last": "", "requests": 1, "ttl": None}),
    ],
)
def test_a_damaged_line_is_left_out_with_a_note(tmp_path: Path, line: str) -> None:
    """What can be read counts, and the next run mends the file."""
    PrefixFile(tmp_path).add(USE)
    file = tmp_path / NAME
    file.write_bytes(line.encode() + b"\n\xff\n" + file.read_bytes())
    earlier = PrefixFile(tmp_path).earlier(*KEYS)
    assert earlier.uses == (USE,)
    assert "2 of its lines cannot be read" in earlier.note
    PrefixFile(tmp_path).add(later(1))
    mended = PrefixFile(tmp_path).earlier(*KEYS)
    assert (mended.uses, mended.note) == ((USE, later(1)), "")


@pytest.mark.parametrize(
    "changes",
    [{"ttl": "2h"}, {"began": "2026-11-22T12:00:00"}, {"requests": "many"}, {"message_id": 7}, {"last": None}],
)
def test_a_line_that_we_would_not_have_written_is_damage(tmp_path: Path, changes: dict[str, object]) -> None:
    """A wrong time or time to live would end up in the arithmetic."""
    PrefixFile(tmp_path).add(USE)
    file = tmp_path / NAME
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    earlier = PrefixFile(tmp_path).earlier(*KEYS)
    assert earlier.uses == ()
    assert "1 of its lines cannot be read" in earlier.note


def test_a_file_that_cannot_be_opened_costs_a_sentence(tmp_path: Path) -> None:
    """A review without history is a review."""
    (tmp_path / NAME).mkdir()
    assert "cannot be read" in PrefixFile(tmp_path).earlier(*KEYS).note


def test_a_folder_that_takes_nothing_says_so(tmp_path: Path) -> None:
    """Whoever adds decides what that is worth."""
    with pytest.raises(BadConfiguration, match="cannot remember"):
        PrefixFile(tmp_path / "gone").add(USE)
