"""Habits of the house that a reader relies on, and that nothing else would keep."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.pages import ROOT, terms, tracked_files

MOST_LINES = 400
# Folders that exist on one developer's machine only; GitHub's runners have a home that everyone knows.
MACHINE_PATH = re.compile(rb"(?<![\w.}*$-])/(?:work|root|home/(?!runner\b)\w+|Users/\w+)/")


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """A path that only exists where it was written has no business in the project."""
    found = {
        f"{path.relative_to(ROOT)}: {match[0].decode()}"
        for path in tracked_files()
        for match in [MACHINE_PATH.search(path.read_bytes())]
        if match
    }
    assert not found


def test_modules_stay_short() -> None:
    """Past 400 lines a module is about more than one thing."""
    lengths = {path: len(path.read_text().splitlines()) for path in (ROOT / "bot").rglob("*.py")}
    assert lengths
    assert not {str(path): length for path, length in lengths.items() if length >= MOST_LINES}


def test_the_glossary_speaks_the_codes_language() -> None:
    """Every word of the glossary is a name in the code, written as there."""
    names = set(re.findall(r"\w+", "\n".join(path.read_text() for path in code())))
    glossary = terms((ROOT / "docs" / "glossary.md").read_text())
    assert glossary
    assert not [word for word in glossary if word not in names]


def test_the_glossary_is_in_order() -> None:
    """A word is found by its first letter."""
    glossary = terms((ROOT / "docs" / "glossary.md").read_text())
    assert glossary == sorted(glossary, key=str.casefold)


def code() -> list[Path]:
    """The package's modules."""
    return sorted((ROOT / "bot").rglob("*.py"))
