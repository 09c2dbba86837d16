"""Hunks become excerpts: equal ones are asked about once, alike ones know each other."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from bot.core.diff.model import Hunk
from bot.core.excerpt import Excerpt
from bot.core.risk import changed_rows, risk_of
from bot.core.select.files import ChosenFile


def group(chosen: Iterable[ChosenFile]) -> tuple[Excerpt, ...]:
    """One excerpt for each different hunk, in the diff's order.

    Hunks are equal where their text, context included, and their language are; the first stands for all and the
    rest are its twins. The excerpt's risk is the highest of theirs, so that a test never hides the source that
    repeats it.
    """
    places: dict[tuple[str, bytes], list[tuple[ChosenFile, Hunk]]] = {}
    for file in chosen:
        for hunk in file.hunks:
            places.setdefault((file.language, hunk.text_key), []).append((file, hunk))
    return tuple(_excerpt(equal) for equal in places.values())


def family_of(hunk: Hunk) -> str:
    """Equal for hunks whose changed lines are equal, whatever stands around them."""
    return sha256(b"\n".join(changed_rows(hunk))).hexdigest()[:16]


def _excerpt(equal: list[tuple[ChosenFile, Hunk]]) -> Excerpt:
    first, hunk = equal[0]
    return Excerpt(
        file=first.file,
        hunk=hunk,
        lines=hunk.lines,
        language=first.language,
        risk=max(risk_of(other, other.path, file.kind) for file, other in equal),
        family=family_of(hunk),
        twins=tuple(other for _, other in equal[1:]),
    )
