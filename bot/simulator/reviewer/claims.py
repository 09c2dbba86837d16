"""What the stand-in says where it is shown another one's findings: it upholds the surer ones.

The findings stand in a block that opens, below its boundary, with `Draft:` (they are to be settled, and others may be
added) or with `To verify:` (only they may be answered with), one JSON object a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

UPHELD_FROM = 0.75
"""Rules that are less sure of themselves than this find something at first sight and not at the second."""

_DRAFT, _VERIFY = "Draft:", "To verify:"


def weighed(texts: Iterable[str], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of what the rules find in a message, what is said at its end: all of it where there are no claims to settle."""
    blocks = [text.split("\n") for text in texts]
    asked = {lines[1]: lines[2:] for lines in blocks if len(lines) > 1 and lines[1] in (_DRAFT, _VERIFY)}
    if not asked:
        return found
    sure = [one for one in found if one["confidence"] >= UPHELD_FROM]
    if _VERIFY not in asked:
        return sure
    claimed = {place for line in asked[_VERIFY] if (place := _place(line)) is not None}
    return [one for one in sure if (one["path"], one["line"], one["side"]) in claimed]


def _place(line: str) -> tuple[Any, Any, Any] | None:
    try:
        claim = json.loads(line)
    except ValueError:
        return None
    return (claim.get("path"), claim.get("line"), claim.get("side")) if isinstance(claim, dict) else None
