"""How git writes file names in a diff: as they are, or between quotes with C escapes."""

from __future__ import annotations

import re

from bot.core.diff.unreadable import Unreadable

_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:([0-3][0-7]{2})|(.))", re.DOTALL)
_LETTERS = {
    b"a": b"\a",
    b"b": b"\b",
    b"t": b"\t",
    b"n": b"\n",
    b"v": b"\v",
    b"f": b"\f",
    b"r": b"\r",
    b'"': b'"',
    b"\\": b"\\",
}


def unquote(token: bytes) -> bytes:
    """The file name a token stands for. Raises Unreadable where its quotes or escapes do not hold."""
    if not token.startswith(b'"'):
        return token
    if not _QUOTED.fullmatch(token):
        raise Unreadable("a quoted file name does not end where its line does")
    return _ESCAPE.sub(_plain, token[1:-1])


def quoted_pair(tokens: bytes) -> tuple[bytes, bytes] | None:
    """The two names of a `diff --git` line of which at least one is quoted; None where neither is.

    Only unquoted pairs are ambiguous: a quote cannot stand in an unquoted name, but a blank can.
    """
    if tokens.startswith(b'"'):
        first = _QUOTED.match(tokens)
        if not first or tokens[first.end() : first.end() + 1] != b" ":
            raise Unreadable("the header's first file name is not closed")
        return unquote(first[0]), unquote(tokens[first.end() + 1 :])
    before, quote, after = tokens.partition(b' "')
    return (before, unquote(b'"' + after)) if quote else None


def _plain(escape: re.Match[bytes]) -> bytes:
    octal, letter = escape.groups()
    if octal:
        return bytes([int(octal, 8)])
    if letter not in _LETTERS:
        raise Unreadable("a quoted file name holds an escape that git does not write")
    return _LETTERS[letter]
