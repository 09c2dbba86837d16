"""Keyless sign-in: a workload's identity token is exchanged for an access token that is valid for a while (RFC 7523).

The signature of an identity token is nobody's to check here: what is checked is its shape and whether it has expired.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from bot.simulator.api_error import ApiError

TOKEN_PATH = "/v1/oauth/token"  # noqa: S105 - a path
ACCESS_TOKEN_PREFIX = "sk-ant-oat01-"  # noqa: S105 - what every access token begins with
OAUTH_BETA = "oauth-2025-04-20"
FEDERATION_BETA = "oidc-federation-2026-04-01"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
MAX_ASSERTION_BYTES = 16 * 1024
_REQUIRED = ("assertion", "federation_rule_id", "organization_id")
_OPTIONAL = ("service_account_id", "workspace_id")
_JWT_PARTS = 3


class GrantRefused(ApiError):
    """A refused exchange, in the shape OAuth gives it: `error` and `error_description`."""

    def body(self, request_id: str) -> dict[str, Any]:
        """The JSON body of the answer."""
        del request_id
        return {"error": self.kind, "error_description": self.message}


@dataclass(frozen=True, slots=True)
class _Grant:
    """For whom an access token stands, and until when on the stand-in's clock."""

    owner: str
    expires: float


class AccessTokens:
    """All access tokens given out; safe to use from many threads. `lifetime_s` is in whole seconds."""

    def __init__(self, lifetime_s: int, now: Callable[[], float]) -> None:
        self._lifetime_s = lifetime_s
        self._now = now
        self._lock = threading.Lock()
        self._grants: dict[str, _Grant] = {}

    def exchange(self, headers: Message, raw: bytes) -> dict[str, Any]:
        """The answer to an exchange. Raises GrantRefused: 400 for a request that is wrong, 401 for an expired token."""
        for beta in (OAUTH_BETA, FEDERATION_BETA):
            if beta not in _betas(headers):
                raise _refused("invalid_request", f"anthropic-beta: `{beta}` is required for this grant type")
        body = _fields(raw)
        _check_claims(_claims(body["assertion"]))
        token = f"{ACCESS_TOKEN_PREFIX}{secrets.token_urlsafe(32)}"
        owner = f"{body['organization_id']} {body.get('workspace_id', '')}"
        with self._lock:
            self._grants[token] = _Grant(owner, self._now() + self._lifetime_s)
        return {"access_token": token, "token_type": "Bearer", "expires_in": self._lifetime_s}

    def owner(self, token: str, headers: Message) -> str:
        """The organisation and workspace an access token stands for. Raises ApiError (401) where it is no good."""
        if OAUTH_BETA not in _betas(headers):
            raise _unauthorized("OAuth authentication is currently not supported.")
        with self._lock:
            grant = self._grants.get(token)
        if grant is None:
            raise _unauthorized("Invalid bearer token")
        if grant.expires <= self._now():
            raise _unauthorized("OAuth token has expired. Please obtain a new token or refresh your existing token.")
        return grant.owner


def _betas(headers: Message) -> set[str]:
    return {beta.strip() for beta in headers.get("anthropic-beta", "").split(",")}


def _fields(raw: bytes) -> dict[str, str]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise _refused("invalid_request", "The request body is not valid JSON") from None
    if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
        raise _refused("invalid_request", "The request body should be an object of strings")
    if body.get("grant_type") != GRANT_TYPE:
        raise _refused("unsupported_grant_type", f"grant_type: Input should be '{GRANT_TYPE}'")
    for name in _REQUIRED:
        if not body.get(name):
            raise _refused("invalid_request", f"{name}: Field required")
    for name in body:
        if name not in ("grant_type", *_REQUIRED, *_OPTIONAL):
            raise _refused("invalid_request", f"{name}: Extra inputs are not permitted")
    try:
        uuid.UUID(body["organization_id"])
    except ValueError:
        raise _refused("invalid_request", "organization_id: Input should be a valid UUID") from None
    return body


def _claims(assertion: str) -> Mapping[str, Any]:
    if len(assertion.encode("utf-8", "surrogatepass")) > MAX_ASSERTION_BYTES:
        raise _refused("invalid_grant", f"assertion: longer than {MAX_ASSERTION_BYTES} bytes")
    parts = assertion.split(".")
    if len(parts) != _JWT_PARTS or not parts[2]:
        raise _refused("invalid_grant", "assertion: not a signed JSON Web Token")
    header, claims = _decoded(parts[0]), _decoded(parts[1])
    if header.get("alg", "none") == "none":
        raise _refused("invalid_grant", "assertion: the token is not signed")
    return claims


def _decoded(part: str) -> Mapping[str, Any]:
    try:
        found = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars="-_", validate=True))
    except (ValueError, RecursionError):
        raise _refused("invalid_grant", "assertion: not a signed JSON Web Token") from None
    if not isinstance(found, dict):
        raise _refused("invalid_grant", "assertion: not a signed JSON Web Token")
    return found


def _check_claims(claims: Mapping[str, Any]) -> None:
    for name in ("iss", "sub", "aud", "exp"):
        if name not in claims:
            raise _refused("invalid_grant", f"assertion: the token has no `{name}` claim")
    if not isinstance(claims["exp"], int | float):
        raise _refused("invalid_grant", "assertion: `exp` should be a number")
    if not claims["exp"] > time.time():
        raise GrantRefused(401, "invalid_grant", "assertion: the token has expired")


def _refused(kind: str, message: str) -> GrantRefused:
    return GrantRefused(400, kind, message)


def _unauthorized(message: str) -> ApiError:
    return ApiError(401, "authentication_error", message)
