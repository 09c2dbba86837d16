r"""Private keys in their armour: from BEGIN through END, over several lines or within one.

Only lines that can be key material are hidden. A BEGIN marker alone hides nothing, or else anyone could write
one above the code that must not be reviewed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.secrets.kinds import SecretHit

PRIVATE_KEY = "private key"
MARKER = "PRIVATE KEY"

_BEGIN = r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
_END = r"-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
_HEADERS = r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID)"
_NEWLINE = r"\\{1,2}[nr]"
_BREAK = rf"(?:{_NEWLINE}|[\s\"'])"
_ONE_LINE = re.compile(
    rf"{_BEGIN}(?:(?:{_NEWLINE})++{_HEADERS}: [\w .,/()-]{{0,80}}+)*+"
    rf"(?:{_BREAK}*+[A-Za-z0-9+/]{{20,}}+={{0,2}}+)++"
    rf"(?:(?:{_BREAK}++[A-Za-z0-9+/=]{{1,76}}+){{0,2}}+{_BREAK}*+{_END})?+"
)
_OPENING = re.compile(_BEGIN)
_CLOSING = re.compile(_END)
_HEADER = re.compile(rf"\W*{_HEADERS}: ")
_AROUND = " \t\r\"'`#*|>,;()+/\\"
_BODY = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}$")
_REST = re.compile(r"[A-Za-z0-9+/]{1,39}={0,2}$")
_CHECKSUM = re.compile(r"=[A-Za-z0-9+/]{4}$")


@dataclass(slots=True)
class _Block:
    """Where a reading of consecutive lines stands: the opening line, and whether body and its short last line came."""

    opened_at: int
    opening: SecretHit
    body: bool = False
    rest: bool = False


def find(lines: Sequence[str]) -> dict[int, SecretHit]:
    """The parts of private keys in consecutive lines, by the index of the line."""
    hits: dict[int, SecretHit] = {}
    block: _Block | None = None
    for index, line in enumerate(lines):
        if whole := _ONE_LINE.search(line):
            hits[index] = SecretHit(PRIVATE_KEY, *whole.span())
        elif begin := _OPENING.search(line):
            block = _Block(index, SecretHit(PRIVATE_KEY, *begin.span()))
        elif block:
            block = _read_on(block, index, line, hits)
        elif _CLOSING.search(line):
            _hide_backwards(lines, index, hits)
    return hits


def _read_on(block: _Block, index: int, line: str, hits: dict[int, SecretHit]) -> _Block | None:
    """Take one line below a BEGIN; None when the block has ended there."""
    text = _bare(line)
    if closing := _CLOSING.search(line):
        if block.body:
            hits[index] = SecretHit(PRIVATE_KEY, *closing.span())
        return None
    if not text or _HEADER.match(line):
        return block
    if not _BODY.match(text):
        is_rest = not block.rest and _REST.match(text)
        if not block.body or not (is_rest or _CHECKSUM.match(text)):
            return None
        block.rest = True
    block.body = True
    hits[block.opened_at] = block.opening
    hits[index] = _stripped(line, text)
    return block


def _hide_backwards(lines: Sequence[str], end: int, hits: dict[int, SecretHit]) -> None:
    """Hide the body above an END whose BEGIN is not in sight, as when a hunk starts inside a key."""
    above: dict[int, SecretHit] = {}
    body = False
    for index in range(end - 1, -1, -1):
        text = _bare(lines[index])
        is_last = index >= end - 2 and (_REST.match(text) or _CHECKSUM.match(text))
        if not _BODY.match(text) and not is_last:
            break
        body = body or not is_last
        above[index] = _stripped(lines[index], text)
    if body and (closing := _CLOSING.search(lines[end])):
        hits.update(above)
        hits[end] = SecretHit(PRIVATE_KEY, *closing.span())


def _bare(line: str) -> str:
    """A line without what makes it a comment or a piece of a string literal."""
    return line.strip(_AROUND).removesuffix("\\n").removesuffix("\\r").rstrip("\\")


def _stripped(line: str, text: str) -> SecretHit:
    """What is hidden of a line: its bare text, with the marks at its ends that are base64 as well."""
    start, end = line.index(text), line.index(text) + len(text)
    while start and line[start - 1] in "+/":
        start -= 1
    while line[end : end + 1] and line[end] in "+/=":
        end += 1
    return SecretHit(PRIVATE_KEY, start, end)
