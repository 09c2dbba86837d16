r"""Characters a reader cannot see: written out in code, taken out of prose.

Hidden characters carry instructions past a human reader or turn the order of what is displayed. In code they
are evidence, so a prompt shows them as `\u{…}`; in titles and descriptions they only do harm, so they go.
"""

from __future__ import annotations

import re

_HIDDEN_RANGES = (
    (0x00, 0x08),  # C0 controls, tab excepted
    (0x0A, 0x1F),
    (0x7F, 0x9F),  # DEL and the C1 controls
    (0xAD, 0xAD),  # soft hyphen
    (0x34F, 0x34F),  # combining grapheme joiner
    (0x61C, 0x61C),  # Arabic letter mark, a bidi control
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),  # Khmer inherent vowels
    (0x180B, 0x180F),  # Mongolian variation selectors and vowel separator
    (0x200B, 0x200F),  # zero width characters and directional marks
    (0x2028, 0x202E),  # line and paragraph separators, bidi embeddings and overrides
    (0x2060, 0x206F),  # invisible operators, bidi isolates
    (0x3164, 0x3164),  # Hangul filler
    (0xD800, 0xDFFF),  # surrogates: stray bytes of a path, which no JSON body may carry
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # halfwidth Hangul filler
    (0xFFF9, 0xFFFB),  # interlinear annotation
    (0x1BCA0, 0x1BCA3),  # shorthand format controls
    (0x1D173, 0x1D17A),  # musical format controls
    (0xE0000, 0xE0FFF),  # tags and supplementary variation selectors
)
_HIDDEN = re.compile("[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in _HIDDEN_RANGES) + "]")
_HIDDEN_IN_PROSE = re.compile(rf"(?!\n){_HIDDEN.pattern}")
_HTML_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)


def has_hidden(text: str) -> bool:
    """Say whether a text holds a character that `make_visible` would write out, a CR at its end included."""
    return _HIDDEN.search(text) is not None


def make_visible(line: str) -> tuple[str, bool]:
    r"""Write each hidden character of a line as `\u{…}` (lower-case hex), and say whether any was there.

    One CR at the end belongs to a CRLF line ending: it is dropped and does not count as an alteration, because a
    suggestion applied to such a line keeps the file's own line endings.
    """
    text = line.removesuffix("\r")
    if not _HIDDEN.search(text):
        return text, False
    return _HIDDEN.sub(_written_out, text), True


def shown_path(path: str) -> str:
    """Name a path as a prompt does: on one line, and encodable even where it holds stray bytes."""
    return _HIDDEN.sub(_written_out, path)


def strip_hidden(text: str) -> str:
    """Take the hidden characters out of prose; tabs stay and every line ends with a plain newline."""
    return _HIDDEN_IN_PROSE.sub("", text.replace("\r\n", "\n"))


def strip_html_comments(text: str) -> str:
    """Take the HTML comments out of Markdown; one that is never closed hides all the rest, as it does on a page.

    A space stands in for each, so that what was around it cannot close up into a new comment.
    """
    return _HTML_COMMENT.sub(" ", text)


def shorten(text: str, characters: int) -> str:
    """Cut a text of one line to so many characters, the last of them an ellipsis where something is missing."""
    return text if len(text) <= characters else text[: characters - 1].rstrip() + "…"


def _written_out(found: re.Match[str]) -> str:
    return f"\\u{{{ord(found[0]):x}}}"
