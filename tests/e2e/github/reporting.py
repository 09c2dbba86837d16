"""Check runs, commit statuses and code scanning."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from typing import Any

from tests.e2e.github.exchange import Answer, Refused, not_found
from tests.e2e.github.routes import Desk, route

_ANNOTATIONS = 50
_DESCRIPTION = 140


@route("POST", "/repos/{repo}/check-runs", "checks", "write")
def create_check(desk: Desk) -> Answer:
    """A check run, with at most 50 annotations a request."""
    asked: dict[str, Any] = desk.request.body
    if not desk.state.git.knows(asked["head_sha"]):
        raise Refused(422, f"No commit found for SHA: {asked['head_sha']}")
    check = {**asked, "id": next(desk.state.ids), "annotations": _annotations(asked)}
    desk.state.checks.append(check)
    return Answer(201, _check(desk, check))


@route("PATCH", "/repos/{repo}/check-runs/{check}", "checks", "write")
def update_check(desk: Desk, check: str) -> Answer:
    """More annotations for a check run."""
    found = next((one for one in desk.state.checks if str(one["id"]) == check), None)
    if found is None:
        raise not_found()
    found["annotations"] += _annotations(desk.request.body)
    found.update(desk.request.body)
    return Answer(200, _check(desk, found))


@route("POST", "/repos/{repo}/statuses/{sha}", "statuses", "write")
def set_status(desk: Desk, sha: str) -> Answer:
    """A commit status."""
    asked: dict[str, Any] = desk.request.body
    if not desk.state.git.knows(sha):
        raise Refused(422, f"No commit found for SHA: {sha}")
    if len(asked.get("description") or "") > _DESCRIPTION:
        error = {"resource": "Status", "code": "custom", "field": "description", "message": "description is too long"}
        raise Refused(422, "Validation Failed", [error])
    desk.state.statuses.append({**asked, "sha": sha})
    return Answer(201, {"id": next(desk.state.ids), "state": asked["state"], "context": asked.get("context")})


@route("POST", "/repos/{repo}/code-scanning/sarifs", "security-events", "write")
def upload_sarif(desk: Desk) -> Answer:
    """A SARIF log, gzipped and in base64."""
    asked: dict[str, Any] = desk.request.body
    try:
        log = json.loads(gzip.decompress(base64.b64decode(asked["sarif"], validate=True)))
    except (ValueError, binascii.Error, OSError, EOFError, zlib.error):
        raise Refused(400, "Invalid request.\n\nsarif is not base64 encoded gzip") from None
    desk.state.sarifs.append({**asked, "sarif": log})
    return Answer(
        202, {"id": "47177e22-5596-11eb-80a1-c1e54ef945c6", "url": f"{desk.base}{desk.request.path}/47177e22"}
    )


def _annotations(asked: dict[str, Any]) -> list[dict[str, Any]]:
    annotations: list[dict[str, Any]] = (asked.get("output") or {}).get("annotations") or []
    if len(annotations) > _ANNOTATIONS:
        raise Refused(422, f"Invalid request.\n\nNo more than {_ANNOTATIONS} annotations are allowed.")
    return list(annotations)


def _check(desk: Desk, check: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": check["id"],
        "name": check["name"],
        "head_sha": check["head_sha"],
        "status": check.get("status", "queued"),
        "conclusion": check.get("conclusion"),
        "html_url": f"{desk.base}/{desk.state.repo}/runs/{check['id']}",
        "url": f"{desk.base}/repos/{desk.state.repo}/check-runs/{check['id']}",
    }
