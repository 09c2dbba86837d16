"""What the model is asked to return: one pydantic model makes both the schema that is sent and the parser."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot.core.calls import Contract
from bot.core.diff.model import Side
from bot.core.finding import Severity


class _Strict(BaseModel):
    """Exactly the named fields with exactly their types; errors never repeat what the model wrote."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class RawFinding(_Strict):
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


class Answer(_Strict):
    """All that one request was answered with."""

    findings: tuple[RawFinding, ...]


_NOT_SENT = frozenset({"$defs", "title", "description", "default", "minimum", "maximum"})
"""Keywords that structured output refuses or that only cost tokens; the parser still checks the bounds."""


def _slim(node: Any, definitions: dict[str, Any]) -> Any:
    """Write a schema's references out in place and leave out what is not sent."""
    if isinstance(node, list):
        return [_slim(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _slim(definitions[node["$ref"].rpartition("/")[2]], definitions)
    slim = {key: _slim(value, definitions) for key, value in node.items() if key not in _NOT_SENT}
    if "properties" in node:
        # Here the keys are names of fields ('title' is one), not keywords.
        slim["properties"] = {name: _slim(value, definitions) for name, value in node["properties"].items()}
    return slim


def _schema() -> dict[str, Any]:
    full = Answer.model_json_schema()
    slim: dict[str, Any] = _slim(full, full["$defs"])
    return slim


REVIEW = Contract("review", _schema(), Answer.model_validate_json)
"""The contract of a review; `parse` gives an Answer, and a pydantic ValidationError is a ValueError."""
