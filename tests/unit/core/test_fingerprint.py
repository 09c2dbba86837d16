from __future__ import annotations

import re

import pytest

from bot.core.diff.model import Side
from bot.core.fingerprint import fingerprint


def test_it_is_a_short_hex_name() -> None:
    """Markers and receipts hold fingerprints, so they stay short and plain."""
    assert re.fullmatch(r"[0-9a-f]{20}", fingerprint("a.py", Side.RIGHT, ["x = 1"]))


@pytest.mark.parametrize(
    "moved",
    [["    total = a + b"], ["\ttotal = a  +  b\r"], ["", "total = a + b", "   "]],
    ids=["indented", "respaced", "blank lines around"],
)
def test_it_survives_new_white_space(moved: list[str]) -> None:
    """A push that only indents the code anew must not post its finding again."""
    assert fingerprint("a.py", Side.RIGHT, moved) == fingerprint("a.py", Side.RIGHT, ["total = a + b"])


@pytest.mark.parametrize(
    "other",
    [
        fingerprint("b.py", Side.RIGHT, ["x = 1"]),
        fingerprint("a.py", Side.LEFT, ["x = 1"]),
        fingerprint("a.py", Side.RIGHT, ["x = 2"]),
        fingerprint("a.py", Side.RIGHT, ["x", "= 1"]),
        fingerprint("a.py", Side.RIGHT, []),
    ],
    ids=["path", "side", "text", "line borders", "no text"],
)
def test_path_side_and_text_tell_findings_apart(other: str) -> None:
    """Two places with their own code are two findings."""
    assert fingerprint("a.py", Side.RIGHT, ["x = 1"]) != other


def test_stray_bytes_of_a_path_are_no_obstacle() -> None:
    """Paths of a diff may hold bytes that are not UTF-8."""
    assert fingerprint("caf\udce9.py", Side.RIGHT, ["x"]) != fingerprint("cafe.py", Side.RIGHT, ["x"])


def test_its_value_is_pinned() -> None:
    """Markers in old comments hold fingerprints: another recipe would post every finding a second time."""
    assert fingerprint("src/app.py", Side.RIGHT, ["  return items[0]"]) == "79e037dcec3c2b401fb2"
