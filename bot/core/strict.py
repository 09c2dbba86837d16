"""Pydantic models that make both the schema that is sent and the parser that reads what comes back."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Exactly the named fields with exactly their types; errors never repeat what the model wrote."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


_NOT_SENT = frozenset({"$defs", "title", "description", "default", "minimum", "maximum"})
"""Keywords that structured output refuses or that only cost tokens; the parser still checks the bounds."""


def schema_of(model: type[Strict]) -> dict[str, Any]:
    """The model's JSON schema as it is sent."""
    full = model.model_json_schema()
    slim: dict[str, Any] = _slim(full, full.get("$defs", {}))
    return slim


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
