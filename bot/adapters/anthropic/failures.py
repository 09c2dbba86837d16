"""Every way an attempt can fail, mapped from the SDK's exceptions to a FailureKind."""

from __future__ import annotations

from http import HTTPStatus

import anthropic
import httpx2

from bot.core.failure import FailureKind
from bot.errors import CallFailed

_STATUS_KINDS = {
    400: FailureKind.BAD_REQUEST,
    401: FailureKind.NOT_PERMITTED,
    402: FailureKind.UNPAID,
    403: FailureKind.NOT_PERMITTED,
    404: FailureKind.NOT_FOUND,
    408: FailureKind.GATEWAY_ERROR,
    409: FailureKind.SERVER_ERROR,
    413: FailureKind.TOO_LARGE,
    429: FailureKind.RATE_LIMITED,
    500: FailureKind.SERVER_ERROR,
    503: FailureKind.OVERLOADED,
    529: FailureKind.OVERLOADED,
}
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


def failure_of(error: anthropic.APIError, request_id: str | None) -> CallFailed:
    """What an error of the SDK means; `request_id` is the answer's, where it had begun."""
    if isinstance(error, anthropic.APIConnectionError):
        return lost(error.__cause__, request_id)
    if not isinstance(error, anthropic.APIStatusError):
        return CallFailed(FailureKind.GATEWAY_ERROR, error.message, request_id=request_id)
    return CallFailed(
        _kind(error),
        error.api_message or error.message,
        status=error.status_code,
        retry_after=_retry_after(error.response.headers),
        request_id=error.request_id or request_id,
    )


def _kind(error: anthropic.APIStatusError) -> FailureKind:
    if error.status_code < HTTPStatus.BAD_REQUEST:
        return FailureKind.BROKEN_STREAM
    if _is_spend_limit(error):
        return FailureKind.SPEND_LIMIT
    if _is_plainly(error, "prompt is too long"):
        return FailureKind.TOO_LARGE
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and error.type is None:
        return FailureKind.GATEWAY_ERROR
    fallback = (
        FailureKind.GATEWAY_ERROR if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else FailureKind.BAD_REQUEST
    )
    return _STATUS_KINDS.get(error.status_code, fallback)


def _is_spend_limit(error: anthropic.APIStatusError) -> bool:
    """Spend caps come as 429 with a code of their own, as 402, and (a limit set by the user) as a plain 400."""
    if "spend_limit" in (error.error_code or ""):
        return True
    return _is_plainly(error, "API usage limits")


def _is_plainly(error: anthropic.APIStatusError, words: str) -> bool:
    """Some causes have no code of their own: a 400 that says so in words."""
    return error.status_code == HTTPStatus.BAD_REQUEST and words in (error.api_message or "")


def lost(cause: BaseException | None, request_id: str | None) -> CallFailed:
    """What an error of the connection means."""
    if isinstance(cause, _NEVER_SENT):
        return CallFailed(FailureKind.NEVER_SENT, "no connection to the API could be made")
    if isinstance(cause, httpx2.TimeoutException):
        return CallFailed(FailureKind.TIMED_OUT, "the API said nothing for too long", request_id=request_id)
    return CallFailed(FailureKind.CONNECTION_LOST, "the connection was lost", request_id=request_id)


def _retry_after(headers: httpx2.Headers) -> float | None:
    """Seconds; a date or nonsense counts as not given."""
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return None
