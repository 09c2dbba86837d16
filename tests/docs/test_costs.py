"""The samples of docs/costs.md are what the commands print."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cost_samples import PAGE, SAMPLES, history, sample


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented history that the samples are of."""
    return history(tmp_path_factory.mktemp("history"))


@pytest.mark.parametrize("command", SAMPLES)
def test_a_sample_is_what_is_printed(ledger: Path, command: str) -> None:
    """A reader of the page sees what a user sees; `python -m bench.cost_samples` writes it anew."""
    assert f"```text\n$ hunkwise cost {command}\n{sample(command, ledger)}\n```" in PAGE.read_text()
