from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.prompt_files import load_prompts
from bot.errors import HunkwiseError


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_source_checkout_reads_the_prompts_beside_the_package() -> None:
    """A clone works without being built."""
    names = load_prompts()
    assert {"review/core.md.j2", "review/system.md.j2", "review/facts.md.j2", "review/hunk.md.j2"} <= names.keys()
    assert "guides/python.md" in names


def test_a_wheel_reads_its_own_prompts(tmp_path: Path) -> None:
    """Another package's `prompts` folder in site-packages is not mistaken for ours."""
    _write(tmp_path / "bot/_prompts/review/core.md.j2", "ours é")
    _write(tmp_path / "bot/_prompts/review/core.md.j2.orig", "leftover")
    _write(tmp_path / "prompts/review/core.md.j2", "theirs")
    assert load_prompts(tmp_path / "bot") == {"review/core.md.j2": "ours é"}


def test_missing_prompts_are_said_plainly(tmp_path: Path) -> None:
    """A broken installation is named as such and never reviews with an empty prompt."""
    with pytest.raises(HunkwiseError, match="prompts are missing"):
        load_prompts(tmp_path / "bot")
