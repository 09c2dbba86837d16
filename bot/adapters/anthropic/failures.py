"""Every way an attempt can fail, mapped from the SDK's exceptions to a FailureKind."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import anthropic
import httpx2
from anthropic.lib.credentials import WorkloadIdentityError

from bot.adapters.anthropic.access import Access
from bot.core.chain import ProviderKind
from bot.core.failure import FailureKind
from bot.errors import CallFailed, HunkwiseError

_STATUS_KINDS = {
    400: FailureKind.BAD_REQUEST,
    401: FailureKind.NOT_PERMITTED,
    402: FailureKind.UNPAID,
    403: FailureKind.NOT_PERMITTED,
    404: FailureKind.NOT_FOUND,
    408: FailureKind.GATEWAY_ERROR,
    409: FailureKind.SERVER_ERROR,
    413: FailureKind.TOO_LARGE,
    424: FailureKind.GATEWAY_ERROR,
    429: FailureKind.RATE_LIMITED,
    500: FailureKind.SERVER_ERROR,
    503: FailureKind.OVERLOADED,
    529: FailureKind.OVERLOADED,
}
# Some causes have no code of their own: a 400 or a 403 that says so in words.
_WORDS_OF_400 = {
    "api usage limits": FailureKind.SPEND_LIMIT,
    "prompt is too long": FailureKind.TOO_LARGE,
    "input is too long": FailureKind.TOO_LARGE,
    "model identifier is invalid": FailureKind.NOT_FOUND,
}
_LINE = "\n"
_WORDS_OF_403 = {"payment_instrument": FailureKind.UNPAID, "billing to be enabled": FailureKind.UNPAID}
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
        request_id=request_id_of(error.response.headers) or request_id,
    )


def _kind(error: anthropic.APIStatusError) -> FailureKind:
    if error.status_code < HTTPStatus.BAD_REQUEST:
        return FailureKind.BROKEN_STREAM
    if _is_spend_limit(error):
        return FailureKind.SPEND_LIMIT
    words = (error.api_message or error.message).lower()
    if error.status_code == HTTPStatus.BAD_REQUEST and (known := _said(words, _WORDS_OF_400)):
        return known
    if error.status_code == HTTPStatus.FORBIDDEN and (known := _said(words, _WORDS_OF_403)):
        return known
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and not _speaks_for_itself(error):
        return FailureKind.GATEWAY_ERROR
    fallback = (
        FailureKind.GATEWAY_ERROR if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else FailureKind.BAD_REQUEST
    )
    return _STATUS_KINDS.get(error.status_code, fallback)


def _is_spend_limit(error: anthropic.APIStatusError) -> bool:
    """Spend caps come as 429 with a code of their own, and (a limit set by the user) as a plain 400."""
    return "spend_limit" in (error.error_code or "") or "ServiceQuotaExceeded" in _amazon_name(error)


def _said(words: str, table: Mapping[str, FailureKind]) -> FailureKind | None:
    return next((kind for phrase, kind in table.items() if phrase in words), None)


def _speaks_for_itself(error: anthropic.APIStatusError) -> bool:
    """Whether the error is the API's or the platform's own, and not some gateway's before it."""
    if error.type is not None or _amazon_name(error):
        return True
    inner = error.body.get("error") if isinstance(error.body, dict) else None
    return isinstance(inner, dict) and isinstance(inner.get("status"), str)


def _amazon_name(error: anthropic.APIStatusError) -> str:
    return error.response.headers.get("x-amzn-errortype", "")


def request_id_of(headers: httpx2.Headers) -> str | None:
    """The request's id, as the API or Amazon calls it."""
    return headers.get("request-id") or headers.get("x-amzn-requestid")


def sign_in_errors(access: Access) -> tuple[type[Exception], ...]:
    """What is raised, beside errors of the API, where signing in fails, before anything is sent.

    A plain RuntimeError is what the SDK raises where Amazon's or Google's libraries find no credentials.
    """
    if access.api_key:
        return (anthropic.AnthropicError,)
    if access.kind in {ProviderKind.BEDROCK, ProviderKind.MANTLE}:
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - only where its credentials are used

        return (anthropic.AnthropicError, BotoCoreError, RuntimeError)
    if access.kind is ProviderKind.VERTEX:
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - only where its credentials are used

        return (anthropic.AnthropicError, GoogleAuthError, RuntimeError)
    return (anthropic.AnthropicError,)


def not_signed_in(error: Exception) -> CallFailed:
    """What it means that signing in failed: refused, or out of reach for the moment. No more than a line of it is told,
    since the rest may quote what was sent.
    """
    kind = FailureKind.NOT_PERMITTED
    if isinstance(error, WorkloadIdentityError):
        if error.status_code is None and isinstance(error.__cause__, httpx2.HTTPError):
            kind = FailureKind.NEVER_SENT
        elif error.status_code is not None and error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            kind = FailureKind.SERVER_ERROR
        elif error.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            kind = FailureKind.RATE_LIMITED
    return CallFailed(kind, f"could not sign in: {str(error).strip().partition(_LINE)[0][:300]}")


def lost(cause: BaseException | None, request_id: str | None) -> CallFailed:
    """What an error of the connection means. The SDK takes one of ours for such a one: there was no identity token."""
    if isinstance(cause, HunkwiseError):
        return not_signed_in(cause)
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
