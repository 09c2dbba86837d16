from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.actions import Runner


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    """A checked-out pull request could have the receipt written over a file of the runner."""
    target = tmp_path / "target"
    target.write_text("precious")
    (tmp_path / "receipt.json").symlink_to(target)
    assert Runner({"GITHUB_WORKSPACE": str(tmp_path)}).write_file("receipt.json", "{}") == "receipt.json"
    assert (target.read_text(), (tmp_path / "receipt.json").read_text()) == ("precious", "{}")


def test_a_folder_in_the_place_of_a_file_costs_the_file_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The review is posted by then; a trap in the workspace must not turn it into a failure."""
    (tmp_path / "receipt.json").mkdir()
    assert Runner({"GITHUB_WORKSPACE": str(tmp_path)}).write_file("receipt.json", "{}") == ""
    assert capsys.readouterr().out.startswith("::warning title=Hunkwise::receipt.json could not be written")
