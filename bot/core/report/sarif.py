"""The review as a SARIF 2.1.0 log, for code scanning and editors.

Results carry only lines that are proved. SARIF describes files as they are now, so a finding on a removed line names
its file and says the old line in words; one without a proved line, and everything left out, is a notification of
the run: viewers show a result without a line at the top of its file, which would be a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.diff.model import Side
from bot.core.finding import Finding, Place, Severity, Unplaced
from bot.core.receipt import Receipt, SkippedWithPrice, Status
from bot.core.report.figures import about_dollars
from bot.core.report.receipt_json import receipt_as_json
from bot.core.report.words import SIMULATED, headline, lines_of, printable_path

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT_KEY = "hunkwise/v1"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
_REPOSITORY_ROOT = "%SRCROOT%"


def sarif_log(receipt: Receipt, version: str) -> dict[str, Any]:
    """One run as a SARIF log; `version` is Hunkwise's own."""
    categories = sorted({finding.category for finding in receipt.findings})
    return {
        "$schema": SCHEMA_URI,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(receipt, categories, version)},
                "automationDetails": {"id": "hunkwise/"},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_REPOSITORY_ROOT: {"description": {"text": "The root of the repository."}}},
                "invocations": [_invocation(receipt)],
                "results": [_result(finding, categories) for finding in receipt.findings],
                "properties": _properties(receipt),
            }
        ],
    }


def relative_uri(path: str) -> str:
    """A repository path as a relative URI: every byte that needs it percent-encoded, stray bytes included."""
    data = path.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in data)


def _driver(receipt: Receipt, categories: Sequence[str], version: str) -> dict[str, Any]:
    return {
        "name": "Hunkwise (simulated)" if receipt.simulated else "Hunkwise",
        "version": version,
        "rules": [
            {
                "id": category,
                "shortDescription": {"text": f"A reviewer's finding of the kind {category}."},
                "defaultConfiguration": {"level": "warning"},
            }
            for category in categories
        ],
    }


def _invocation(receipt: Receipt) -> dict[str, Any]:
    successful = receipt.status not in {Status.PARTIAL, Status.FAILED}
    notifications = [_notification(note, "warning" if successful else "error") for note in receipt.notes]
    notifications.extend(_unplaced(finding) for finding in receipt.unplaced)
    notifications.extend(_left_out(entry) for entry in receipt.coverage.skipped)
    opening = [_notification(headline(receipt), "note" if successful else "error")]
    if receipt.simulated:
        opening.insert(0, _notification(SIMULATED, "warning"))
    return {"executionSuccessful": successful, "toolExecutionNotifications": opening + notifications}


def _notification(text: str, level: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": text}}


def _unplaced(finding: Unplaced) -> dict[str, Any]:
    text = f"A finding without a line in {printable_path(finding.path)}: {finding.title}\n\n{finding.body}"
    return _notification(f"{text}\n\nWhy it has no line: {finding.why}", _LEVELS[finding.severity])


def _left_out(entry: SkippedWithPrice) -> dict[str, Any]:
    skipped = entry.skipped
    what = f"{printable_path(skipped.path)} {skipped.hunk or ''}".rstrip()
    why = f"{skipped.reason.value}: {skipped.detail}" if skipped.detail else skipped.reason.value
    price = "" if entry.cost_to_review_usd is None else f"; about {about_dollars(entry.cost_to_review_usd)} to review"
    level = "note" if skipped.reason.by_rule else "warning"
    return _notification(f"Not reviewed: {what} ({why}{price})", level) | {
        "locations": [_location(skipped.path, None)],
    }


def _result(finding: Finding, categories: Sequence[str]) -> dict[str, Any]:
    on_new_file = finding.side is Side.RIGHT
    text = f"{finding.title}\n\n{finding.body}"
    if not on_new_file:
        where = lines_of(finding)
        text = f"{where[0].upper()}{where[1:]} of the old file: {text}"
    result: dict[str, Any] = {
        "ruleId": finding.category,
        "ruleIndex": categories.index(finding.category),
        "level": _LEVELS[finding.severity],
        "rank": round(finding.confidence * 100, 1),
        "message": {"text": text},
        "locations": [_location(finding.path, _region(finding) if on_new_file else None)],
        "partialFingerprints": {FINGERPRINT_KEY: finding.fingerprint},
        "properties": {"side": finding.side.value, "line": finding.line, "confidence": finding.confidence},
    }
    if finding.also_at:
        result["relatedLocations"] = [_related(number, place) for number, place in enumerate(finding.also_at, 1)]
    if finding.suggestion is not None and on_new_file:
        result["fixes"] = [_fix(finding, finding.suggestion)]
    return result


def _location(path: str, region: dict[str, Any] | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(path)}
    if region is not None:
        physical["region"] = region
    return {"physicalLocation": physical}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": relative_uri(path), "uriBaseId": _REPOSITORY_ROOT}


def _region(finding: Finding) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": _first_line(finding), "endLine": finding.line}
    if finding.quote:
        region["snippet"] = {"text": finding.quote}
    return region


def _related(number: int, place: Place) -> dict[str, Any]:
    if place.side is Side.RIGHT:
        region, text = {"startLine": place.line, "endLine": place.line}, "The same cause."
    else:
        region, text = None, f"The same cause, removed line {place.line} of the old file."
    return {"id": number, "message": {"text": text}, **_location(place.path, region)}


def _fix(finding: Finding, suggestion: str) -> dict[str, Any]:
    # From the first column of the first line to the first column of the line behind the last: whole lines, newline
    # included, so that an empty suggestion removes them.
    deleted = {"startLine": _first_line(finding), "startColumn": 1, "endLine": finding.line + 1, "endColumn": 1}
    text = suggestion if suggestion.endswith("\n") or not suggestion else f"{suggestion}\n"
    return {
        "description": {"text": finding.title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(finding.path),
                "replacements": [{"deletedRegion": deleted, "insertedContent": {"text": text}}],
            }
        ],
    }


def _first_line(finding: Finding) -> int:
    return finding.line if finding.start_line is None else finding.start_line


def _properties(receipt: Receipt) -> dict[str, Any]:
    document = receipt_as_json(receipt)
    return {
        key: document[key] for key in ("status", "simulated", "target", "prompt", "coverage", "usage", "cost", "budget")
    }
