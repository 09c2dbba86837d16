"""Setting up tells a visitor what is missing, instead of failing somewhere later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT


def make_venv(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """scripts/make-venv with one Python to choose from, and no virtualenv on the path."""
    return subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "make-venv"), str(folder / "env")],
        env={"PYTHON": python, "PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def python_without_venv(tmp_path: Path) -> str:
    """A Python as Debian ships it: new enough, but unable to make an environment."""
    script = tmp_path / "python3"
    script.write_text(f'#!/bin/sh\n[ "$1" = -m ] && exit 1\nexec {sys.executable} "$@"\n')
    script.chmod(0o755)
    return str(script)


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path, python_without_venv: str) -> None:
    """Debian's python3 lacks a package; its name is the answer."""
    result = make_venv(tmp_path, python_without_venv)
    assert result.returncode == 1
    assert "apt-get install python3-venv" in result.stderr


def test_a_missing_python_is_told_apart_from_a_broken_one(tmp_path: Path) -> None:
    """Without any Python from 3.11 on, that is what is said."""
    result = make_venv(tmp_path, str(tmp_path / "no-python"))
    assert result.returncode == 1
    assert "No Python 3.11 or newer" in result.stderr
