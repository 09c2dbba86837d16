"""The page about comparing, forecasting and own GPUs says what the code does."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command

from bot.cli.cost import app
from bot.core.cost.outlook import BURN_DAYS, LEAST_DAYS, LEAST_OF_A_KIND
from bot.core.cost.rate_outlook import MINUTES_AHEAD
from bot.core.cost.selfhost import HOURS_A_MONTH
from tests.docs.pages import ROOT, without_code_blocks

TEXT = (ROOT / "docs" / "forecasts.md").read_text(encoding="utf-8")
PAGE = " ".join(without_code_blocks(TEXT).split())
COMMANDS = ("compare", "forecast", "selfhost")


def options(command: str) -> dict[str, object]:
    """The flags of a command with their defaults."""
    known = get_command(app)
    parameters = known.commands[command].params  # type: ignore[attr-defined]  # a group, as typer builds it
    return {flag: one.default for one in parameters for flag in one.opts}


def section(command: str) -> str:
    """What the page says of a command."""
    return TEXT.split(f"## `hunkwise cost {command}`")[1].split("\n## ")[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_flags_on_the_page_are_flags_of_the_command(command: str) -> None:
    """A flag that was renamed would send the reader to an error."""
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", section(command)))
    assert named
    assert named <= set(options(command))


def test_what_all_three_take_is_true_of_all_three() -> None:
    """The first paragraph promises it."""
    shared = set(re.findall(r"--[a-z][a-z-]+", TEXT.split("\n## ")[0].split("```")[0]))
    assert len(shared) == 7
    for command in COMMANDS:
        assert shared <= set(options(command))


@pytest.mark.parametrize(
    "said",
    [
        f"With fewer than {LEAST_DAYS} complete days",
        f"the last {options('forecast')['--days']} unless `--days` says otherwise",
        f"The mean of the last {BURN_DAYS} complete days",
        f"is carried on for {MINUTES_AHEAD} minutes",
        f"as a month of {HOURS_A_MONTH} hours",
        f"`--utilisation` ({options('selfhost')['--utilisation']})",
    ],
)
def test_figures_are_those_of_the_code(said: str) -> None:
    """Another threshold would explain another report."""
    assert said in PAGE


def test_words_for_numbers_are_those_of_the_code() -> None:
    """Four is written out, and the level stands in the formula."""
    assert LEAST_OF_A_KIND == 4
    assert "at least four working days and four weekend days" in PAGE
    assert f"Student's quantile for --level ({options('forecast')['--level']})" in TEXT
