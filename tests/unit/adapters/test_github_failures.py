from __future__ import annotations

from typing import Any

import pytest
import requests
from github import GithubException

from bot.adapters.github.failures import Doing, seconds_to_wait, translated
from bot.errors import CodeHostError, DiffTooLarge, HostRefused, HostUnavailable, NoSuchThing, NotPermitted

DOING = Doing("post a review on #7", "pull-requests: write")
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def graphql(kind: str) -> dict[str, Any]:
    """The body of a GraphQL refusal."""
    return {"data": None, "errors": [{"type": kind, "message": "said so"}]}


@pytest.mark.parametrize(
    ("status", "data", "kind"),
    [
        (400, {"message": "Problems parsing JSON"}, HostRefused),
        (401, {"message": "Bad credentials"}, NotPermitted),
        (403, {"message": "Resource not accessible by integration"}, NotPermitted),
        (403, None, NotPermitted),
        (404, {"message": "Not Found"}, NoSuchThing),
        (410, {"message": "Gone"}, NoSuchThing),
        (406, {"message": "Sorry", "errors": [{"code": "too_large"}]}, DiffTooLarge),
        (403, {"message": "This API returns blobs up to 100 MB", "errors": [{"code": "too_large"}]}, DiffTooLarge),
        (500, {"message": "Server Error", "errors": [{"field": "diff", "code": "not_available"}]}, DiffTooLarge),
        (422, {"message": "Unprocessable Entity", "errors": ["Line could not be resolved"]}, HostRefused),
        (422, {"message": "Validation Failed", "errors": "one string"}, HostRefused),
        (408, {"message": "Timeout"}, HostUnavailable),
        (502, {"data": "<html>unicorn</html>"}, HostUnavailable),
        (503, None, HostUnavailable),
        (429, {"message": "slow down"}, HostUnavailable),
        (403, {"message": SECONDARY}, HostUnavailable),
        (400, graphql("FORBIDDEN"), NotPermitted),
        (400, graphql("INSUFFICIENT_SCOPES"), NotPermitted),
        (400, graphql("NOT_FOUND"), NoSuchThing),
        (400, graphql("RATE_LIMITED"), HostUnavailable),
        (400, graphql("SOMETHING_NEW"), HostRefused),
    ],
)
def test_each_refusal_has_its_kind(status: int, data: Any, kind: type[CodeHostError]) -> None:
    """Callers decide by the class alone: look again, bisect, fall back, or name the permission."""
    error = translated(GithubException(status, data, {}), DOING, "")
    assert type(error) is kind
    assert "post a review on #7" in error.message


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_names_the_permission(status: int) -> None:
    """A maintainer reads which line of the workflow is missing, also where GitHub only says Not Found."""
    error = translated(GithubException(status, {"message": "no"}, {}), DOING, "")
    assert "`pull-requests: write`" in error.message + error.next_step


def test_githubs_own_words_are_quoted_in_one_short_line() -> None:
    """What GitHub says about a 422 is the only hint there is; a page of HTML is none."""
    data = {"message": "Validation\nFailed", "errors": [{"field": "body", "code": "missing"}, {"message": "x" * 900}]}
    message = translated(GithubException(422, data, {}), DOING, "").message
    assert "422: Validation Failed; body missing; xxx" in message
    assert len(message) < 400
    assert "\n" not in message


@pytest.mark.parametrize(
    ("status", "message", "headers", "seconds"),
    [
        (403, SECONDARY, {}, 60),
        (403, SECONDARY, {"retry-after": "17"}, 17),
        (403, "", {"Retry-After": "0"}, 0),
        (429, "", {}, 60),
        (429, "", {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60),
        (
            403,
            "API rate limit exceeded for installation",
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795348830", "date": "Sun, 22 Nov 2026 12:00:00 GMT"},
            31,
        ),
        (403, "API rate limit exceeded", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, 60),
        (403, "Resource not accessible by integration", {"x-ratelimit-remaining": "0"}, None),
        (403, "Resource not accessible by integration", {}, None),
        (422, "rate limit", {"retry-after": "1"}, None),
        (502, "", {"retry-after": "1"}, None),
    ],
)
def test_how_long_a_rate_limit_asks_to_wait(
    status: int, message: str, headers: dict[str, str], seconds: float | None
) -> None:
    """Only a rate limit is waited out; a 502 never is, since it may have been done."""
    assert seconds_to_wait(GithubException(status, {"message": message}, headers)) == seconds


@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectionError("ghp_secret"),
        requests.ReadTimeout("ghp_secret"),
        requests.exceptions.ChunkedEncodingError("ghp_secret"),
        requests.exceptions.RetryError("ghp_secret"),
        requests.exceptions.InvalidHeader("token ghp_secret\n"),
        GithubException(502, {"message": "for ghp_secret"}, {}),
    ],
)
def test_a_lost_request_is_unknown_and_tells_no_secret(error: Exception) -> None:
    """Whatever broke on the way: nobody knows whether it happened, and the token stays out of every text."""
    told = translated(error, DOING, "ghp_secret")
    assert type(told) is HostUnavailable
    assert "ghp_secret" not in f"{told!r} {told} {told.next_step}"


def test_an_api_that_moved() -> None:
    """PyGithub's RuntimeError for a redirect elsewhere becomes a sentence about the address."""
    told = translated(RuntimeError("Github server redirected from http protocol to https"), DOING, "")
    assert "GITHUB_API_URL" in told.next_step
