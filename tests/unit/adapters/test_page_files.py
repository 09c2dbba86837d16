from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.page_files import load_page_files
from bot.core.cost_page.page import STYLE, TEMPLATE
from bot.errors import HunkwiseError


def test_template_and_style_lie_beside_the_code() -> None:
    """An installation has all that a page is made of."""
    assert set(load_page_files()) == {TEMPLATE, STYLE}


def test_an_installation_that_is_not_whole(tmp_path: Path) -> None:
    """What is missing is said, with what to do about it."""
    with pytest.raises(HunkwiseError, match="template is missing") as raised:
        load_page_files(tmp_path)
    assert raised.value.next_step == "Install Hunkwise again."
