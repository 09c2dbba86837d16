"""action.yml, the code that reads its inputs and writes its outputs, and the page about both say the same."""

from __future__ import annotations

import re

import pytest
import yaml

from bot import __version__
from bot.app.options import Options
from bot.core.excerpt import Tier
from bot.core.outputs import outputs_of
from bot.settings.file import RepositoryFile
from bot.settings.inputs import read_inputs
from tests.docs.action_files import ACTION, EXAMPLES, name, read_yaml
from tests.docs.pages import ROOT, code_blocks, section
from tests.unit.core.report.receipts import receipt

PAGE = (ROOT / "docs" / "github-action.md").read_text()
CODE = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))


def rows(heading: str) -> list[tuple[str, ...]]:
    """The rows of the table under a heading, without its head."""
    lines = [line for line in section(PAGE, heading).splitlines() if line.startswith("| ")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[1:]]


def inputs_read() -> set[str]:
    """The name of every input that the code asks for."""
    asked: set[str] = set()

    def given(name: str) -> str:
        asked.add(name)
        return ""

    def variable(_: str) -> str:
        return ""

    read_inputs(given, variable)
    return asked


def test_every_input_is_read_and_declared() -> None:
    """An input that is declared and not read is a promise broken; one not declared never arrives without a warning."""
    assert set(ACTION["inputs"]) == inputs_read()


def test_every_output_is_written_and_declared() -> None:
    """A later step sees only outputs that action.yml names."""
    assert list(ACTION["outputs"]) == list(outputs_of(receipt(), review_url="", summary_url="", receipt_path=""))


def test_no_input_overrides_the_settings_file_by_itself() -> None:
    """A default in action.yml looks to the code like something that was said, so the file could never count."""
    assert {key: given["default"] for key, given in ACTION["inputs"].items() if "default" in given} == {
        "github-token": "${{ github.token }}"
    }


@pytest.mark.parametrize("key", ACTION["inputs"])
def test_every_input_states_its_default(key: str) -> None:
    """A reader need not look elsewhere for what counts when nothing is said; the file comes first where it can."""
    _, stated, default = ACTION["inputs"][key]["description"].partition(" Default: ")
    assert stated
    in_file = {*RepositoryFile.model_fields, "budget_usd", "budget_tokens", *(f"model_{tier.value}" for tier in Tier)}
    assert ("the settings file's" in default) == (key.replace("-", "_") in in_file)


def test_stated_defaults_are_the_ones_that_count() -> None:
    """Figures and names in descriptions come from the options."""
    options = Options()
    expected = {
        "budget-usd": options.limits.usd,
        "budget-tokens": options.limits.tokens,
        "routing": options.routing,
        "verify": options.verify,
        "concurrency": options.concurrency,
        "language": options.language,
        "fail-on": "never",
        "on-incomplete": options.on_incomplete,
        **{f"model-{tier.value}": options.models[tier] for tier in Tier},
    }
    stated = {key: ACTION["inputs"][key]["description"].rpartition(", else ")[2].rstrip(".") for key in expected}
    assert stated == {key: str(value) for key, value in expected.items()}


def test_the_page_lists_every_input() -> None:
    """The page's table is action.yml in columns."""
    declared = []
    for key, given in ACTION["inputs"].items():
        meaning, _, default = given["description"].partition(" Default: ")
        declared.append((f"`{key}`", meaning, default.removesuffix(".")))
    assert rows("Inputs") == declared


def test_the_page_lists_every_output() -> None:
    """The page's table is action.yml in columns."""
    assert rows("Outputs") == [(f"`{key}`", given["description"]) for key, given in ACTION["outputs"].items()]


def test_the_page_shows_the_example_as_it_is() -> None:
    """Who copies the block gets what is linted, comments aside."""
    [block] = [block for block in code_blocks(PAGE) if "name: Hunkwise" in block]
    example = ROOT / "examples" / "workflows" / "pull-requests.yml"
    assert yaml.load("\n".join(block), Loader=yaml.BaseLoader) == read_yaml(example)  # noqa: S506 - only texts


def test_the_page_names_every_example() -> None:
    """A workflow to copy that nobody is told of might as well not be there."""
    assert re.findall(r"\[[\w-]+\.yml\]\(\.\./(examples/[\w/-]+\.yml)\)", section(PAGE, "Which workflow"))
    assert all(f"../{name(path)}" in section(PAGE, "Which workflow") for path in EXAMPLES)


@pytest.mark.parametrize("sentence", [row[0] for row in rows("When something is wrong")])
def test_sentences_to_look_up_are_said(sentence: str) -> None:
    """Who searches the page for a message finds it in the words that the program uses."""
    spoken = re.sub(r'"\s+f?"', "", CODE)
    assert sentence in spoken


def test_permissions_to_grant_are_the_ones_asked_for() -> None:
    """Each permission that a message can name is explained, and no other is asked of a maintainer."""
    named = set(re.findall(r'"([a-z]+(?:-[a-z]+)*: (?:read|write))"', CODE))
    explained = {row[0].strip("`") for row in rows("Permissions")}
    # Every token has the first; whoever may write may read.
    assert explained == named - {"metadata: read", "pull-requests: read", "issues: read"}


def test_the_page_names_this_version() -> None:
    """Who copies a line gets the version whose page they read."""
    assert set(re.findall(r"hunkwise/hunkwise(?:@v|:)([\w.]*\w)", PAGE)) == {__version__}
