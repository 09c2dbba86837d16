"""Credentials as AWS takes them: an API key as a bearer token, or a request signed with version 4."""

from __future__ import annotations

import re
from email.message import Message

from bot.simulator.api_error import ApiError
from bot.simulator.platforms.platform import bearer

_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[A-Za-z0-9]+)/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z-]+)/"
    r"aws4_request, ?SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=[0-9a-f]{64}"
)


def credential(headers: Message, service: str) -> str:
    """The API key or, of a signed request, the access key id; empty where a request has neither.

    A signature must be well formed, for `service` and over the host and the date; the secret behind it is nobody's to
    check here. Raises ApiError (401).
    """
    authorization = headers.get("authorization", "")
    if not authorization.startswith("AWS4-HMAC-SHA256"):
        return bearer(headers)
    signed = _SIGNED.fullmatch(authorization)
    if signed is None:
        raise _refused("Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.")
    if signed["service"] != service:
        raise _refused(f"Credential should be scoped to correct service: '{service}'.")
    if not headers.get("x-amz-date", "").startswith(signed["day"]):
        raise _refused("Date in Credential scope does not match YYYYMMDD from X-Amz-Date.")
    if not {"host", "x-amz-date"} <= set(signed["headers"].split(";")):
        raise _refused("'Host' and 'X-Amz-Date' must be signed headers.")
    return signed["key"]


def _refused(message: str) -> ApiError:
    return ApiError(401, "authentication_error", message)
