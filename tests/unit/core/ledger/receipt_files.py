"""Receipts as other programs find them: JSON values, old ones and those that carry their run."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from bot.core.report.receipt_json import receipt_as_json
from tests.unit.core.report.receipts import full_receipt

RUN_ID = "run-0001"
NONE_SAVED = {"prompt_cache": "0", "reuse": "0", "duplicates": "0", "routing": "0", "batch": "0"}


def old_receipt() -> dict[str, Any]:
    """A receipt of the version before runs had names: of five calls, two of them without an answer."""
    read: dict[str, Any] = json.loads(json.dumps(receipt_as_json(full_receipt())))
    read["simulated"] = False
    for holder, names in ((read, ("run", "delivery")), (read["target"], ("author", "team"))):
        for name in names:
            del holder[name]
    for call in read["calls"]:
        for name in ("id", "at", "key", "platform", "kinds", "saved_usd"):
            del call[name]
    _add_up(read)
    return read


def named_receipt(run_id: str = RUN_ID) -> dict[str, Any]:
    """The same, and it says which run it was, when, whose, and what each call saved."""
    read = old_receipt()
    read["run"] = {"id": run_id, "began": "2026-11-26T12:00:00+00:00", "ended": "2026-11-26T12:02:00+00:00"}
    read["target"] |= {"repo": "acme/shop", "pull_request": 7, "author": "ada", "team": "payments"}
    for index, call in enumerate(read["calls"]):
        call |= {
            "id": f"{run_id}-call-{index}",
            "at": f"2026-11-26T12:00:{index:02}+00:00",
            "key": "ANTHROPIC_API_KEY",
            "platform": "anthropic",
            "kinds": {"python": call["hunks"]},
            "saved_usd": {**NONE_SAVED, "routing": "0.001"},
        }
    return read


def _add_up(read: dict[str, Any]) -> None:
    """The made-up receipt's sums are made up, too; a real one's are its calls'."""
    for name, of_calls in (("total_usd", "cost_usd"), ("unsettled_usd", "unsettled_usd")):
        read["cost"][name] = format(sum(Decimal(call[of_calls]) for call in read["calls"]), "f")
