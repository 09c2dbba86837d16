from __future__ import annotations

import base64
import gzip
from dataclasses import replace

import pytest

from bot.adapters.github import bodies
from bot.core.diff.model import Side
from bot.core.pull_request import Annotation, CheckDraft, InlineDraft, ReviewDraft

NOTE = Annotation("a.py", 3, 4, "warning", "Title", "Message")
CHECK = CheckDraft("abc", "neutral", "2 findings", "Summary", ())


def test_a_review_as_github_documents_it() -> None:
    """Range fields are there for a range and left out for a line: GitHub refuses nulls and half a range."""
    draft = ReviewDraft(
        "abc",
        "Body",
        "COMMENT",
        (InlineDraft("a.py", Side.RIGHT, None, 3, "one"), InlineDraft("b.py", Side.LEFT, 4, 6, "many")),
    )
    assert bodies.review(draft) == {
        "commit_id": "abc",
        "body": "Body",
        "event": "COMMENT",
        "comments": [
            {"path": "a.py", "side": "RIGHT", "line": 3, "body": "one"},
            {"path": "b.py", "side": "LEFT", "line": 6, "start_side": "LEFT", "start_line": 4, "body": "many"},
        ],
    }


def test_a_status_is_cut_to_what_github_takes() -> None:
    """A description of 141 characters would be refused, and the gate with it."""
    assert bodies.status("success", "é" * 140)["description"] == "é" * 140
    assert bodies.status("success", "é" * 141)["description"] == "é" * 139 + "…"
    assert bodies.status("success", "x")["context"] == "hunkwise"


@pytest.mark.parametrize(("notes", "portions"), [(0, [0]), (1, [1]), (50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
def test_annotations_go_in_portions(notes: int, portions: list[int]) -> None:
    """GitHub takes 50 a request; title and summary go with each, since an update replaces them."""
    created, more = bodies.check_run(replace(CHECK, annotations=(NOTE,) * notes))
    sent = [created, *more]
    assert [len(body["output"]["annotations"]) for body in sent] == portions
    assert {(body["output"]["title"], body["output"]["summary"]) for body in sent} == {("2 findings", "Summary")}
    assert (created["name"], created["status"], created["conclusion"]) == ("hunkwise", "completed", "neutral")


def test_an_annotation_as_github_documents_it() -> None:
    """Each field has the API's name."""
    created, _ = bodies.check_run(replace(CHECK, annotations=(NOTE,)))
    assert created["output"]["annotations"] == [
        {
            "path": "a.py",
            "start_line": 3,
            "end_line": 4,
            "annotation_level": "warning",
            "title": "Title",
            "message": "Message",
        }
    ]


def test_a_sarif_log_is_packed_the_same_each_time() -> None:
    """Code scanning reads gzip in base64; the bytes hold no clock, so that a re-run sends the same upload."""
    body = bodies.sarif_upload("abc", "refs/pull/7/head", b'{"version": "2.1.0"}')
    packed = base64.b64decode(body["sarif"])
    assert gzip.decompress(packed) == b'{"version": "2.1.0"}'
    assert packed[4:8] == b"\0\0\0\0"
    assert (body["commit_sha"], body["ref"]) == ("abc", "refs/pull/7/head")
