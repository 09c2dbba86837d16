"""The README's two commands are there to be typed, and are the ones that are tested."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

from bot import __version__
from tests.docs.action_files import read_yaml
from tests.docs.pages import ROOT, code_blocks, section

README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
OUR_COMMAND = re.compile(r"hunkwise(?::\S+)? (review|quote|diff|simulate)( .*)?$")


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


def test_the_page_says_in_five_lines_what_it_is() -> None:
    """Who opens the page need not scroll to know."""
    title, first, *_ = README.split("\n\n")
    assert title == "# Hunkwise"
    assert len(first.splitlines()) == 5


def workflow() -> Any:
    """The workflow that the page has its readers copy."""
    (block,) = [lines for lines in code_blocks(section(README, "On GitHub")) if "jobs:" in lines]
    return yaml.load("\n".join(block), Loader=yaml.BaseLoader)  # noqa: S506  # it makes nothing but texts


def test_the_workflow_is_the_example_with_fewer_events() -> None:
    """The example is linted and explained; what the page leaves out are events, and the queue that only they need."""
    ours, example = workflow(), read_yaml(ROOT / "examples" / "workflows" / "pull-requests.yml")
    assert ours["jobs"] == example["jobs"]
    assert ours["permissions"] == example["permissions"]
    assert set(ours["on"]["pull_request"]["types"]) < set(example["on"]["pull_request"]["types"])
    assert ours["concurrency"]["cancel-in-progress"] == example["concurrency"]["cancel-in-progress"]
    assert example["concurrency"]["group"].startswith("hunkwise-${{ github.event.number }}")
    assert ours["concurrency"]["group"] == "hunkwise-${{ github.event.number }}"


def test_the_release_that_is_named_is_this_one() -> None:
    """A copied workflow or image is the version that the page describes."""
    named = re.findall(r"hunkwise/hunkwise[@:]v?(\d[\d.]*\d)", README)
    assert len(named) >= 2
    assert set(named) == {__version__}


def test_the_commands_have_the_flags_that_are_named() -> None:
    """Every flag of every line that a reader may copy is one of its command's."""
    lines = [line for block in code_blocks(README) for line in block]
    commands = [found for line in lines if (found := OUR_COMMAND.search(line))]
    assert {found[1] for found in commands} >= {"quote", "review"}
    for found in commands:
        explained = subprocess.run(
            [sys.executable, "-m", "bot", found[1], "--help"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for flag in re.findall(r"--[a-z-]+", found[2] or ""):
            assert re.search(rf"{flag}\b", explained), found[0]
