"""What waits in batches, as a list for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.core.message_batch import Intent
from bot.core.receipt import TargetFacts
from bot.core.report.figures import about_dollars
from bot.core.report.receipt_json import money
from bot.core.report.words import counted

Pending = Iterable[tuple[Intent, TargetFacts]]


def pending_as_json(pending: Pending) -> list[dict[str, Any]]:
    """One object for each intent, oldest first; money in dollars."""
    return [_as_json(intent, facts) for intent, facts in pending]


def _as_json(intent: Intent, facts: TargetFacts) -> dict[str, Any]:
    return {
        "id": intent.nonce,
        "target": {
            "kind": facts.kind,
            "repo": facts.repo,
            "pull_request": facts.pull_request,
            "base_sha": facts.base_sha,
            "head_sha": intent.head_sha,
        },
        "began": intent.began.isoformat(),
        "requests": len(intent.items),
        "hunks": len(intent.in_hand),
        "reserved_usd": money(intent.reserved.usd),
        "reserved_tokens": intent.reserved.tokens,
        "spent_usd": money(intent.spent.usd),
        "cancelled": intent.cancelled,
        "batches": [
            {"id": one.batch_id or None, "stage": one.stage.value, "requests": len(one.items), "leads": one.leads}
            for one in intent.sendings
        ],
    }


def pending_as_text(pending: Pending) -> str:
    """A line for each intent."""
    lines = [_line(intent, facts) for intent, facts in pending]
    return "\n".join(lines) or "Nothing waits in a batch."


def _line(intent: Intent, facts: TargetFacts) -> str:
    what = facts.repo or "a diff"
    if facts.pull_request is not None:
        what += f"#{facts.pull_request}"
    if intent.head_sha:
        what += f" at {intent.head_sha[:7]}"
    stages = sorted({one.stage.value for one in intent.sendings if not one.told})
    return (
        f"{intent.nonce}  {intent.began:%Y-%m-%d %H:%M} UTC  {what}: {counted(len(intent.in_hand), 'hunk')} "
        f"in {counted(len(intent.items), 'request')}, {', '.join(stages)}, "
        f"at most {about_dollars(intent.reserved.usd + intent.spent.usd)}"
    )
