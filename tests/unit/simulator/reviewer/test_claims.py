"""The stand-in settles claims by how sure its rules are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.simulator.reviewer.review import reply
from tests.unit.simulator.bodies import output, request, text

SURE = "File: app/a.py\n11 +    return eval(x)"
UNSURE = "File: app/b.py\n4 +    return datetime.utcnow()"
BOUNDARY = "b" * 64


def found(*blocks: str) -> list[str]:
    """The paths of what is found in a message of these blocks."""
    message = {"role": "user", "content": [text(f"{BOUNDARY}\n{block}") for block in blocks]}
    answer = json.loads(reply(request(messages=[message], output_config=output())))
    return [one["path"] for one in answer["findings"]]


def claim(path: str, line: int, **changes: Any) -> str:
    """A claim as the prompt writes it."""
    return json.dumps({"path": path, "line": line, "side": "RIGHT", **changes})


def test_a_draft_is_confirmed_where_the_rule_is_sure() -> None:
    """The same message without a draft has both findings."""
    assert found(SURE, UNSURE) == ["app/a.py", "app/b.py"]
    assert found(SURE, UNSURE, f"Draft:\n{claim('app/a.py', 11)}\n{claim('app/b.py', 4)}") == ["app/a.py"]


def test_verification_upholds_nothing_that_was_not_claimed() -> None:
    """And of what was claimed only what a rule is sure of."""
    assert found(SURE, UNSURE, f"To verify:\n{claim('app/b.py', 4)}") == []
    assert found(SURE, UNSURE, f"To verify:\n{claim('app/a.py', 11)}\n{claim('app/b.py', 4)}") == ["app/a.py"]


@pytest.mark.parametrize("line", ["", "no json", "[1]", '"text"', "{}"])
def test_lines_that_are_no_claims_are_passed_over(line: str) -> None:
    """A stand-in answers whatever it is sent."""
    assert found(SURE, f"To verify:\n{line}") == []
