"""From an event to a decision: every rule is a row, and nobody spends who may not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.event import (
    Accept,
    CollectAll,
    Decline,
    EventRules,
    NumberMissing,
    Standing,
    Trigger,
    decide,
    trigger_of,
)
from bot.core.pull_request import PullRequest

HEAD = "a" * 40
PULL = PullRequest(
    repo="acme/shop",
    number=7,
    title="Add vouchers",
    description="",
    author="ann",
    state="open",
    merged=False,
    draft=False,
    locked=False,
    base_ref="main",
    base_sha="b" * 40,
    head_ref="vouchers",
    head_sha=HEAD,
    head_repo="acme/shop",
    labels=(),
    additions=1,
    deletions=0,
    changed_files=1,
)
FORK = replace(PULL, head_repo="eve/shop", author="eve")
TRUSTED = Standing(has_key=True, author_may_write=True, sender_may_write=True)
STRANGER = replace(TRUSTED, author_may_write=False, sender_may_write=False)
LABELLED = Trigger(7, "pull_request_target", "labeled", "hunkwise", "ann", HEAD)


def payload(action: str, **more: Any) -> dict[str, Any]:
    """What GitHub sends for a pull request, as far as it is read."""
    return {
        "action": action,
        "sender": {"login": "ann"},
        "pull_request": {"number": 7, "head": {"sha": HEAD}},
        **more,
    }


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
@pytest.mark.parametrize(
    ("action", "more", "asks"),
    [
        ("opened", {}, True),
        ("synchronize", {}, True),
        ("reopened", {}, True),
        ("ready_for_review", {}, True),
        ("labeled", {"label": {"name": "hunkwise"}}, True),
        ("edited", {"changes": {"base": {"ref": {"from": "old"}}}}, True),
        ("edited", {"changes": {"title": {"from": "old"}}}, False),
        ("edited", {}, False),
        ("closed", {}, False),
        ("assigned", {}, False),
        ("unlabeled", {"label": {"name": "hunkwise"}}, False),
    ],
)
def test_which_actions_ask_for_a_review(event: str, action: str, more: dict[str, Any], asks: bool) -> None:  # noqa: FBT001  # a table
    """What changes nothing that is reviewed costs nothing, and says why."""
    found = trigger_of(event, payload(action, **more), "")
    assert isinstance(found, Trigger if asks else Decline)
    if isinstance(found, Trigger):
        assert (found.number, found.event, found.head_sha, found.sender) == (7, event, HEAD, "ann")


@pytest.mark.parametrize("event", ["push", "issue_comment", ""])
def test_other_events_are_declined_with_a_word(event: str) -> None:
    """A workflow that listens to the wrong event is told so instead of failing or keeping silent."""
    assert isinstance(trigger_of(event, {}, ""), Decline)


@pytest.mark.parametrize(
    ("inputs", "asked", "number"),
    [
        ({}, "12", 12),
        ({"pull-request": "12"}, "", 12),
        ({"pull_request": 12}, "", 12),
        ({"pr": "#12"}, "", 12),
        ({"number": "12"}, "13", 13),
        ({}, "", None),
        ({"pull-request": "twelve"}, "", None),
        ({"pull-request": "1; rm"}, "", None),
    ],
)
def test_a_dispatch_names_its_pull_request(inputs: dict[str, Any], asked: str, number: int | None) -> None:
    """By the Action's input or by one of the workflow's own; anything but a number is a mistake to correct."""
    found = trigger_of("workflow_dispatch", {"inputs": inputs}, asked)
    assert (found.number if isinstance(found, Trigger) else None) == number
    assert isinstance(found, Trigger | NumberMissing)


OPENED = Trigger(7, "pull_request", "opened", sender="ann", head_sha=HEAD)
BY_HAND = Trigger(7, "workflow_dispatch", sender="ann")
TARGET = replace(OPENED, event="pull_request_target")
KEYLESS = replace(TRUSTED, has_key=False)
RULES = EventRules()


@pytest.mark.parametrize(
    ("trigger", "pull", "rules", "standing", "why"),
    [
        (OPENED, PULL, RULES, TRUSTED, ""),
        (OPENED, replace(PULL, state="closed", merged=True), RULES, TRUSTED, "merged"),
        (OPENED, replace(PULL, state="closed"), RULES, TRUSTED, "closed"),
        (OPENED, replace(PULL, locked=True), RULES, TRUSTED, "locked"),
        (OPENED, FORK, RULES, KEYLESS, "fork"),
        (OPENED, replace(PULL, author="dependabot[bot]"), RULES, KEYLESS, "Dependabot"),
        (OPENED, PULL, RULES, KEYLESS, ""),
        (OPENED, replace(PULL, labels=("hunkwise-skip",)), RULES, TRUSTED, "hunkwise-skip"),
        (OPENED, replace(PULL, title="Tidy [Skip Review]"), RULES, TRUSTED, "[skip review]"),
        (OPENED, replace(PULL, draft=True), RULES, TRUSTED, "draft"),
        (OPENED, replace(PULL, draft=True), EventRules(drafts=True), TRUSTED, ""),
        (OPENED, replace(PULL, draft=True, labels=("hunkwise",)), RULES, TRUSTED, ""),
        (BY_HAND, replace(PULL, draft=True), RULES, TRUSTED, ""),
        (replace(OPENED, action="labeled", label="bug"), PULL, RULES, TRUSTED, "'bug'"),
        (replace(OPENED, action="labeled", label="hunkwise"), replace(PULL, draft=True), RULES, TRUSTED, ""),
        (OPENED, FORK, RULES, STRANGER, ""),
        (TARGET, FORK, RULES, TRUSTED, ""),
        (TARGET, FORK, RULES, STRANGER, "write access"),
        (TARGET, FORK, EventRules(forks="all"), STRANGER, ""),
        (TARGET, FORK, EventRules(forks="none"), STRANGER, "forks: none"),
        (LABELLED, FORK, RULES, replace(STRANGER, sender_may_write=True), ""),
        (LABELLED, FORK, RULES, STRANGER, "write access"),
        (
            LABELLED,
            replace(FORK, head_sha="c" * 40),
            RULES,
            replace(STRANGER, sender_may_write=True),
            "set the label again",
        ),
        (LABELLED, FORK, EventRules(forks="none"), replace(STRANGER, sender_may_write=True), "forks: none"),
        (TARGET, replace(FORK, labels=("hunkwise",)), RULES, STRANGER, "write access"),
    ],
)
def test_the_decision(trigger: Trigger, pull: PullRequest, rules: EventRules, standing: Standing, why: str) -> None:
    """Accepted where `why` is empty; else declined in a sentence that says `why`."""
    verdict = decide(trigger, pull, rules, standing)
    if why:
        assert isinstance(verdict, Decline)
        assert why in verdict.why
    else:
        assert verdict == Accept(trigger)


@pytest.mark.parametrize(
    ("event", "collect", "collects"),
    [
        ("schedule", False, True),
        ("schedule", True, True),
        ("workflow_dispatch", True, True),
        ("workflow_dispatch", False, False),
        ("pull_request", True, False),
    ],
)
def test_who_collects_what_waits_in_batches(event: str, collect: bool, collects: bool) -> None:  # noqa: FBT001
    """A schedule asks for nothing else, a dispatch only where it says so, and a push never."""
    payload = {"action": "opened", "pull_request": {"number": 7, "head": {"sha": "a" * 40}}}
    assert isinstance(trigger_of(event, payload, "7", collect=collect), CollectAll) is collects
