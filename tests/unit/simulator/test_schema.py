"""Schemas of structured outputs: refused where the API cannot compile them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator import schema
from bot.simulator.api_error import ApiError
from tests.unit.simulator.bodies import REVIEW_SCHEMA


def closed(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An object schema with all properties required, unless said otherwise."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


LIST_OF_ITSELF = closed(
    {"next": {"$ref": "#/$defs/Node"}}, **{"$defs": {"Node": closed({"n": {"$ref": "#/$defs/Node"}})}}
)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"type": "object", "properties": {}}, "'additionalProperties' must be explicitly set to false"),
        (closed({"n": {"type": "integer", "minimum": 0}}), "'minimum' is not supported"),
        (closed({"s": {"type": "string", "maxLength": 9}}), "'maxLength' is not supported"),
        (closed({"a": {"type": "array", "items": {"type": "string"}, "minItems": 2}}), "'minItems'"),
        (closed({"a": {"type": "array", "items": {"type": "string"}, "maxItems": 2}}), "'maxItems'"),
        (closed({"s": {"type": "string", "format": "color"}}), "format 'color'"),
        (closed({"s": {"type": "text"}}), "type 'text'"),
        (closed({"s": {}}), "needs a 'type'"),
        (closed({"s": {"enum": [{"a": 1}]}}), "'enum' values"),
        (closed({"s": {"$ref": "https://example.com/x"}}), "does not name one of the schema's own"),
        (closed({}, required=["ghost"]), "'ghost'"),
        (LIST_OF_ITSELF, "recursive"),
        (closed({str(n): {"type": "string"} for n in range(25)}, required=[]), "25 optional"),
        (closed({str(n): {"type": ["string", "null"]} for n in range(17)}), "17 union"),
        (closed({"inner": {"type": "object", "properties": {}}}), "additionalProperties"),
    ],
)
def test_what_the_api_cannot_compile_is_refused(node: dict[str, Any], expected: str) -> None:
    """Each limit of structured outputs is a 400."""
    with pytest.raises(ApiError) as refused:
        schema.check(node)
    assert refused.value.status == 400
    assert expected in refused.value.message


def test_the_review_contract_compiles() -> None:
    """The schema of the project's own interface is within the limits."""
    schema.check(REVIEW_SCHEMA)


def test_the_smallest_instance_satisfies_its_schema() -> None:
    """An unknown contract gets an answer that its parser accepts."""
    node = closed(
        {
            "label": {"enum": ["low", "high"]},
            "kind": {"const": "x"},
            "count": {"type": "integer"},
            "note": {"anyOf": [{"type": "null"}, {"type": "string"}]},
            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
            "inner": {"$ref": "#/$defs/Inner"},
        },
        **{"$defs": {"Inner": closed({"flag": {"type": "boolean"}, "may": {"type": "string"}}, required=["flag"])}},
    )
    schema.check(node)
    assert schema.smallest_instance(node, node) == {
        "label": "low",
        "kind": "x",
        "count": 0,
        "note": None,
        "tags": [""],
        "inner": {"flag": False},
    }
