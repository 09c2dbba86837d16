from __future__ import annotations

import pytest

from bot.core.diff.quoting import quoted_pair, unquote
from bot.core.diff.unreadable import Unreadable


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (b"a/plain.py", b"a/plain.py"),
        (rb'"a/\303\251.py"', "a/é.py".encode()),
        (rb'"a/\377.py"', b"a/\xff.py"),
        (rb'"a/\a\b\t\n\v\f\r\"\\"', b'a/\a\b\t\n\v\f\r"\\'),
        (rb'"a/\\303"', rb"a/\303"),
    ],
)
def test_names_are_unquoted_as_git_quoted_them(token: bytes, name: bytes) -> None:
    """A quoted name kept as it stands would send every comment to a file that does not exist."""
    assert unquote(token) == name


@pytest.mark.parametrize("token", [b'"a/x', b'"a/x" b', rb'"a/\x41"', rb'"a/\777"', b'"a/x\\"', b'"'])
def test_a_broken_quote_is_refused(token: bytes) -> None:
    """Half-read names would be wrong paths."""
    with pytest.raises(Unreadable):
        unquote(token)


@pytest.mark.parametrize(
    ("tokens", "pair"),
    [
        (b"a/x b/x", None),
        (rb'"a/\"" "b/\""', (b'a/"', b'b/"')),
        (rb'"a/ b/\"" b/y z', (b'a/ b/"', b"b/y z")),
        (rb'a/y b/z "b/\t"', (b"a/y b/z", b"b/\t")),
    ],
)
def test_a_pair_is_split_where_its_quotes_say(tokens: bytes, pair: tuple[bytes, bytes] | None) -> None:
    """A rename may quote one side only, and either may hold blanks."""
    assert quoted_pair(tokens) == pair


@pytest.mark.parametrize("tokens", [b'"a/x b/x', b'"a/x"b/x', rb'a/x "b/x'])
def test_a_pair_with_an_open_quote_is_refused(tokens: bytes) -> None:
    """There is no telling where such a name ends."""
    with pytest.raises(Unreadable):
        quoted_pair(tokens)
