"""Languages by file name."""

from __future__ import annotations

import pytest

from bot.simulator.reviewer.languages import is_test, language_of


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a/b.py", "python"),
        ("web/App.TSX", "javascript"),
        ("Dockerfile", "docker"),
        ("build/Dockerfile.prod", "docker"),
        ("docs/dockerfile.md", ""),
        (".github/workflows/ci.yml", "workflow"),
        ("action.yml", "workflow"),
        ("config.yml", ""),
        ("LICENSE", ""),
    ],
)
def test_a_path_tells_the_language(path: str, language: str) -> None:
    """Rules apply by the name of the file alone."""
    assert language_of(path) == language


@pytest.mark.parametrize(
    ("path", "test"),
    [("tests/a.py", 1), ("src/test_a.py", 1), ("web/a.spec.ts", 1), ("pkg/a_test.go", 1), ("latest/a.py", 0)],
)
def test_test_code_is_told_apart(path: str, test: int) -> None:
    """Most rules leave tests alone."""
    assert is_test(path) == bool(test)
