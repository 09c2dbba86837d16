"""Claims as a model sees them: the last block of a message, one JSON object a line.

What another model wrote is no more to be trusted than the pull request it read. So a claim is one line of JSON, cut to
a size, secrets and hidden characters out, and the boundary of the message, which that model knew, cannot stand in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import accumulate

from bot.core.claims import MOST_CLAIMS, Claim
from bot.core.prompt.templates import Templates
from bot.core.prompt.visible import make_visible, shorten
from bot.core.redact import redact_line

_SHORT_CHARACTERS = 200
_BODY_CHARACTERS = 600
_LONG_HEX = re.compile(r"[0-9a-fA-F]{40,}")
"""A boundary, or most of one; of anything else that long a claim does not need the digits either."""

MOST_BYTES = 6_000
"""Of a block of claims, so that what it costs at most is known before anybody has claimed anything."""


class Asked(StrEnum):
    """What is asked about the claims: the word that opens their block."""

    DRAFT = "Draft"
    VERIFY = "To verify"


def that_fit(claims: Sequence[Claim]) -> Sequence[Claim]:
    """The first of the claims, as many as one block takes: at least one, at most MOST_CLAIMS."""
    sizes = accumulate(len(_line(claim).encode()) + 1 for claim in claims[:MOST_CLAIMS])
    return claims[: sum(size <= MOST_BYTES for size in sizes)]


def render_claims(templates: Templates, boundary: str, asked: Asked, claims: Sequence[Claim]) -> str:
    """The block, with those of the claims that fit, in the order given."""
    lines = [_line(claim) for claim in that_fit(claims)]
    return templates.render("review/claims.md.j2", boundary=boundary, asked=asked.value, claims=lines)


def _line(claim: Claim) -> str:
    shown = {
        "path": _text(claim.path, _SHORT_CHARACTERS),
        "line": claim.line,
        "side": claim.side.value,
        "quote": _text(claim.quote, _SHORT_CHARACTERS),
        "severity": claim.severity.value,
        "category": _text(claim.category, _SHORT_CHARACTERS),
        "title": _text(claim.title, _SHORT_CHARACTERS),
        "body": _text(claim.body, _BODY_CHARACTERS),
        "confidence": claim.confidence,
    }
    return json.dumps(shown, ensure_ascii=False)


def _text(text: str, characters: int) -> str:
    lines = (redact_line(make_visible(line)[0]).text for line in text.split("\n"))
    return shorten(_LONG_HEX.sub("[digits]", "\n".join(lines)), characters)
