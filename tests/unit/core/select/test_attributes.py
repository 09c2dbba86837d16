from __future__ import annotations

import pytest

from bot.core.select.attributes import GENERATED, VENDORED, Attributes


def _said(text: str, path: str, attribute: str = GENERATED) -> bool | None:
    return Attributes({"": text}).says(path, attribute)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("*.ts linguist-generated", True),
        ("*.ts linguist-generated=true", True),
        ("*.ts -linguist-generated", False),
        ("*.ts linguist-generated=false", False),
        ("*.ts linguist-generated\n*.ts !linguist-generated", None),
        ("*.ts linguist-vendored", None),
        ("*.ts text linguist-generated eol=lf", True),
        ("# *.ts linguist-generated", None),
        ("!*.ts linguist-generated", None),
        ('"api/*.ts" linguist-generated', True),
        ("", None),
    ],
)
def test_each_way_to_write_an_attribute_is_read_as_git_reads_it(text: str, said: object) -> None:
    """Set, unset, unspecified and not mentioned are four different things."""
    assert _said(text, "api/types.ts") is said


def test_the_last_line_that_matches_wins() -> None:
    """A repository takes single files out of a broad rule by a later line."""
    text = "api/** linguist-generated\napi/hand.ts -linguist-generated\n"
    assert _said(text, "api/types.ts") is True
    assert _said(text, "api/hand.ts") is False


def test_a_deeper_file_overrules_its_parents() -> None:
    """The nearest .gitattributes has the last word, and its globs count from its own folder."""
    attributes = Attributes({"": "*.ts linguist-vendored", "api/v1": "/types.ts -linguist-vendored"})
    assert attributes.says("api/v1/types.ts", VENDORED) is False
    assert attributes.says("api/v1/deep/types.ts", VENDORED) is True
    assert attributes.says("api/types.ts", VENDORED) is True


@pytest.mark.parametrize(("glob", "holds"), [("api", False), ("api/", False), ("api/*", False), ("api/**", True)])
def test_a_pattern_for_a_folder_says_nothing_of_what_is_deeper(glob: str, holds: object) -> None:
    """Unlike .gitignore, .gitattributes do not reach into a folder that a pattern names."""
    assert bool(_said(f"{glob} linguist-generated", "api/v1/types.ts")) is holds


def test_a_broken_line_costs_only_itself() -> None:
    """A base's .gitattributes is not ours to refuse."""
    assert _said("! linguist-generated\n\\ linguist-generated\n*.ts linguist-generated\n", "a.ts") is True
