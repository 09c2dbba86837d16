"""The page, the schema and the reader know the same keys, with the same meanings and defaults."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml

from bot.settings.file import RepositoryFile, read_file
from bot.settings.load import Flags, build_options
from bot.settings.schema import MEANINGS, settings_schema
from tests.docs.pages import ROOT, code_blocks

PAGE = (ROOT / "docs" / "configuration.md").read_text()
SCHEMA = settings_schema()


def table_rows() -> dict[str, tuple[str, str]]:
    """Meaning and default of every key in the page's tables."""
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
    assert len({key for key, _, _ in rows}) == len(rows), "a key stands in two tables"
    return {key: (meaning, default) for key, meaning, default in rows}


def properties() -> dict[str, dict[str, Any]]:
    """Every key of the schema, by its dotted path."""
    found: dict[str, dict[str, Any]] = {}
    gather(SCHEMA, "", found)
    return found


def gather(node: dict[str, Any], prefix: str, found: dict[str, dict[str, Any]]) -> None:
    """Walk one object of the schema through its references."""
    for name, inner in resolved(node).get("properties", {}).items():
        found[prefix + name] = inner
        gather(inner, f"{prefix}{name}.", found)
        gather(inner.get("items", {}), f"{prefix}{name}[].", found)
        values = inner.get("additionalProperties")
        gather(values if isinstance(values, dict) else {}, f"{prefix}{name}.*.", found)


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """The node, or the section that it points to."""
    section: dict[str, Any] = SCHEMA["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
    return section


def leaves() -> dict[str, dict[str, Any]]:
    """Keys that hold a value and no further keys."""
    every = properties()
    return {
        key: node for key, node in every.items() if not [one for one in every if one.startswith((f"{key}.", f"{key}["))]
    }


def test_the_page_has_every_key_with_its_meaning() -> None:
    """A key that is read is a key that is explained, in the same words in the page and in editors."""
    assert {key: meaning for key, (meaning, _) in table_rows().items()} == {key: MEANINGS[key] for key in leaves()}


@pytest.mark.parametrize(("key", "node"), leaves().items(), ids=leaves())
def test_the_page_has_every_default(key: str, node: dict[str, Any]) -> None:
    """The default that is promised is the one that counts."""
    _, shown = table_rows()[key]
    if "default" in node:
        assert yaml.safe_load(shown.strip("`")) == node["default"]
    else:
        assert shown == "none"


def test_the_schema_explains_every_key() -> None:
    """No section of the file was forgotten, and no meaning outlives its key."""
    assert {key: node["description"] for key, node in properties().items()} == MEANINGS


def test_the_committed_schema_is_current() -> None:
    """Editors read the file in docs; `python -m bot.settings.schema > docs/hunkwise.schema.json` writes it."""
    assert json.loads((ROOT / "docs" / "hunkwise.schema.json").read_text()) == SCHEMA


def test_the_schema_is_one() -> None:
    """It holds to the draft it names, and nothing in it is left open."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    objects = [SCHEMA, *(one for one in SCHEMA["$defs"].values() if one["type"] == "object")]
    assert all(one["additionalProperties"] is False for one in objects)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "budget: {usd: null}",
        "budget: {usd: '0.75', tokens: 5}",
        "severity: info",
        "prices: {m: {input: 1, output: 2}}",
    ],
)
def test_schema_and_reader_agree_on_what_holds(text: str) -> None:
    """What the reader takes, an editor does not underline."""
    assert isinstance(read_file(text, "a file"), RepositoryFile)
    jsonschema.validate(yaml.safe_load(text), SCHEMA)


@pytest.mark.parametrize(
    "text",
    ["budgt: {}", "budget: {usd: -1}", "fail_on: always", "concurrency: 0", "events: {forks: some}", "include: a"],
)
def test_schema_and_reader_agree_on_what_does_not(text: str) -> None:
    """What the reader refuses, an editor underlines."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), SCHEMA)
    with pytest.raises(Exception, match="a file"):
        read_file(text, "a file")


def test_a_file_that_repeats_the_defaults_changes_nothing() -> None:
    """No default in the schema is made up: the reader takes it, and it leaves every option as it was."""
    file: dict[str, Any] = {}
    for key, node in leaves().items():
        if "default" in node:
            *sections, name = key.split(".")
            place = file.setdefault(sections[0], {}) if sections else file
            place[name] = node["default"]
    jsonschema.validate(file, SCHEMA)
    assert build_options(Flags(), read_file(json.dumps(file), "a file")) == build_options(Flags(), RepositoryFile())


@pytest.mark.parametrize("page", ["budgets.md", "configuration.md", "privacy.md"])
def test_the_examples_hold(page: str) -> None:
    """What a page tells a maintainer to write is read without complaint."""
    blocks = ["\n".join(block) for block in code_blocks((ROOT / "docs" / page).read_text())]
    examples = [block for block in blocks if "exclude:" in block]
    assert examples
    for example in examples:
        jsonschema.validate(yaml.safe_load(example), SCHEMA)
        assert read_file(example, "a file").exclude


def test_our_own_file_holds() -> None:
    """Hunkwise reviews itself by its settings, and by all of them."""
    text = (ROOT / ".github" / "hunkwise.yml").read_text()
    jsonschema.validate(yaml.safe_load(text), SCHEMA)
    assert read_file(text, "a file").instructions
