"""What the pages point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, pages, without_code_blocks

OUR_FOLDERS = ("bot", "prompts", "tests", "docs", "bench", "examples", "scripts")


def name(page: Path) -> str:
    """The page as a reader would name it."""
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", without_code_blocks(page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=name)
def test_internal_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of ours finds it, and its heading where one is named."""
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code_blocks(page.read_text())):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path) if path else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


@pytest.mark.parametrize("page", pages(), ids=name)
def test_named_files_exist(page: Path) -> None:
    """A path in backticks that begins with a folder of ours is a file or folder that is there."""
    if page.is_relative_to(ROOT / "examples"):
        pytest.skip("examples speak of files of an invented project")
    for path in re.findall(rf"`((?:{'|'.join(OUR_FOLDERS)})/[\w./-]*)`", page.read_text()):
        assert (ROOT / path).exists(), path
