from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from bot.core.answer import REVIEW, Answer, RawFinding
from bot.core.diff.model import Side
from bot.core.finding import Severity

FINDING: dict[str, Any] = {
    "path": "a.py",
    "line": 3,
    "end_line": None,
    "side": "RIGHT",
    "quote": "x = 1",
    "severity": "error",
    "category": "bug",
    "title": "x is lost",
    "body": "For an empty list.",
    "suggestion": None,
    "confidence": 0.5,
}


def answer(**changes: Any) -> str:
    """One finding as a model would write it."""
    return json.dumps({"findings": [FINDING | changes]})


def test_the_schema_is_the_published_shape() -> None:
    """Any server can answer: the schema is that of the interfaces, in place and without decoration."""
    optional = {"end_line": "integer", "suggestion": "string"}
    plain = {"path": "string", "line": "integer", "quote": "string", "category": "string"} | {
        "title": "string",
        "body": "string",
        "confidence": "number",
    }
    properties: dict[str, Any] = {name: {"type": kind} for name, kind in plain.items()}
    properties |= {name: {"anyOf": [{"type": kind}, {"type": "null"}]} for name, kind in optional.items()}
    properties["side"] = {"type": "string", "enum": ["LEFT", "RIGHT"]}
    properties["severity"] = {"type": "string", "enum": ["error", "warning", "info"]}
    assert REVIEW.schema == {
        "type": "object",
        "additionalProperties": False,
        "required": ["findings"],
        "properties": {
            "findings": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": list(FINDING),
                    "properties": properties,
                },
            }
        },
    }


def test_schema_and_parser_accept_the_same_answer() -> None:
    """One model makes both, so what the schema lets through is read."""
    text = answer(end_line=4, suggestion="x = 2", confidence=1)
    jsonschema.validate(json.loads(text), dict(REVIEW.schema))
    finding = REVIEW.parse(text).findings[0]
    assert (finding.side, finding.severity, finding.length) == (Side.RIGHT, Severity.ERROR, 2)


def test_nothing_found_is_an_answer() -> None:
    """An empty list is the commonest good answer."""
    assert REVIEW.parse('{"findings": []}') == Answer(findings=())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"findings": [',
        '{"findings": [], "more": 1}',
        answer(extra=1),
        answer(line="3"),
        answer(line=3.5),
        answer(side="MIDDLE"),
        answer(severity="fatal"),
        answer(title=None),
        answer(confidence=85),
        answer(confidence=-0.1),
        answer(confidence=float("nan")),
        json.dumps({"findings": [{key: value for key, value in FINDING.items() if key != "quote"}]}),
        '{"findings": [{"path": "\\ud800"}]}',
        "[" * 100_000,
        "\ud800",
    ],
)
def test_what_breaks_the_contract_is_a_value_error(text: str) -> None:
    """The layers above count such an answer as paid for and wasted; no other exception may reach them."""
    with pytest.raises(ValueError, match=r".+"):
        REVIEW.parse(text)


def test_an_error_does_not_repeat_the_answer() -> None:
    """Errors are logged, and code of a pull request never is."""
    with pytest.raises(ValueError, match="line") as error:
        REVIEW.parse(answer(line="password = 'hunter2'"))
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(("end", "length"), [(None, 1), (3, 1), (5, 3), (1, -1)])
def test_length_counts_the_lines_meant(end: int | None, length: int) -> None:
    """Ranges are inclusive at both ends."""
    assert RawFinding.model_validate(FINDING | {"end_line": end}, strict=False).length == length
