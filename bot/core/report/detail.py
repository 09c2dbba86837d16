"""How much of a run a page of Markdown shows, so that it fits into a comment."""

from __future__ import annotations

from dataclasses import dataclass

_EVERYTHING = 10**9


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is shown: rows of each kind and characters of each text. `without` says what that leaves away."""

    calls: bool = True
    suggestions: bool = True
    rows: int = _EVERYTHING
    text: int = _EVERYTHING
    without: str = ""

    def rest(self, total: int) -> list[str]:
        """What a list shortened to so many rows ends with."""
        return [f"… and {total - self.rows:,} more"] if total > self.rows else []


DETAILS = (
    Detail(),
    Detail(calls=False, without="the table of calls"),
    Detail(calls=False, text=1_500, without="the table of calls and the ends of long texts"),
    Detail(calls=False, suggestions=False, text=500, without="calls, suggestions and the ends of texts"),
    Detail(calls=False, suggestions=False, rows=40, text=250, without="calls, suggestions and all but 40 rows a list"),
    Detail(calls=False, suggestions=False, rows=10, text=120, without="calls, suggestions and all but 10 rows a list"),
)
"""From everything to next to nothing, what a reader needs least first."""
