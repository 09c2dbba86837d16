"""The marks that generators leave at the head of the files they write."""

from __future__ import annotations

import re

from bot.core.diff.model import FileDiff, FileStatus

_HEAD_LINES = 40
_HEAD_BYTES = 8_192

# A mark counts in a comment only: a line of code that mentions one is written by somebody.
_COMMENT = rb"^[ \t]*(?://|/\*|\*|#|--|;|%|<!--|<#|\{-|\(\*|\"\"\"|'|\.\.|REM\b)"
_MARK = re.compile(
    rb"^[ \t]*@generated\b|" + _COMMENT + rb"(?:.*(?<![-\w])@generated\b"
    rb"|(?i:.*generated\b.*\bdo not (?:edit|modify|change)"
    rb"|.*\bdo not (?:edit|modify|change).*generated\b"
    rb"|.*<auto-?generated))",
    re.MULTILINE,
)


def has_generated_mark(text: bytes) -> bool:
    """Whether a file's first lines say that a program wrote it (`@generated`, `Code generated … DO NOT EDIT`)."""
    head = b"\n".join(text[:_HEAD_BYTES].split(b"\n", _HEAD_LINES)[:_HEAD_LINES])
    return _MARK.search(head) is not None


def shows_mark_of_base(file: FileDiff) -> bool:
    """Whether the diff itself shows a mark that stood at the head of the file before the change.

    Context and deleted lines are the old file's own, so this holds where no text of the base is at hand. A
    copy's are another file's, and say nothing about it.
    """
    if file.status is FileStatus.COPIED or not file.hunks or file.hunks[0].old_start != 1:
        return False
    rows = file.hunks[0].body[:_HEAD_BYTES].split(b"\n")
    return has_generated_mark(b"\n".join(row[1:] for row in rows if row[:1] in {b" ", b"-"}))
