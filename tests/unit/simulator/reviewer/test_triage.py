"""The stand-in sorts hunks by plain words, in the form it was asked for."""

from __future__ import annotations

import json

from bot.simulator.reviewer.review import reply
from tests.unit.simulator.bodies import request

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["hunks"],
    "properties": {
        "hunks": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "tier"],
                "properties": {
                    "id": {"type": "integer"},
                    "tier": {"type": "string", "enum": ["skip", "cheap", "standard", "strong"]},
                },
            },
        }
    },
}


def tiers(text: str) -> dict[int, str]:
    """What is said of each hunk in a message."""
    config = {"format": {"type": "json_schema", "schema": SCHEMA}}
    answer = json.loads(reply(request(messages=[{"role": "user", "content": text}], output_config=config)))
    return {one["id"]: one["tier"] for one in answer["hunks"]}


def test_each_hunk_gets_a_tier() -> None:
    """Prose and remarks are skipped, logic is standard, what guards something is strong, the rest is cheap."""
    assert tiers(
        "\n".join(
            [
                "b" * 64,
                "Hunk 1: README.md +1 -1",
                "+words",
                "Hunk 2: src/a.py +1 -0 in def f():",
                "+# a remark",
                "Hunk 3: src/a.py +1 -0",
                "+if x:",
                "Hunk 4: src/a.py +2 -0",
                "+password = read()",
                "… 1 more",
                "Hunk 5: src/a.py +1 -0",
                "+x = 1",
                "Hunk 6: tests/test_a.py +1 -0",
                "+if x:",
            ]
        )
    ) == {1: "skip", 2: "skip", 3: "standard", 4: "strong", 5: "cheap", 6: "cheap"}


def test_no_hunks_are_no_verdicts() -> None:
    """A message it does not understand gets an answer that holds to the contract all the same."""
    assert tiers("Hello") == {}
