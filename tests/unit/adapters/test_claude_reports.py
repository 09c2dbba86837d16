"""Answers to a request for a report that the stand-in never gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.adapters.anthropic import Access
from bot.adapters.anthropic.reports import ClaudeReports
from bot.core.cost.billed import CostLine
from bot.errors import HunkwiseError, ReportsLost, ReportsRefused
from tests.fakes import FakeClock
from tests.unit.adapters.scripted_github import Reply, ScriptedGitHub

DAY = date(2026, 11, 23)
KEY = "sk-ant-admin01-secret"
BUCKET = {"starting_at": "2026-11-23T00:00:00Z", "ending_at": "2026-11-24T00:00:00Z"}


@contextmanager
def answering(*replies: Reply) -> Iterator[tuple[ClaudeReports, ScriptedGitHub]]:
    """An address that gives these answers."""
    with ScriptedGitHub(*replies) as server:
        reports = ClaudeReports(Access(KEY, server.url), FakeClock())
        try:
            yield reports, server
        finally:
            reports.close()


def page(results: list[dict[str, Any]], following: str | None = None, *, more: bool | None = None) -> Reply:
    """One page of one day."""
    has_more = following is not None if more is None else more
    return Reply({"data": [{**BUCKET, "results": results}], "has_more": has_more, "next_page": following})


def cost(**changes: Any) -> dict[str, Any]:
    """One line of a cost report, as the documentation shows it."""
    return {
        "currency": "USD",
        "amount": "123.78912",
        "workspace_id": "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ",
        "description": "Claude Sonnet 4 Usage - Input Tokens",
        "cost_type": "tokens",
        "context_window": "0-200k",
        "model": "claude-sonnet-4-20250514",
        "service_tier": "standard",
        "token_type": "uncached_input_tokens",
        **changes,
    }


def test_cents_become_dollars_without_rounding() -> None:
    """The documentation's own line: 123.78912 cents are 1.2378912 dollars."""
    with answering(page([cost()])) as (reports, server):
        assert reports.costs(DAY, DAY) == [
            CostLine(
                DAY,
                "claude-sonnet-4-20250514",
                "standard",
                "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ",
                "input_tokens",
                "Claude Sonnet 4 Usage - Input Tokens",
                Decimal("1.2378912"),
            )
        ]
        asked = parse_qs(urlsplit(server.asked[0].target).query)
        assert asked == {
            "starting_at": ["2026-11-23T00:00:00Z"],
            "ending_at": ["2026-11-24T00:00:00Z"],
            "bucket_width": ["1d"],
            "limit": ["31"],
            "group_by[]": ["workspace_id", "description"],
        }
        headers = server.asked[0].headers
        assert headers["x-api-key"] == KEY
        assert headers["anthropic-version"]


def test_what_bought_no_tokens_is_no_models() -> None:
    """A web search, and a kind of token that this version does not know, are other costs."""
    nothing = dict.fromkeys(("model", "service_tier", "token_type"))
    search = cost(cost_type="web_search", description="Web Search Usage", **nothing)
    strange = cost(token_type="dreams", description="Dreams")  # noqa: S106  # no password
    with answering(page([search, strange])) as (reports, _):
        lines = reports.costs(DAY, DAY)
    assert [(line.model, line.kind, line.what) for line in lines] == [("", "", "Web Search Usage"), ("", "", "Dreams")]


def test_pages_are_followed_to_the_end() -> None:
    """Each page is asked for by the token of the one before."""
    with answering(page([cost()], "page_2"), page([cost()], "page_3"), page([cost()])) as (reports, server):
        assert len(reports.costs(DAY, DAY)) == 3
        tokens = [parse_qs(urlsplit(asked.target).query).get("page") for asked in server.asked]
    assert tokens == [None, ["page_2"], ["page_3"]]


@pytest.mark.parametrize("last", [page([], "page_2"), page([], None, more=True)], ids=["circle", "no token"])
def test_pages_that_lead_nowhere_end(last: Reply) -> None:
    """A report whose pages go in a circle is no report, and is not asked for ever."""
    with (
        answering(page([cost()], "page_2"), last) as (reports, server),
        pytest.raises(ReportsLost, match="lead nowhere"),
    ):
        reports.costs(DAY, DAY)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"object": "list", "data": []}),
        Reply([1, 2]),
        page([cost(amount="a lot")]),
        page([cost(currency="EUR")]),
    ],
    ids=["other API", "a list", "no amount", "other currency"],
)
def test_what_is_no_report_is_refused(reply: Reply) -> None:
    """Amounts that cannot be understood are never compared."""
    with (
        answering(reply) as (reports, _),
        pytest.raises(ReportsRefused, match="is not Anthropic's usage and cost"),
    ):
        reports.costs(DAY, DAY)


def test_a_page_of_text_is_no_report() -> None:
    """A login page in between answers 200 as well."""
    page_of_text = Reply(b"<html>Sign in</html>", headers={"content-type": "text/html"})
    with answering(page_of_text) as (reports, _), pytest.raises(HunkwiseError):
        reports.costs(DAY, DAY)


def test_a_key_in_an_error_is_not_repeated() -> None:
    """Some servers quote what they refuse."""
    body = {"type": "error", "error": {"type": "authentication_error", "message": f"bad key {KEY}"}}
    with answering(Reply(body, 401)) as (reports, _), pytest.raises(ReportsRefused) as refused:
        reports.usage(DAY, DAY)
    assert KEY not in str(refused.value)
    assert "bad key ***" in refused.value.message


def test_days_are_those_of_utc() -> None:
    """A bucket is dated by its start, whatever zone it is written in."""
    bucket = {"starting_at": "2026-11-23T01:00:00+01:00", "results": [cost()]}
    body = {"data": [bucket], "has_more": False, "next_page": None}
    with answering(Reply(body)) as (reports, _):
        assert [line.day for line in reports.costs(DAY, DAY)] == [DAY]
