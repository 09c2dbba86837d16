"""The stand-in's answer to a review request: what its rules find in the hunks it is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.simulator import schema
from bot.simulator.request import Request
from bot.simulator.reviewer import claims, triage
from bot.simulator.reviewer.catalog import RULES
from bot.simulator.reviewer.code import mask
from bot.simulator.reviewer.hunks import ShownHunk, read_hunks
from bot.simulator.reviewer.languages import is_test, language_of
from bot.simulator.reviewer.rule import Rule, Spot

LONGEST_LINE = 2_000
"""Characters of a line that is judged; longer ones are made by machines."""

_PLAIN_ANSWER = "This is a simulated answer: a stand-in with plain rules, no model, has read your message."
_FINDING_FIELDS = {"path", "line", "quote"}


def reply(request: Request) -> str:
    """The text of the answer.

    For the review contract (interfaces of the project) it is the findings as JSON, for a triage the tier of each hunk;
    for any other schema the smallest value that satisfies it; without a schema a sentence.
    """
    if request.schema is None:
        return _PLAIN_ANSWER
    texts = [block["text"] for block in request.messages[-1].blocks if block["type"] == "text"]
    if triage.asked_for(request.schema):
        return json.dumps(triage.sort(texts))
    finding_schema = _finding_schema(request.schema)
    if finding_schema is None:
        return json.dumps(schema.smallest_instance(request.schema, request.schema))
    found = claims.weighed(texts, [found for hunk in read_hunks(texts) for found in review_hunk(hunk)])
    findings = [_shaped(one, finding_schema, request.schema) for one in found]
    return json.dumps({"findings": findings}, ensure_ascii=False)


def review_hunk(hunk: ShownHunk) -> list[dict[str, Any]]:
    """The findings in one hunk: what was added first, then what was deleted; at most one for a line and rule."""
    return [*_review_side(hunk, "+"), *_review_side(hunk, "-")]


def _review_side(hunk: ShownHunk, mark: str) -> Iterator[dict[str, Any]]:
    """The findings on the lines with one mark, read among the lines of the file they stand in."""
    language = language_of(hunk.path)
    in_test = is_test(hunk.path)
    rules = [rule for rule in RULES if rule.mark == mark and rule.applies_to(language, in_test=in_test)]
    lines = tuple(line for line in hunk.lines if line.mark in (mark, " "))
    code = tuple(mask((line.text for line in lines), language))
    for index, line in enumerate(lines):
        if line.mark == mark and len(line.text) <= LONGEST_LINE:
            spot = Spot(lines, code, index)
            matches = ((rule, rule.match(spot)) for rule in rules)
            yield from (_finding(hunk.path, spot, rule, match) for rule, match in matches if match is not None)


def _finding(path: str, spot: Spot, rule: Rule, match: re.Match[str]) -> dict[str, Any]:
    line = spot.lines[spot.index]
    suggestion = rule.rewrite(line.text, match) if rule.rewrite else None
    return {
        "path": path,
        "line": line.number,
        "end_line": None,
        "side": "LEFT" if rule.mark == "-" else "RIGHT",
        "quote": line.text,
        "severity": rule.severity,
        "category": rule.category,
        "title": rule.title,
        "body": rule.body,
        "suggestion": suggestion,
        "confidence": rule.confidence,
    }


def _finding_schema(root: schema.Schema) -> schema.Schema | None:
    """The schema of one finding, where the contract is the review's."""
    findings = schema.resolve(root.get("properties", {}).get("findings", {}), root)
    item = schema.resolve(findings.get("items", {}), root)
    return item if set(item.get("properties", {})) >= _FINDING_FIELDS else None


def _shaped(finding: dict[str, Any], item: schema.Schema, root: schema.Schema) -> dict[str, Any]:
    """A finding with exactly the fields the schema has; those it requires and the rules do not know are minimal."""
    properties = item["properties"]
    known = {name: value for name, value in finding.items() if name in properties}
    unknown = [name for name in item.get("required", ()) if name not in known]
    return known | {name: schema.smallest_instance(properties[name], root) for name in unknown}
