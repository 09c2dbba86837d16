"""From our drafts to the bodies GitHub takes; what does not apply is left out, since GitHub refuses nulls."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator, Sequence
from typing import Any

from bot.core.pull_request import Annotation, CheckDraft, InlineDraft, ReviewDraft

Json = dict[str, Any]

NAME = "hunkwise"
"""The name of the check run and of the commit status."""

ANNOTATIONS_A_REQUEST = 50
_MOST_DESCRIPTION = 140


def review(draft: ReviewDraft) -> Json:
    """A review with its event: without one it would stay pending and block the next."""
    return {
        "commit_id": draft.commit_sha,
        "body": draft.body,
        "event": draft.event,
        "comments": [_inline(comment) for comment in draft.comments],
    }


def status(state: str, description: str) -> Json:
    """A commit status; GitHub takes 140 characters of description."""
    if len(description) > _MOST_DESCRIPTION:
        description = description[: _MOST_DESCRIPTION - 1] + "…"
    return {"state": state, "description": description, "context": NAME}


def check_run(check: CheckDraft) -> tuple[Json, Iterator[Json]]:
    """What creates a finished check run, and what adds the annotations that do not fit into the first request."""
    first, *rest = _portions(check.annotations) or [()]
    created = {
        "name": NAME,
        "head_sha": check.commit_sha,
        "status": "completed",
        "conclusion": check.conclusion,
        "output": _output(check, first),
    }
    return created, ({"output": _output(check, portion)} for portion in rest)


def sarif_upload(sha: str, ref: str, sarif: bytes) -> Json:
    """A SARIF log as code scanning takes it: gzipped (the same bytes for the same log), then base64."""
    return {"commit_sha": sha, "ref": ref, "sarif": base64.b64encode(gzip.compress(sarif, mtime=0)).decode("ascii")}


def _inline(comment: InlineDraft) -> Json:
    body: Json = {"path": comment.path, "side": comment.side.value, "line": comment.line, "body": comment.body}
    if comment.start_line is not None:
        body |= {"start_side": comment.side.value, "start_line": comment.start_line}
    return body


def _portions(annotations: Sequence[Annotation]) -> list[Sequence[Annotation]]:
    return [annotations[at : at + ANNOTATIONS_A_REQUEST] for at in range(0, len(annotations), ANNOTATIONS_A_REQUEST)]


def _output(check: CheckDraft, annotations: Sequence[Annotation]) -> Json:
    return {
        "title": check.title,
        "summary": check.summary,
        "annotations": [
            {
                "path": one.path,
                "start_line": one.start_line,
                "end_line": one.end_line,
                "annotation_level": one.level,
                "title": one.title,
                "message": one.message,
            }
            for one in annotations
        ],
    }
