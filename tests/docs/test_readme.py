"""The README's two commands are there to be typed, and are the ones that are tested."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT, code_blocks

README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_a_command_stands_on_a_line_of_its_own_in_a_code_block(command: str) -> None:
    """A visitor copies one line and needs nothing else."""
    assert [block for block in code_blocks(README) if command in block]


def test_every_make_command_of_the_pages_exists() -> None:
    """No page names a make target that is not there."""
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=`|$)", README + (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


def test_the_demo_reviews_a_diff_that_is_there() -> None:
    """The demo's diff is part of every clone, byte for byte as git wrote it."""
    demo = re.search(r"^demo:.*\n\t.*--diff (\S+)$", MAKEFILE, re.MULTILINE)
    assert demo
    assert (ROOT / demo[1]).read_bytes().startswith(b"diff --git ")


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """The command that is promised is the command that is checked: CI reads it out of the README."""
    assert "README.md" in (ROOT / ".ci" / "run").read_text()
