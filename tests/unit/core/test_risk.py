from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.languages import kind_of
from bot.core.risk import Shape, risk_of, shape_of
from tests.unit.core.changes import hunk


def _risk(path: str, *rows: str) -> int:
    return risk_of(hunk(path, *rows), path, kind_of(path))


_LOGIN = ("+def login(password):", "+    if not verify(password):", "+        raise Denied", "+    return session()")


def test_security_comes_before_plain_code() -> None:
    """A budget that runs out should have looked at the dangerous lines first."""
    assert _risk("app.py", *_LOGIN) > _risk("app.py", "+def total(items):", "+    return sum(items)")


def test_the_path_counts_as_much_as_the_words() -> None:
    """A change under auth/ is sensitive whatever its lines are called."""
    assert _risk("auth/rules.py", "+limit = 3") > _risk("app/rules.py", "+limit = 3")


def test_branches_and_size_raise_the_score() -> None:
    """More paths and more lines hold more mistakes."""
    plain = _risk("app.py", "+a = 1", "+b = 2")
    assert _risk("app.py", "+if a:", "+    b = 2") > plain
    assert _risk("app.py", *["+a = 1"] * 40) > plain


def test_kinds_come_in_their_order_whatever_they_say() -> None:
    """The most alarming test stays behind the plainest source, and documentation behind tests."""
    alarming = (*_LOGIN * 10, "+exec(token)", "+payment.lock()")
    plain = ("+a = 1",)
    assert _risk("app.py", *plain) > _risk("tests/test_app.py", *alarming)
    assert _risk("tests/test_app.py", *plain) >= _risk("docs/app.md", *alarming)
    assert _risk("app.py", *alarming) > _risk("setup.cfg", *alarming) > _risk("tests/test_app.py", *alarming)


def test_what_rarely_holds_a_bug_scores_low() -> None:
    """Imports, whitespace and deletions of the same code come after a change of it."""
    change = _risk("a.go", "-x := load()", "+x := open()")
    assert _risk("a.go", "-x := load()") < change
    assert _risk("a.go", '+import "fmt"') < change
    assert _risk("a.go", "-x := load()", "+  x := load()") < change


@pytest.mark.parametrize(
    ("path", "rows", "shape"),
    [
        ("a.go", ("-a := b", "+\ta := b"), Shape.WHITESPACE),
        ("a.go", ("-f(a,", "-  b)", "+f(a, b)"), Shape.WHITESPACE),
        ("a.go", ("+",), Shape.WHITESPACE),
        ("a.py", ("-a = b", "+    a = b"), Shape.CHANGE),
        ("a.yaml", ("-a: b", "+  a: b"), Shape.CHANGE),
        ("a.go", ('-s := "a b"', '+s := "ab"'), Shape.CHANGE),
        ("a.py", ("-import os", "+import sys", "+from a import b", "+"), Shape.IMPORTS),
        ("a.ts", ("+import { a } from 'b'",), Shape.IMPORTS),
        ("a.c", ("+#include <stdio.h>",), Shape.IMPORTS),
        ("a.rs", ("+use std::{fs, io};",), Shape.IMPORTS),
        ("a.go", ('+\tlog "github.com/a/log"',), Shape.IMPORTS),
        ("a.py", ("+import os", "+os.remove(a)"), Shape.CHANGE),
        ("a.py", (" a", "-b"), Shape.DELETION),
        ("a.py", ("-a", "+b"), Shape.CHANGE),
    ],
)  # fmt: skip
def test_the_shape_of_a_change_is_read_from_its_lines(path: str, rows: tuple[str, ...], shape: Shape) -> None:
    """Routing rests on these: what is called harmless must be."""
    assert shape_of(hunk(path, *rows), path) is shape


def test_a_file_of_which_nothing_is_left_is_a_removal() -> None:
    """Git writes +0,0 for a removed or emptied file."""
    removed = replace(hunk("a.py", "-a", "-b", at=1), new_start=0)
    assert shape_of(removed, "a.py") is Shape.REMOVAL


def test_a_very_long_line_is_never_called_an_import() -> None:
    """Matching it could take minutes where a line is made for that, and no real import is so long."""
    assert shape_of(hunk("a.js", "+export" + " " * 100 + "{ a } from 'b'"), "a.js") is Shape.IMPORTS
    assert shape_of(hunk("a.js", "+export" + " " * 400 + "{ a } from 'b'"), "a.js") is Shape.CHANGE
