"""What GitHub's refusals and a lost connection mean, in the words of bot/errors.py."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import requests
from github import GithubException

from bot.errors import CodeHostError, DiffTooLarge, HostRefused, HostUnavailable, NoSuchThing, NotPermitted

# PyGithub raises RuntimeError for one thing: a redirect that leaves the address it was given.
FAILURES = (GithubException, requests.RequestException, json.JSONDecodeError, RuntimeError)

_UNSAID_PAUSE = 60.0
"""Seconds that GitHub wants where it names none."""

_MOST_SAID = 300
"""Characters of GitHub's own words that a message quotes."""

_GRAPHQL_STATUSES = {
    "FORBIDDEN": HTTPStatus.FORBIDDEN,
    "INSUFFICIENT_SCOPES": HTTPStatus.FORBIDDEN,
    "NOT_FOUND": HTTPStatus.NOT_FOUND,
    "RATE_LIMITED": HTTPStatus.TOO_MANY_REQUESTS,
}


@dataclass(frozen=True, slots=True)
class Doing:
    """What GitHub is asked for ('post a review'), and the permission it takes ('pull-requests: write')."""

    what: str
    permission: str


def translated(error: Exception, doing: Doing, secret: str) -> CodeHostError:
    """The error of ours for one of FAILURES; `secret` never stands in it."""
    if isinstance(error, GithubException):
        return _answered(error, doing, secret)
    if isinstance(error, RuntimeError):
        return CodeHostError(
            f"GitHub's API has moved to another address: Hunkwise could not {doing.what}.",
            next_step="Set GITHUB_API_URL to the API's own address, https included.",
        )
    # A requests error may quote headers, so its text is left out.
    why = "did not answer in time" if isinstance(error, requests.Timeout) else "broke the connection off"
    return HostUnavailable(
        f"GitHub {why}: Hunkwise may have failed to {doing.what}.",
        next_step="Look at what stands on the pull request, then run again.",
    )


def seconds_to_wait(error: GithubException) -> float | None:
    """The pause that a rate limit asks for, in seconds; None where the refusal is no rate limit."""
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    if not _is_rate_limit(error, headers):
        return None
    asked = headers.get("retry-after", "")
    if asked.isdigit():
        return float(asked)
    if headers.get("x-ratelimit-remaining") == "0":
        return _until_reset(headers)
    return _UNSAID_PAUSE


def _is_rate_limit(error: GithubException, headers: Mapping[str, str]) -> bool:
    status = _status(error)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    if status != HTTPStatus.FORBIDDEN:
        return False
    return "retry-after" in headers or "rate limit" in _said(error).lower()


def _until_reset(headers: Mapping[str, str]) -> float:
    """Seconds by GitHub's own clock, which the answer's date tells."""
    try:
        now = parsedate_to_datetime(headers["date"]).timestamp()
        return max(0.0, float(headers["x-ratelimit-reset"]) - now) + 1
    except (KeyError, ValueError):
        return _UNSAID_PAUSE


def _answered(error: GithubException, doing: Doing, secret: str) -> CodeHostError:
    status = _status(error)
    said = _said(error).replace(secret, "***") if secret else _said(error)
    quoted = f"{status}: {said}" if said else str(status)
    if seconds_to_wait(error) is not None:
        return HostUnavailable(
            f"GitHub's rate limit asks for a longer pause than Hunkwise makes: it could not {doing.what} ({quoted}).",
            next_step="Run again in a few minutes.",
        )
    if _is_too_large(error, status):
        return DiffTooLarge(f"GitHub does not give this in one piece: Hunkwise could not {doing.what} ({quoted}).")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return HostUnavailable(
            f"GitHub had an error of its own: Hunkwise may have failed to {doing.what} ({quoted}).",
            next_step="Look at what stands on the pull request, then run again.",
        )
    return _refused(status, doing, quoted)


def _refused(status: int, doing: Doing, quoted: str) -> CodeHostError:
    if status == HTTPStatus.UNAUTHORIZED:
        return NotPermitted(
            f"GitHub does not accept the token: Hunkwise could not {doing.what} ({quoted}).",
            next_step=f"Check that the token has not expired; it needs the permission `{doing.permission}`.",
        )
    if status == HTTPStatus.FORBIDDEN:
        return NotPermitted(
            f"The token may not {doing.what}: it seems to lack the permission `{doing.permission}` ({quoted}).",
            next_step=f"Grant `{doing.permission}` to the workflow's job, or to the token.",
        )
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return NoSuchThing(
            f"GitHub finds nothing there, or does not show it: Hunkwise could not {doing.what} ({quoted}).",
            next_step=f"Check the repository and the number; the token needs `{doing.permission}`.",
        )
    return HostRefused(f"GitHub refused to {doing.what} ({quoted}).")


def _status(error: GithubException) -> int:
    """The HTTP status; GraphQL answers 200 and names the kind of its error in the body."""
    for entry in _entries(error):
        if isinstance(entry, dict) and entry.get("type") in _GRAPHQL_STATUSES:
            return int(_GRAPHQL_STATUSES[entry["type"]])
    return error.status


def _is_too_large(error: GithubException, status: int) -> bool:
    """A diff or file beyond the limits, or a diff that GitHub gave up making (a 5xx that speaks of the diff)."""
    codes = {entry.get("code") for entry in _entries(error) if isinstance(entry, dict)}
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "not_available" in codes
    return status == HTTPStatus.NOT_ACCEPTABLE or "too_large" in codes


def _said(error: GithubException) -> str:
    """GitHub's own words in one line: the message, then what the entries of `errors` add."""
    message = error.data.get("message") if isinstance(error.data, dict) else None
    parts = [message, *(_entry_text(entry) for entry in _entries(error))]
    return " ".join("; ".join(str(part) for part in parts if part).split())[:_MOST_SAID]


def _entry_text(entry: Any) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    return str(entry.get("message") or " ".join(str(entry[key]) for key in ("field", "code") if entry.get(key)))


def _entries(error: GithubException) -> list[Any]:
    errors = error.data.get("errors") if isinstance(error.data, dict) else None
    return errors if isinstance(errors, list) else [errors] if errors else []
