"""What the README shows of the output is what the demo prints.

Where one of these fails because the output has changed, `python -m bench.picture` writes picture and samples anew.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from tests.docs.pages import ROOT, code_blocks, section

README = (ROOT / "README.md").read_text()
PICTURE = ROOT / "docs" / "picture" / "demo.svg"
SVG = "{http://www.w3.org/2000/svg}"
CELL = 12.2  # the width of a character in the drawing's units
FINDING = re.compile(r"(?:error|warning|info)  \S")
MORE = re.compile(r"\[(\d+) more findings\]$")
REDRAW = "run `.venv/bin/python -m bench.picture`"


def printed(width: int) -> list[str]:
    """The demo's lines on a terminal of that width."""
    command = [sys.executable, "-m", "bot", "review", "--simulate", "--quiet", "--diff", "examples/demo/checkout.diff"]
    environment = {**os.environ, "COLUMNS": str(width)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return [line.rstrip() for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def wide() -> list[str]:
    """What the picture is drawn from."""
    return printed(100)


@pytest.fixture(scope="module")
def narrow() -> list[str]:
    """What the samples are taken from."""
    return printed(88)


def pictured() -> list[str]:
    """The picture's lines: every word stands in the column that its place in the drawing says."""
    rows: dict[float, str] = {}
    for text in ET.parse(PICTURE).getroot().iter(f"{SVG}text"):  # noqa: S314  # our own file
        if text.get("clip-path"):
            height, column = float(text.get("y", "")), round(float(text.get("x", "")) / CELL)
            words = (text.text or "").replace("\xa0", " ").rstrip()
            rows[height] = rows.get(height, "").ljust(column) + words
    return [rows[height].rstrip() for height in sorted(rows)]


def compared(lines: Sequence[str]) -> list[str]:
    """Lines as they are compared: figures of the bill may differ, since each change of a prompt changes them."""
    return [re.sub(r" *\$?[\d.,]+", " 0", line) for line in lines if line.strip()]


def stands_in(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether these lines follow each other somewhere in the whole."""
    part, whole = compared(part), compared(whole)
    return any(whole[start : start + len(part)] == part for start in range(len(whole)))


def pieces(lines: Sequence[str]) -> list[list[str]]:
    """Lines cut before each finding and around the line that counts the findings left out."""
    cut: list[list[str]] = [[]]
    for line in lines:
        if FINDING.match(line) or MORE.match(line):
            cut.append([])
        if not MORE.match(line):
            cut[-1].append(line)
    return [piece for piece in cut if piece]


def places(lines: Sequence[str]) -> list[str]:
    """Where findings are said to be."""
    return [line.strip() for before, line in pairwise(lines) if FINDING.match(before)]


def assert_shows(lines: list[str], output: list[str]) -> None:
    """Every piece is there, every place is exact, and what is left out is counted."""
    for piece in pieces(lines):
        assert stands_in(piece, output), f"{piece[0]!r} and what follows is not printed so; {REDRAW}"
    shown, there = places(lines), places(output)
    assert shown
    assert set(shown) <= set(there), REDRAW
    more = [int(found[1]) for line in lines if (found := MORE.match(line))]
    assert more == [len(there) - len(shown)], REDRAW


def test_the_picture_shows_the_demo(wide: list[str]) -> None:
    """A picture of an output that nobody gets would be an advertisement."""
    lines = pictured()
    assert_shows(lines, wide)
    assert (lines[0], lines[-1]) == (wide[0], wide[-2])


def test_the_picture_loads_nothing() -> None:
    """GitHub shows pictures without letting them load anything, so everything is in the file."""
    svg = PICTURE.read_text()
    assert not re.search(r"@import|@font-face|url\((?!#)|href=", svg)
    assert "<script" not in svg


def test_the_sample_of_a_finding_shows_the_demo(narrow: list[str]) -> None:
    """A finding looks as the README says."""
    (sample,) = code_blocks(section(README, "What it prints"))
    assert_shows(sample, narrow)


def test_the_sample_of_the_bill_shows_the_demo(narrow: list[str]) -> None:
    """The bill has the lines that the README explains."""
    (sample,) = code_blocks(section(README, "How the money works"))
    assert stands_in(sample, narrow), REDRAW
    assert sample[0].startswith("The bill")


def test_every_line_about_money_names_a_test() -> None:
    """A promise about money is backed by something that would fail if it were broken."""
    promises = re.findall(r"^- \*\*(?:.+\n)+?(?=^- |\n)", section(README, "How the money works"), re.MULTILINE)
    assert len(promises) >= 6
    assert not [promise for promise in promises if not re.search(r"\]\((?:tests|bench)/[\w/]+\.py\)", promise)]
