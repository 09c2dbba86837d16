"""Code with its strings emptied and its comments removed, so that rules do not match prose.

Every line keeps its length, so that positions agree: what stands inside quotes becomes '·', a comment becomes
spaces. Strings over several lines are followed within the hunk; where a hunk begins inside one, the first
lines are read as code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FILLER = "·"

_HASH = r"(?P<comment>(?<!\S)#[^\n]*)"
_SLASHES = r"(?P<comment>(?<!:)//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)|^[ \t]*\*(?!\w)[^\n]*)"
_DASHES = r"(?P<comment>--[^\n]*)"
_DOUBLE = r'"(?:\\.|[^"\\\n])*"?'
_SINGLE = r"'(?:\\.|[^'\\\n])*'?"
_CHARACTER = r"'(?:\\.[^'\n]*|[^'\\\n])'"
_BACKTICK = r"`(?:\\.|[^`\\])*`?"
_TRIPLE = r'"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'(?:\\.|[^\\])*?(?:\'\'\'|\Z)'

_TOKENS = {
    language: re.compile("|".join((*strings, comment)), re.MULTILINE | re.DOTALL)
    for language, strings, comment in (
        ("python", (_TRIPLE, _DOUBLE, _SINGLE), _HASH),
        ("javascript", (_DOUBLE, _SINGLE, _BACKTICK), _SLASHES),
        ("go", (_DOUBLE, _BACKTICK, _CHARACTER), _SLASHES),
        ("java", (_DOUBLE, _CHARACTER), _SLASHES),
        ("kotlin", (_TRIPLE, _DOUBLE, _CHARACTER), _SLASHES),
        ("rust", (_DOUBLE, _CHARACTER), _SLASHES),
        ("c", (_DOUBLE, _CHARACTER), _SLASHES),
        ("sql", (_SINGLE,), _DASHES),
        ("shell", (), _HASH),
        ("docker", (), _HASH),
        ("workflow", (), _HASH),
    )
}


def mask(lines: Iterable[str], language: str) -> list[str]:
    """The lines as code alone. For an unknown language they stay as they are."""
    tokens = _TOKENS.get(language)
    if tokens is None:
        return list(lines)
    return tokens.sub(_emptied, "\n".join(lines)).split("\n")


def _emptied(token: re.Match[str]) -> str:
    text = token[0]
    if token["comment"] is not None:
        return re.sub(r"[^\n]", " ", text)
    quote = text[:3] if text[:3] in ('"""', "'''") else text[0]
    closed = len(text) >= 2 * len(quote) and text.endswith(quote)
    inside = text[len(quote) : -len(quote) if closed else None]
    return quote + re.sub(r"[^\n]", FILLER, inside) + (quote if closed else "")
