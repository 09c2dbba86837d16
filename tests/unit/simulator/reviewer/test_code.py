"""Strings emptied, comments removed, positions kept."""

from __future__ import annotations

import pytest

from bot.simulator.reviewer.code import mask


@pytest.mark.parametrize(
    ("language", "line", "expected"),
    [
        ("python", "x = 'a # b'  # c", "x = '·····'     "),
        ("python", r"x = 'it\'s' + y", "x = '·····' + y"),
        ("python", "print(f'{x}')", "print(f'···')"),
        ("javascript", "let u = `a ${b} c` // d", "let u = `········`     "),
        ("javascript", "fetch(https://x)", "fetch(https://x)"),
        ("go", "c := '\"' // x", "c := '·'     "),
        ("rust", "fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
        ("java", " * a comment's line", "                   "),
        ("c", "int x; /* eval( */ y", "int x;             y"),
        ("sql", "WHERE a = 'it''s' -- no", "WHERE a = '··''·'      "),
        ("shell", 'echo $# "#x" # c', 'echo $# "#x"    '),
        ("", "a # 'b'", "a # 'b'"),
    ],
)
def test_only_code_is_left(language: str, line: str, expected: str) -> None:
    """Each language has its own quotes and comments; the line keeps its length."""
    assert mask([line], language) == [expected]
    assert len(expected) == len(line)


def test_strings_over_several_lines_are_followed() -> None:
    """A docstring's prose is no code, on any of its lines."""
    assert mask(['"""Say', "eval(x)", '"""', "eval(y)"], "python") == ['"""···', "·······", '"""', "eval(y)"]
