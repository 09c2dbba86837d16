"""Where the ledger is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap.ledger import chosen_ledger, ledger_for_reading, open_ledger, usual_ledger
from bot.errors import BadConfiguration


def test_a_home_is_where_reviews_and_reports_both_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a ledger named with a tilde where no shell replaces it: what a review wrote is found by a report."""
    monkeypatch.setenv("HOME", str(tmp_path))
    environment = {"HUNKWISE_LEDGER": "~/team.db"}
    with open_ledger(chosen_ledger(environment)):
        assert (tmp_path / "team.db").is_file()
    with ledger_for_reading(environment) as ledger:
        assert ledger.reader.total().rows == 0


@pytest.mark.parametrize("place", ["{folder}/none.db", "sqlite:///{folder}/none.db"])
def test_a_report_makes_no_ledger(tmp_path: Path, place: str) -> None:
    """Protects against a slip in the path: it is an error, not an empty ledger from which nothing was spent."""
    with (
        pytest.raises(BadConfiguration, match="There is no ledger at"),
        ledger_for_reading({"HUNKWISE_LEDGER": place.format(folder=tmp_path)}),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_nobodys_home_is_an_error_with_a_sentence() -> None:
    """Protects against a traceback where a path names a user that does not exist."""
    with pytest.raises(BadConfiguration, match="Nobody knows whose home"), open_ledger("~nobody-of-this-name/x.db"):
        pass


def test_a_user_without_a_home_can_name_a_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects containers whose user has no home: only what needs the usual ledger stops, with a sentence."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert usual_ledger({}) == ""
    assert chosen_ledger({"HUNKWISE_LEDGER": "/tmp/ledger.db"}) == "/tmp/ledger.db"  # noqa: S108  # nothing is written
    with pytest.raises(BadConfiguration, match="no home"):
        chosen_ledger({})
