"""The project's pages and files, as the tests of this folder read them."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def tracked_files() -> list[Path]:
    """Every file that git keeps and that is there."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name.decode() for name in names.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


def pages() -> list[Path]:
    """Every tracked Markdown page that is written for a reader: not what tests compare with, nor a model's prompt."""
    others = [ROOT / "tests", ROOT / "prompts"]
    return [path for path in tracked_files() if path.suffix == ".md" and not any(map(path.is_relative_to, others))]


def code_blocks(page: str) -> list[list[str]]:
    """The lines of each fenced code block of a page."""
    return [block.splitlines() for block in re.findall(r"^```\w*\n(.*?)^```", page, re.MULTILINE | re.DOTALL)]


def without_code_blocks(page: str) -> str:
    """The page's prose."""
    return re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)


def section(page: str, heading: str) -> str:
    """The text under a second-level heading, up to the next one."""
    _, found, rest = page.partition(f"\n## {heading}\n")
    assert found, f"no section called {heading}"
    return rest.partition("\n## ")[0]


def terms(text: str) -> list[str]:
    """What a list defines: the bold words that begin its entries."""
    return re.findall(r"^- \*\*(.+?)\*\*", text, re.MULTILINE)


def pyproject() -> dict[str, Any]:
    """pyproject.toml as a dictionary."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
