"""What differs between platforms, in the API's own way; the other platforms override what they do otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from typing import Any

from bot.simulator import events
from bot.simulator.api_error import ApiError, invalid
from bot.simulator.models import MODELS
from bot.simulator.wire import head, json_response

MESSAGES = "/v1/messages"
COUNT_TOKENS = "/v1/messages/count_tokens"
NO_SUCH_PATH = ""
SPEND_LIMITS = ("enforced_spend_limit_reached", "contract_spend_limit_reached")
_GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


@dataclass(frozen=True, slots=True)
class Call:
    """What the path of a request says.

    `path` is the API's own path for it (NO_SUCH_PATH where the platform has none); `model` and `stream` stand here
    where the path names them; `account` is whom the path names as the one who pays.
    """

    platform: Platform
    path: str
    model: str | None = None
    stream: bool | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as the platform sends it: its HTTP status, its name for the error, and the whole response."""

    status: int
    kind: str
    response: bytes


class Platform:
    """The API itself."""

    name = "anthropic"
    stream_type = "text/event-stream; charset=utf-8"
    needs_version_header = True
    takes_access_tokens = True

    def call(self, path: str) -> Call | None:
        """What a path of this platform asks for, None for another's. The API itself takes every path."""
        return Call(self, path)

    def credential(self, headers: Message) -> str:
        """The key a request carries, empty where it carries none. Raises ApiError (401) for a malformed one."""
        return bearer(headers) or headers.get("x-api-key", "").strip()

    def body(self, raw: bytes, call: Call) -> bytes:
        """The body as the API itself would have got it. Raises ApiError (400, 404)."""
        del call
        return raw

    def asked_as(self, call: Call, model: str) -> str:
        """A model's id as this platform's clients write it, which is what its price depends on."""
        return call.model or model

    def headers(self, plain: Mapping[str, str]) -> dict[str, str]:
        """The API's own response headers as this platform sends them."""
        return dict(plain)

    def refusal(self, error: ApiError, plain: Mapping[str, str]) -> Refusal:
        """An error in this platform's words. `plain` are the API's own headers, the request's id among them."""
        headers = self.headers({**plain, **error.headers})
        if error.status == HTTPStatus.BAD_GATEWAY:
            page = {"content-type": "text/html", "content-length": str(len(_GATEWAY_PAGE))}
            return Refusal(error.status, error.kind, head(error.status, page) + _GATEWAY_PAGE)
        response = json_response(error.status, error.body(plain["request-id"]), headers)
        return Refusal(error.status, error.kind, response)

    def frame(self, event: Mapping[str, Any]) -> bytes:
        """One event of a stream as bytes."""
        return events.sse(event)

    def error_in_stream(self, error: ApiError, request_id: str) -> bytes:
        """An error that ends a stream, as bytes."""
        return events.sse({**error.body(request_id), "type": "error"})


def bearer(headers: Message) -> str:
    """The token of an `Authorization: Bearer` header, empty where there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def parsed(raw: bytes) -> dict[str, Any]:
    """A body that must be a JSON object. Raises ApiError (400)."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise invalid("The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise invalid("Input should be an object")
    return body


def take_version(body: dict[str, Any], accepted: tuple[str, ...]) -> None:
    """Take `anthropic_version` out of a body. Raises ApiError (400) where it is missing or not among the accepted."""
    if "anthropic_version" not in body:
        raise invalid("anthropic_version: Field required")
    version = body.pop("anthropic_version")
    if version not in accepted:
        raise invalid(f"anthropic_version: Input should be {' or '.join(map(repr, accepted))}")


def refuse_fields(body: Mapping[str, Any], *names: str) -> None:
    """Raise ApiError (400) where a body has a field that belongs into the path."""
    for name in names:
        if name in body:
            raise invalid(f"{name}: Extra inputs are not permitted")


def known(name: str, otherwise: ApiError) -> str:
    """A model's own name, if it is one of those the stand-in knows. Raises `otherwise`."""
    if name not in MODELS:
        raise otherwise
    return name
