"""The Message Batches API as calls over HTTP, each answered whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from bot.simulator.api_error import invalid
from bot.simulator.batch import Batch
from bot.simulator.batches import DEFAULT_PAGE, Batches
from bot.simulator.service import parsed
from bot.simulator.tenant import Tenant
from bot.simulator.wire import head, json_response

ROOT = "/v1/messages/batches"
_ONE = re.compile(rf"{ROOT}/(?P<id>[^/]+)(?P<more>/cancel|/results)?")
_WITH_ID = {
    ("GET", None): "retrieve",
    ("DELETE", None): "delete",
    ("POST", "/cancel"): "cancel",
    ("GET", "/results"): "results",
}


@dataclass(frozen=True, slots=True)
class BatchCall:
    """One call: its name as faults know it, and the batch it is about."""

    name: str
    batch_id: str = ""


def match(method: str, path: str) -> BatchCall | None:
    """The call this is, or None."""
    if path == ROOT:
        name = {"POST": "create", "GET": "list"}.get(method)
        return BatchCall(name) if name else None
    found = _ONE.fullmatch(path)
    name = _WITH_ID.get((method, found["more"])) if found else None
    return BatchCall(name, found["id"]) if found and name else None


class BatchRoutes:
    """Answers calls for one tenant; `base_url` is where its client reaches the stand-in."""

    def __init__(self, batches: Batches, tenant: Tenant, base_url: str) -> None:
        self._batches = batches
        self._tenant = tenant
        self._base_url = base_url

    def answer(self, call: BatchCall, query: str, body: bytes, headers: dict[str, str]) -> bytes:
        """Carry the call out; the whole response. Raises ApiError."""
        if call.name == "results":
            lines = self._batches.results(call.batch_id, self._tenant)
            shown = {"content-type": "application/x-jsonl", "content-length": str(len(lines)), **headers}
            return head(200, shown) + lines
        return json_response(200, self._json(call, query, body), headers)

    def _json(self, call: BatchCall, query: str, body: bytes) -> dict[str, Any]:
        match call.name:
            case "create":
                return self._shown(self._batches.create(parsed(body), self._tenant))
            case "list":
                return self._page(query)
            case "cancel":
                return self._shown(self._batches.cancel(call.batch_id, self._tenant))
            case "delete":
                self._batches.delete(call.batch_id, self._tenant)
                return {"id": call.batch_id, "type": "message_batch_deleted"}
            case _:
                return self._shown(self._batches.get(call.batch_id, self._tenant))

    def _page(self, query: str) -> dict[str, Any]:
        asked = {name: values[-1] for name, values in parse_qs(query).items()}
        unknown = asked.keys() - {"limit", "after_id", "before_id"}
        if unknown:
            raise invalid(f"{min(unknown)}: Extra inputs are not permitted")
        limit = asked.get("limit", str(DEFAULT_PAGE))
        if not limit.isascii() or not limit.isdigit():
            raise invalid("limit: Input should be a valid integer")
        page = self._batches.page(self._tenant, int(limit), asked.get("after_id"), asked.get("before_id"))
        return {
            "data": [self._shown(batch) for batch in page.batches],
            "has_more": page.has_more,
            "first_id": page.batches[0].id if page.batches else None,
            "last_id": page.batches[-1].id if page.batches else None,
        }

    def _shown(self, batch: Batch) -> dict[str, Any]:
        return self._batches.shown(batch, f"{self._base_url}{ROOT}/{batch.id}/results")
