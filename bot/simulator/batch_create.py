"""Is this body one that makes a batch? What is wrong with the batch as such is refused at once, with a 400.

What is wrong with the params of one item is found only when that item is processed, and ends that item alone;
but two things no batch can do are refused here as well: to stream, and to generate nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.simulator.api_error import invalid
from bot.simulator.shape import array, mapping, record, string

MAX_ITEMS = 100_000
MAX_BATCH_BYTES = 256 * 1024 * 1024
_CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BODY = record({"requests": array(record({"custom_id": string, "params": mapping}))})


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One request of a batch; `params` are not judged yet."""

    custom_id: str
    params: dict[str, Any]


def read_items(body: Any) -> tuple[BatchItem, ...]:
    """The items of a parsed JSON body of a create. Raises ApiError (400)."""
    _BODY(body, "")
    items = tuple(BatchItem(one["custom_id"], one["params"]) for one in body["requests"])
    if not items:
        raise invalid("requests: List should have at least 1 item after validation, not 0")
    if len(items) > MAX_ITEMS:
        raise invalid(f"requests: List should have at most {MAX_ITEMS} items after validation, not {len(items)}")
    seen: set[str] = set()
    for index, item in enumerate(items):
        path = f"requests.{index}"
        if not _CUSTOM_ID.fullmatch(item.custom_id):
            raise invalid(f"{path}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'")
        if item.custom_id in seen:
            raise invalid(f"{path}.custom_id: `{item.custom_id}` is not unique in the batch")
        seen.add(item.custom_id)
        _check_params(item.params, f"{path}.params")
    return items


def _check_params(params: dict[str, Any], path: str) -> None:
    if params.get("stream", False) is not False:
        raise invalid(f"{path}.stream: streaming is not supported in a batch")
    if params.get("max_tokens") == 0 and params["max_tokens"] is not False:
        raise invalid(f"{path}.max_tokens: 0 is not supported in a batch")
