"""The two reports as calls over HTTP, and who may ask for them: an administrator's key, no ordinary one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.message import Message
from typing import Any

from bot.simulator.api_error import ApiError
from bot.simulator.door import Door
from bot.simulator.log import RequestLog
from bot.simulator.organization.bills import bills
from bot.simulator.organization.cost_report import COST, cost_report
from bot.simulator.organization.query import read_query
from bot.simulator.organization.usage_report import USAGE, usage_report
from bot.simulator.platforms import Call

ADMIN_PREFIX = "sk-ant-admin"
ROOT = "/v1/organizations/"
_CALLS = {f"{ROOT}usage_report/messages": "usage_report", f"{ROOT}cost_report": "cost_report"}


def match(method: str, path: str) -> str | None:
    """The call this is, as faults know it, or None."""
    return _CALLS.get(path) if method == "GET" else None


class AdminRoutes:
    """Answers what administrators ask. `now` is the date of this moment."""

    def __init__(self, door: Door, log: RequestLog, now: Callable[[], datetime]) -> None:
        self._door = door
        self._log = log
        self._now = now

    def organization(self, call: Call, headers: Message) -> str | None:
        """Whose reports a key may see: its organisation's, or everybody's where it was given none.

        Raises ApiError: 401 without an administrator's key, in the words with which the API refuses an ordinary one.
        """
        key = self._door.key(call, headers)
        if not key.startswith(ADMIN_PREFIX):
            raise ApiError(401, "authentication_error", "invalid x-api-key")
        return self._door.organization_of(call, key)

    def answer(self, call: str, text: str, organization: str | None) -> dict[str, Any]:
        """Carry the call out; `text` is its query string. Raises ApiError (400)."""
        charged = bills(self._log, organization)
        if call == "cost_report":
            return cost_report(read_query(text, COST, self._now()), charged)
        return usage_report(read_query(text, USAGE, self._now()), charged)
