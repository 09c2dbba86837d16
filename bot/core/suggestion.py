"""Which of the model's suggestions may stand under a comment: those that replace exactly its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.diff.model import Side
from bot.core.fingerprint import normalise
from bot.core.prompt.visible import make_visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.answer import RawFinding
    from bot.core.shown import ShownLine

LONGEST_SUGGESTION = 8_000
"""In characters. A longer one is dropped whole: cut code would be wrong code."""


def checked_suggestion(raw: RawFinding, quote: Sequence[str], lines: Sequence[ShownLine]) -> str | None:
    """Return the code to put in place of `lines`, or None where it would not replace exactly those.

    `quote` are the quoted lines, normalised, and `lines` the shown ones that the finding was anchored to: who
    quotes a line wrongly would replace it wrongly. An empty suggestion counts as none, since models write "" for
    null and it would delete the lines.
    """
    if raw.suggestion is None or not raw.suggestion.strip() or len(raw.suggestion) > LONGEST_SUGGESTION:
        return None
    if len(lines) != raw.length or len(quote) not in {0, 1, len(lines)}:
        return None
    if list(quote) != [normalise(line.text) for line in lines[: len(quote)]]:
        return None
    if any(line.side is Side.LEFT or line.altered for line in lines):
        return None
    code = [line.removesuffix("\r") for line in raw.suggestion.rstrip("\r\n").split("\n")]
    if any(make_visible(line)[1] for line in code):
        return None
    unchanged = [line.rstrip() for line in code] == [line.text.rstrip() for line in lines]
    return None if unchanged else "\n".join(code)
