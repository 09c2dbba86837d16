"""The page on exports says what the files hold."""

from __future__ import annotations

import re

import pytest

from bot.core.cost.export.lines import Shape, columns_of
from tests.docs.pages import ROOT, section

PAGE = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
HEADINGS = {Shape.CSV: "CSV", Shape.FOCUS: "FOCUS", Shape.AWS: "AWS's shape"}


@pytest.mark.parametrize("shape", Shape)
def test_every_column_is_described_in_its_order(shape: Shape) -> None:
    """Protects whoever reads a file by the page: its tables are the files' columns, no more and no fewer."""
    _, found, rest = section(PAGE, "Export").partition(f"\n### {HEADINGS[shape]}\n")
    assert found
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", rest.partition("\n### ")[0], re.MULTILINE)
    assert rows == [(column.name, column.meaning) for column in columns_of(shape)]


def test_what_is_used_is_pinned() -> None:
    """Protects whoever copies the block: other people's actions go by commit, with the version beside it."""
    used = re.findall(r"uses: (actions/.*)", PAGE)
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in used)
