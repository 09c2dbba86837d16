"""What Anthropic billed an organisation, from the Usage and Cost API, through the official SDK.

    GET /v1/organizations/usage_report/messages    tokens by day, grouped by model, service tier, key and workspace
    GET /v1/organizations/cost_report              cents by day, grouped by workspace and description

Both want an administrator's key (sk-ant-admin…) and give at most 31 buckets of a day on a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

import anthropic
import httpx2
from pydantic import ValidationError

from bot.adapters.anthropic.access import Access
from bot.adapters.anthropic.clients import API_URL, client_for
from bot.adapters.anthropic.failures import failure_of, lost
from bot.adapters.anthropic.report_pages import CostPage, Page, UsagePage
from bot.core.cost.billed import CostLine, UsageLine
from bot.core.failure import FailureKind
from bot.errors import CallFailed, HunkwiseError, ReportsLost, ReportsRefused
from bot.ports import Clock

USAGE_PATH = "/v1/organizations/usage_report/messages"
COST_PATH = "/v1/organizations/cost_report"

_MOST_BUCKETS = 31
_ATTEMPTS = 3
_LONGEST_WAIT = 60.0
"""Seconds: whoever waits for a report would rather come back later."""

_PASSING = {
    FailureKind.RATE_LIMITED,
    FailureKind.OVERLOADED,
    FailureKind.SERVER_ERROR,
    FailureKind.GATEWAY_ERROR,
    FailureKind.CONNECTION_LOST,
    FailureKind.TIMED_OUT,
    FailureKind.NEVER_SENT,
}

_Page = TypeVar("_Page", bound=Page)


class ClaudeReports:
    """UsageReports over the SDK's client, whose own retries are off."""

    def __init__(self, access: Access, clock: Clock) -> None:
        """`access` holds the administrator's key. Raises BadConfiguration."""
        self._client = client_for(access)
        self._key = access.api_key
        self._place = access.base_url or API_URL
        self._clock = clock

    def usage(self, first: date, last: date) -> list[UsageLine]:
        """Tokens by day, model, service tier, key and workspace (UsageReports.usage)."""
        groups = ["model", "service_tier", "api_key_id", "workspace_id"]
        pages = self._pages(USAGE_PATH, UsagePage, first, last, groups)
        return [line for page in pages for line in page.lines()]

    def costs(self, first: date, last: date) -> list[CostLine]:
        """Dollars by day, workspace and description (UsageReports.costs)."""
        pages = self._pages(COST_PATH, CostPage, first, last, ["workspace_id", "description"])
        return [line for page in pages for line in page.lines()]

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()

    def _pages(self, path: str, kind: type[_Page], first: date, last: date, groups: list[str]) -> Iterator[_Page]:
        """Every page of a report, in turn."""
        asked: dict[str, Any] = {
            "starting_at": _stamp(first),
            "ending_at": _stamp(last + timedelta(days=1)),
            "bucket_width": "1d",
            "limit": _MOST_BUCKETS,
            "group_by": groups,
        }
        seen: set[str] = set()
        while True:
            page = self._page(path, kind, asked)
            yield page
            if not page.has_more:
                return
            if not page.next_page or page.next_page in seen:
                raise ReportsLost(
                    f"The pages of the report at {self._place}{path} lead nowhere: one of them names no new next page.",
                    next_step="Try again later; nothing was changed.",
                )
            seen.add(page.next_page)
            asked["page"] = page.next_page

    def _page(self, path: str, kind: type[_Page], asked: Mapping[str, Any]) -> _Page:
        body = self._patiently(path, lambda: self._client.get(path, cast_to=object, options={"params": asked}))
        try:
            return kind.model_validate(body)
        except ValidationError as error:
            where = ".".join(map(str, error.errors()[0]["loc"])) or "the whole of it"
            raise ReportsRefused(
                f"What answers at {self._place}{path} is not Anthropic's usage and cost report (at {where}).",
                next_step="Check ANTHROPIC_BASE_URL: only Anthropic's own API has these reports.",
            ) from None

    def _patiently(self, path: str, ask: Callable[[], object]) -> object:
        """Ask again what may come the next time, as late as the API says."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return _mapped(ask)
            except CallFailed as failed:
                wait = failed.retry_after if failed.retry_after is not None else float(2**attempt)
                if failed.kind not in _PASSING or attempt == _ATTEMPTS or wait > _LONGEST_WAIT:
                    raise self._said(path, failed) from None
                self._clock.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _said(self, path: str, failed: CallFailed) -> HunkwiseError:
        """What a failure means for somebody who asked for a report; nothing of the key is in it."""
        place = f"{self._place}{path}"
        words = failed.message.replace(self._key, "***")
        if failed.kind is FailureKind.NOT_PERMITTED:
            return ReportsRefused(
                f"The key in ANTHROPIC_ADMIN_KEY may not read the usage and cost report ({failed.status}: {words}).",
                next_step="An ordinary API key cannot: an administrator of the organisation creates an Admin API key "
                "(sk-ant-admin…) in the Console's settings. Accounts of individuals have none.",
            )
        if failed.kind is FailureKind.NOT_FOUND:
            return ReportsRefused(
                f"There is no usage and cost report at {place}.",
                next_step="Check ANTHROPIC_BASE_URL: only Anthropic's own API has these reports, gateways have not.",
            )
        if failed.kind is FailureKind.RATE_LIMITED:
            return ReportsLost(f"The API gives no more reports for now, {_how_long(failed)}.", next_step=_LATER)
        if failed.kind in _PASSING:
            return ReportsLost(f"The report at {place} did not come: {words}.", next_step=_LATER)
        return ReportsRefused(f"The API refused to give the report at {place} ({words}).", next_step=_REFUSED)


_LATER = "Run the same command again later; nothing was changed."
_REFUSED = "Check ANTHROPIC_ADMIN_KEY, ANTHROPIC_BASE_URL and the days that were asked for."


def _how_long(failed: CallFailed) -> str:
    return "for a while" if failed.retry_after is None else f"and says to come back in {failed.retry_after:.0f} s"


def _mapped(ask: Callable[[], object]) -> object:
    """Every way in which a request can fail, as CallFailed."""
    try:
        return ask()
    except anthropic.APIError as error:
        raise failure_of(error, None) from error
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise lost(error, None) from error
    except ValueError as error:
        raise CallFailed(FailureKind.GATEWAY_ERROR, "the answer was no JSON") from error


def _stamp(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat().replace("+00:00", "Z")
