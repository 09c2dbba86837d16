"""The direction of imports: every contract holds, and every contract is seen to fail when it is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


@dataclass(frozen=True, slots=True)
class Violation:
    """Modules that break one contract when they are added to the package: file name to text."""

    contract: str
    files: dict[str, str]

    def __str__(self) -> str:
        planted = "; ".join(f"{name}: {text}" for name, text in self.files.items())
        return f"{self.contract} by {planted}"


VIOLATIONS = [
    Violation("layers", {"core/planted.py": "import bot.ports"}),
    Violation("layers", {"app/planted.py": "import bot.adapters.planted", "adapters/planted.py": ""}),
    Violation("layers", {"app/planted.py": "import bot.cli"}),
    Violation("layers", {"planted.py": ""}),  # a new top-level module must be given a layer
    Violation("pure-core", {"core/planted.py": "def now():\n    import time\n    return time.time()"}),
    Violation("pure-core", {"core/planted.py": "from os import environ"}),
    Violation("adapters", {"adapters/planted.py": "import bot.adapters.planted_too", "adapters/planted_too.py": ""}),
    Violation("stand-in", {"simulator/planted.py": "from bot.core import usage"}),
    Violation(
        "cycles", {"core/planted.py": "import bot.core.planted_too", "core/planted_too.py": "from . import planted"}
    ),
    Violation("cycles", {"core/diff/planted.py": "import bot.core.planted", "core/planted.py": "import bot.core.diff"}),
    Violation("anthropic", {"app/planted.py": "import anthropic"}),
    Violation("anthropic", {"adapters/planted.py": "from anthropic.types import Message"}),
    Violation("platforms", {"app/planted.py": "import botocore"}),
    Violation("platforms", {"bootstrap/planted.py": "import google.auth"}),
    Violation("github", {"adapters/planted.py": "import github"}),
    Violation("yaml", {"cli/planted.py": "import yaml"}),
    Violation("tenacity", {"adapters/planted.py": "from tenacity import retry"}),
    Violation("terminal", {"app/planted.py": "from rich.table import Table"}),
    Violation("terminal", {"adapters/planted.py": "import typer"}),
    Violation("git", {"cli/planted.py": "import subprocess"}),
    Violation("unidiff", {"core/planted.py": "from unidiff import PatchSet"}),
    Violation("jinja2", {"core/planted.py": "import jinja2"}),
    Violation("genai-prices", {"core/planted.py": "import genai_prices"}),
    Violation("tree-sitter", {"core/planted.py": "import tree_sitter"}),
    Violation("shared-limits", {"app/planted.py": "import pyrate_limiter"}),
    Violation("notifications", {"app/planted.py": "import apprise"}),
    Violation("charts", {"cli/planted.py": "import pygal"}),
    Violation("codeowners", {"app/planted.py": "import codeowners"}),
    Violation("sqlalchemy", {"app/planted.py": "from sqlalchemy import select"}),
    Violation("sqlalchemy", {"adapters/planted.py": "import alembic"}),
    Violation("postgres", {"bootstrap/planted.py": "import psycopg"}),
    Violation("detect-secrets", {"core/planted.py": "import detect_secrets"}),
]


@dataclass(frozen=True, slots=True)
class Package:
    """A copy of the package and its contracts, to break at will."""

    folder: Path

    @contextmanager
    def with_files(self, files: dict[str, str]) -> Iterator[None]:
        """The package with further modules in it, which are gone afterwards."""
        paths = [self.folder / "bot" / name for name in files]
        for path, text in zip(paths, files.values(), strict=True):
            path.write_text(text + "\n")
        yield
        for path in paths:
            path.unlink()

    def lint(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """lint-imports, as it is called by hand."""
        command = [str(LINT_IMPORTS), "--no-logo", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """One copy for all tests here: lint-imports remembers what it has parsed."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "bot", folder / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return Package(folder)


def test_every_contract_is_kept(package: Package) -> None:
    """The house stands as the design draws it."""
    result = package.lint()
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("violation", VIOLATIONS, ids=str)
def test_a_broken_contract_is_reported(package: Package, violation: Violation) -> None:
    """A contract that cannot fail keeps nothing: each is broken once, and must say where."""
    with package.with_files(violation.files):
        result = package.lint("--contract", violation.contract)
    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout
    assert "planted" in result.stdout.partition("Broken contracts")[2]


def test_no_contract_is_left_unproved() -> None:
    """A contract added to pyproject.toml needs a violation here."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = {contract["id"] for contract in pyproject["tool"]["importlinter"]["contracts"]}
    assert contracts == {violation.contract for violation in VIOLATIONS}
