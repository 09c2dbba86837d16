"""From an event to a decision: which pull request, and whether it is reviewed. Pure: each rule is a row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.pull_request import PullRequest

PULL_REQUEST_EVENTS = ("pull_request", "pull_request_target")
_ACTIONS = frozenset({"opened", "synchronize", "reopened", "ready_for_review", "labeled", "edited"})
_NUMBER_INPUTS = ("pull-request", "pull_request", "pr", "number")


@dataclass(frozen=True, slots=True)
class EventRules:
    """What the settings say about events.

    `drafts` has drafts reviewed too. A label of `skip_labels` or a mark of `skip_marks` in the title declines; the
    label `review_label` asks for a review, also of a draft. `forks` is 'labelled', 'all' or 'none' and rules
    pull_request_target alone, where the workflow's secrets are at hand whoever opened the pull request.
    """

    drafts: bool = False
    review_label: str = "hunkwise"
    skip_labels: tuple[str, ...] = ("hunkwise-skip",)
    skip_marks: tuple[str, ...] = ("[skip review]", "[skip hunkwise]")
    forks: str = "labelled"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What an event asks for. `head_sha` is the commit the event speaks of, where it names one."""

    number: int
    event: str
    action: str = ""
    label: str = ""
    sender: str = ""
    head_sha: str | None = None

    @property
    def by_hand(self) -> bool:
        """Whether a person asked for this very review."""
        return self.event == "workflow_dispatch"


@dataclass(frozen=True, slots=True)
class Decline:
    """No review, and the sentence that says why; status `skipped`, nothing spent."""

    why: str


@dataclass(frozen=True, slots=True)
class Accept:
    """Review it."""

    trigger: Trigger


@dataclass(frozen=True, slots=True)
class CollectAll:
    """Bring in what waits in batches, on every pull request of the repository."""


@dataclass(frozen=True, slots=True)
class NumberMissing:
    """The event names no pull request, though it should: the workflow is to be corrected."""

    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What must be known of people and keys. Write access counts, not the association that an event claims."""

    has_key: bool
    author_may_write: bool
    sender_may_write: bool


def trigger_of(
    event: str, payload: Mapping[str, Any], asked: str, *, collect: bool = False
) -> Trigger | Decline | NumberMissing | CollectAll:
    """Read an event's payload. `asked` is the input that names a pull request by number, `collect` the one that asks
    for what waits in batches; a schedule asks for nothing else.
    """
    if event == "schedule" or (collect and event == "workflow_dispatch"):
        return CollectAll()
    if event in PULL_REQUEST_EVENTS:
        return _of_pull_request(event, payload)
    if event == "workflow_dispatch":
        inputs = payload.get("inputs") or {}
        named = asked or next((str(inputs[name]) for name in _NUMBER_INPUTS if inputs.get(name)), "")
        number = named.strip().lstrip("#")
        if not number.isascii() or not number.isdigit():
            return NumberMissing("workflow_dispatch needs the input pull-request: the number of a pull request")
        return Trigger(int(number), event, sender=_login(payload.get("sender")))
    return Decline(
        f"The event {event or '(none)'} asks for no review: Hunkwise answers pull requests, dispatches and schedules."
    )


def _of_pull_request(event: str, payload: Mapping[str, Any]) -> Trigger | Decline:
    action = str(payload.get("action", ""))
    if action not in _ACTIONS:
        return Decline(f"The action '{action}' changes nothing that is reviewed.")
    if action == "edited" and "base" not in (payload.get("changes") or {}):
        return Decline("Only the title or the description was edited.")
    pull = payload["pull_request"]
    return Trigger(
        number=int(pull["number"]),
        event=event,
        action=action,
        label=str((payload.get("label") or {}).get("name", "")),
        sender=_login(payload.get("sender")),
        head_sha=pull["head"]["sha"],
    )


def decide(trigger: Trigger, pull: PullRequest, rules: EventRules, standing: Standing) -> Accept | Decline:
    """Decide from the pull request as it is now."""
    why = (
        _closed(pull)
        or _without_key(pull, standing)
        or _other_label(trigger, rules)
        or _skipped(pull, rules)
        or _draft(trigger, pull, rules)
        or _stranger(trigger, pull, rules, standing)
    )
    return Decline(why) if why else Accept(trigger)


def _closed(pull: PullRequest) -> str:
    if pull.merged:
        return "The pull request is merged."
    if pull.state != "open":
        return "The pull request is closed."
    return "The conversation is locked, so no comment could be posted." if pull.locked else ""


def _without_key(pull: PullRequest, standing: Standing) -> str:
    """No key in a repository's own pull request is a mistake of the workflow, which the caller reports as one."""
    if standing.has_key:
        return ""
    if pull.from_fork:
        return (
            "It comes from a fork, and GitHub gives a fork's workflow no secrets, so there is no API key. "
            "examples/workflows/forks.yml shows how forks are reviewed safely."
        )
    if pull.author == "dependabot[bot]":
        return (
            "GitHub gives Dependabot's workflows none of the repository's secrets, so there is no API key. "
            "Add ANTHROPIC_API_KEY to the Dependabot secrets to have its pull requests reviewed."
        )
    return ""


def _other_label(trigger: Trigger, rules: EventRules) -> str:
    if trigger.action != "labeled" or trigger.label == rules.review_label:
        return ""
    return f"The label '{trigger.label}' asks for no review; '{rules.review_label}' does."


def _skipped(pull: PullRequest, rules: EventRules) -> str:
    label = next((label for label in pull.labels if label in rules.skip_labels), "")
    if label:
        return f"The label '{label}' declines a review."
    mark = next((mark for mark in rules.skip_marks if mark.lower() in pull.title.lower()), "")
    return f"The title says {mark}." if mark else ""


def _draft(trigger: Trigger, pull: PullRequest, rules: EventRules) -> str:
    asked_for = trigger.by_hand or trigger.action == "labeled" or rules.review_label in pull.labels
    if not pull.draft or rules.drafts or asked_for:
        return ""
    return f"It is a draft; the label '{rules.review_label}' or `drafts: true` has drafts reviewed."


def _stranger(trigger: Trigger, pull: PullRequest, rules: EventRules, standing: Standing) -> str:
    """Under pull_request_target anyone could spend the budget of as many pull requests as they can open."""
    if trigger.event != "pull_request_target" or standing.author_may_write or rules.forks == "all":
        return ""
    if rules.forks == "none":
        return f"{pull.author} has no write access, and `forks: none` declines such pull requests."
    labelled = trigger.action == "labeled" and trigger.label == rules.review_label
    if labelled and standing.sender_may_write and trigger.head_sha == pull.head_sha:
        return ""
    if labelled and standing.sender_may_write:
        return "A push came after the label; look at it and set the label again."
    return (
        f"{pull.author} has no write access: somebody who has sets the label '{rules.review_label}' "
        "for each push that is to be reviewed."
    )


def _login(user: Any) -> str:
    return str((user or {}).get("login", ""))
