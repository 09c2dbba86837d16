"""The payloads of events, in the shape GitHub sends them: a pull request as its API shows it, and who did what."""

from __future__ import annotations

from typing import Any

from tests.e2e.github import StandIn, views
from tests.e2e.github.state import Pull

Payload = dict[str, Any]


def pull_request(github: StandIn, pull: Pull, action: str = "opened", *, sender: str = "", **more: Any) -> Payload:
    """pull_request and pull_request_target."""
    return {
        "action": action,
        "number": pull.number,
        "pull_request": github.view(pull),
        "repository": views.repository(github.url, github.state.repo),
        "sender": views.user(sender or pull.author),
        **more,
    }


def labeled(github: StandIn, pull: Pull, label: str, sender: str) -> Payload:
    """A label was set; the pull request carries it from now on."""
    if label not in pull.labels:
        pull.labels.append(label)
    return pull_request(github, pull, "labeled", sender=sender, label={"id": 1, "name": label, "color": "ededed"})


def dispatch(github: StandIn, sender: str, **inputs: str) -> Payload:
    """workflow_dispatch, by hand."""
    return {
        "inputs": inputs,
        "ref": "refs/heads/main",
        "repository": views.repository(github.url, github.state.repo),
        "sender": views.user(sender),
        "workflow": ".github/workflows/hunkwise.yml",
    }
