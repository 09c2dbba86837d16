from __future__ import annotations

from dataclasses import replace

from bot.core.excerpt import Enclosing
from bot.core.size import HEADER_TOKENS, excerpt_tokens, line_tokens
from tests.unit.core.changes import excerpt


def test_a_size_is_header_lines_and_enclosing_context() -> None:
    """What a request carries is what it is packed by."""
    plain = excerpt("a.py", "+" + "x" * 22)
    assert excerpt_tokens(plain) == HEADER_TOKENS + 10
    around = replace(plain, enclosing=Enclosing("def f", ((1, "y" * 9),)))
    assert excerpt_tokens(around) == HEADER_TOKENS + 10 + 2 + 6


def test_lines_one_by_one_are_never_less_than_together() -> None:
    """Splitting sums single lines, so its parts hold to the size that packing measures."""
    many = excerpt("a.py", *(f"+{'x' * n}" for n in range(20)))
    assert sum(map(line_tokens, many.lines)) >= excerpt_tokens(many) - HEADER_TOKENS


def test_text_that_is_no_utf_8_is_measured_by_its_bytes() -> None:
    """Latin-1 and stray bytes must not stop a plan."""
    assert excerpt_tokens(excerpt("a.py", "+\udce9\udcff")) == HEADER_TOKENS + 4
