"""From a request to findings in the shape of the contract."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from bot.simulator.reviewer.review import reply
from tests.unit.simulator.bodies import REVIEW_SCHEMA, output, request, text

HUNK = "File: app/a.py\n10  def f(x):\n11 -    return int(x)\n11 +    return eval(x)\n12 +    return 'eval(x)'"


def findings(*blocks: str) -> list[dict[str, Any]]:
    """What is found in a message of these blocks."""
    message = {"role": "user", "content": [text(block) for block in blocks]}
    answer = json.loads(reply(request(messages=[message], output_config=output())))
    jsonschema.validate(answer, REVIEW_SCHEMA)
    return list(answer["findings"])


def test_a_finding_names_its_line_and_quotes_it() -> None:
    """Path, line, side and quote are those that were shown, so that it can be placed."""
    (found,) = findings("Facts", HUNK)
    assert (found["path"], found["line"], found["side"]) == ("app/a.py", 11, "RIGHT")
    assert found["quote"] == "    return eval(x)"
    assert found["severity"] == "error"


def test_context_and_clean_code_say_nothing() -> None:
    """Only what was changed is judged, and nothing found is an answer too."""
    assert findings("File: a.py\n10      return eval(x)\n11 +    return x") == []


def test_a_line_made_by_a_machine_is_passed_over() -> None:
    """Minified code is long, and patterns over it are slow."""
    assert findings(f"File: a.py\n1 +eval(x){' ' * 2000}") == []


def test_a_deleted_line_is_found_on_the_left() -> None:
    """What harms by going is anchored in the old file."""
    (found,) = findings("File: deploy.sh\n2 -set -euo pipefail\n2 +echo go")
    assert (found["side"], found["line"], found["quote"]) == ("LEFT", 2, "set -euo pipefail")


def test_a_contract_with_fewer_or_more_fields_is_kept() -> None:
    """The answer has the fields of the schema it was given, whatever the rules know."""
    properties = {"path": {"type": "string"}, "line": {"type": "integer"}, "quote": {"type": "string"}}
    item = {
        "type": "object",
        "additionalProperties": False,
        "required": [*properties, "impact"],
        "properties": {**properties, "impact": {"enum": ["small", "large"]}},
    }
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["findings"],
        "properties": {"findings": {"type": "array", "items": item}},
    }
    config = {"format": {"type": "json_schema", "schema": schema}}
    answer = json.loads(reply(request(messages=[{"role": "user", "content": HUNK}], output_config=config)))
    jsonschema.validate(answer, schema)
    assert answer["findings"] == [
        {"path": "app/a.py", "line": 11, "quote": "    return eval(x)", "impact": "small"},
    ]


def test_another_contract_gets_its_smallest_answer() -> None:
    """Triage or any later contract finds an answer it can parse."""
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["risk"],
        "properties": {"risk": {"enum": ["low", "high"]}},
    }
    config = {"format": {"type": "json_schema", "schema": schema}}
    assert json.loads(reply(request(output_config=config))) == {"risk": "low"}
