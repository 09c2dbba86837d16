"""What the model is asked to return: one pydantic model makes both the schema that is sent and the parser."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.calls import Contract
from bot.core.diff.model import Side
from bot.core.finding import Severity
from bot.core.strict import Strict, schema_of


class RawFinding(Strict):
    """A finding as the model states it; nothing in it is proved (core/place.py) or sanitised yet.

    `line` and `end_line` count in the new file for RIGHT, in the old one for LEFT; `quote` is the text of `line`.
    """

    path: str
    line: int
    end_line: int | None
    side: Side
    quote: str
    severity: Severity
    category: str
    title: str
    body: str
    suggestion: str | None
    confidence: Annotated[float, Field(ge=0, le=1)]

    @property
    def length(self) -> int:
        """How many lines it means to cover; below 1 where its end stands before its line."""
        return 1 if self.end_line is None else self.end_line - self.line + 1


class Answer(Strict):
    """All that one request was answered with."""

    findings: tuple[RawFinding, ...]


REVIEW = Contract("review", schema_of(Answer), Answer.model_validate_json)
"""The contract of a review; `parse` gives an Answer, and a pydantic ValidationError is a ValueError."""
