"""What makes two findings the same: where they stand and what stands there, never how the model words it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.diff.model import Side

FINGERPRINT_CHARS = 20
"""Hex digits kept of the SHA-256: 80 bits, so that no two places of one repository meet by chance."""

TELLING_CHARS = 8
"""Lines of fewer characters, white space not counted, stand in many places of a file: `return`, `},`, `else:`."""


def fingerprint(path: str, side: Side, quoted_lines: Sequence[str]) -> str:
    """Name a finding by its path, its side and the lines it quotes, white space normalised.

    Lines that move or are indented anew keep their fingerprint; blank lines count for nothing. Paths may hold
    surrogate escapes.
    """
    lines = [line for line in map(normalise, quoted_lines) if line]
    text = "\0".join((path, side.value, *lines))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:FINGERPRINT_CHARS]


def normalise(text: str) -> str:
    """Take the indentation off a line and make every other run of white space one space."""
    return " ".join(text.split())


def is_telling(text: str) -> bool:
    """Whether a line says enough to be told from others by its text alone."""
    return len("".join(text.split())) >= TELLING_CHARS
