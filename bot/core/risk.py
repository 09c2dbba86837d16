"""How much a hunk is worth looking at, as a score: the order in which a budget is spent.

    signals     40 for any change
                + 8 for each family of security-sensitive words in the changed lines or the path, at most 4
                  (access, secrets, cryptography, injection, memory, exposure, concurrency, money)
                + 1 for each branch, loop, jump or error word in the changed lines, at most 14
                + 2 for each doubling of the number of changed lines, at most 14
    kind        the share of the signals that counts:
                source, CI 100 %; migrations 110 %; configuration 60 %; tests 25 %; data 15 %; documentation 10 %;
                lock, generated and vendored files (where the configuration has them reviewed) 10 %
    shape       deletions only 50 %, and 20 % where nothing of the file is left; imports only 25 %;
                whitespace only 10 %

So source scores 40 to 100, tests come after all of it, and documentation after tests. The words are looked for in
the first 50,000 bytes of the changed lines; more would not change the order.
"""

from __future__ import annotations

import re
from enum import StrEnum

from bot.core.diff.model import Hunk
from bot.core.languages import FileKind, language_of


class Shape(StrEnum):
    """What a hunk does, as far as its changed lines alone tell."""

    WHITESPACE = "whitespace only"
    IMPORTS = "imports only"
    DELETION = "deletions only"
    REMOVAL = "nothing left of the file"
    CHANGE = "change"


_SHARE_OF_KIND = {
    FileKind.SOURCE: 100,
    FileKind.CI: 100,
    FileKind.MIGRATION: 110,
    FileKind.CONFIG: 60,
    FileKind.TEST: 25,
    FileKind.DATA: 15,
    FileKind.DOCS: 10,
    FileKind.LOCK: 10,
    FileKind.GENERATED: 10,
    FileKind.VENDORED: 10,
}
_SHARE_OF_SHAPE = {
    Shape.CHANGE: 100,
    Shape.DELETION: 50,
    Shape.IMPORTS: 25,
    Shape.REMOVAL: 20,
    Shape.WHITESPACE: 10,
}
_BASE, _PER_FAMILY, _MOST_FAMILIES, _MOST_FLOW, _PER_DOUBLING, _MOST_SIZE = 40, 8, 4, 14, 2, 14
_SCANNED_BYTES = 50_000

# Families of words, looked for anywhere in lower-cased text, so that a stem finds all its forms.
_SENSITIVE = {
    family: tuple(words.split())
    for family, words in {
        "access": b"authent authoriz authoris auth_ _auth oauth /auth login logout permission privilege is_admin "
        b"isadmin sudo csrf cors session cookie",
        "secrets": b"passw secret credential api_key apikey private_key privatekey token bearer jwt",
        "cryptography": b"crypt cipher hmac sha1 md5 signature certificate verify tls ssl nonce",
        "injection": b"eval( exec subprocess system( popen shell deseriali pickle yaml.load innerhtml sanitiz escape "
        b"execute( query( raw( template",
        "memory": b"unsafe memcpy strcpy strcat sprintf malloc free( alloca reinterpret_cast transmute",
        "exposure": b"redirect upload unlink rmtree chmod chown symlink bind( 0.0.0.0 pull_request_target ../",
        "concurrency": b"mutex lock( .lock atomic thread await goroutine volatile synchroni",
        "money": b"payment invoice price balance currency transaction refund",
    }.items()
}
_FLOW = re.compile(
    rb"\b(?:if|else|elif|elsif|unless|for|foreach|while|until|loop|switch|case|when|match|break|continue|return|goto"
    rb"|defer|yield|try|catch|except|finally|throws?|raise|rescue|panic|select)\b|\?\?|&&|\|\|"
)
_IMPORT = re.compile(
    rb"""
        import\b.* | from\s+\S+\s+import\b.* | (?:pub\s+)?use\s+[\w:{*].*; | \#\s*include\b.* | using\s+[\w.:]+\s*;
      | (?:const|let|var)\s+[\w{}\s,]+=\s*require\([^()]*\);? | export\s+.*\bfrom\s+['"].*
      | require(?:_relative)?\s+['"].*
      | (?:[\w.]+\s+)?"[\w./~-]+" | [\w\s,]+\}\s*from\s+['"].* | [()]
    """,
    re.VERBOSE,
)
_LONGEST_IMPORT = 300  # a longer line is not matched: some of the patterns are quadratic
# Where indentation or a line's edge has meaning, a change of whitespace is a change.
_WHITESPACE_MATTERS = frozenset(
    {"python", "yaml", "ci", "makefile", "sass", "pug", "haml", "coffee", "nim", "f#", "haskell", ""}
)


def risk_of(hunk: Hunk, path: str, kind: FileKind) -> int:
    """The hunk's score by the table above, 0 to 110; higher is asked about earlier."""
    changed = changed_rows(hunk)
    text = b"\n".join(changed)[:_SCANNED_BYTES]
    flow = sum(1 for _ in _FLOW.finditer(text))
    signals = (
        _BASE
        + _PER_FAMILY * min(_families_in(text, path), _MOST_FAMILIES)
        + min(flow, _MOST_FLOW)
        + min(_PER_DOUBLING * len(changed).bit_length(), _MOST_SIZE)
    )
    return signals * _SHARE_OF_KIND[kind] * _SHARE_OF_SHAPE[shape_of(hunk, path)] // 10_000


def is_sensitive(hunk: Hunk, path: str) -> bool:
    """Whether a word of a security-sensitive family stands in the changed lines or in the path."""
    return _families_in(b"\n".join(changed_rows(hunk))[:_SCANNED_BYTES], path) > 0


def _families_in(changed: bytes, path: str) -> int:
    read = b"/" + path.encode("utf-8", "surrogateescape").lower() + b"\n" + changed.lower()
    return sum(1 for words in _SENSITIVE.values() if any(word in read for word in words))


def shape_of(hunk: Hunk, path: str) -> Shape:
    """What the hunk does, as far as its changed lines alone tell."""
    changed = changed_rows(hunk)
    added = [row[1:] for row in changed if row[:1] == b"+"]
    removed = [row[1:] for row in changed if row[:1] == b"-"]
    if b"\n".join(added).split() == b"\n".join(removed).split() and language_of(path) not in _WHITESPACE_MATTERS:
        return Shape.WHITESPACE
    written = [code for row in changed if (code := row[1:].strip())]
    if written and all(len(code) <= _LONGEST_IMPORT and _IMPORT.fullmatch(code) for code in written):
        return Shape.IMPORTS
    if added:
        return Shape.CHANGE
    return Shape.DELETION if hunk.new_count or hunk.new_start else Shape.REMOVAL


def changed_rows(hunk: Hunk) -> list[bytes]:
    """The added and deleted lines, each behind its mark, in order."""
    return [row for row in hunk.body.split(b"\n") if row[:1] in {b"+", b"-"}]
