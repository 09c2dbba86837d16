"""Amazon Bedrock (InvokeModel): the model in the path, events in AWS's framing, errors with AWS's names.

Bedrock serves neither batches nor count_tokens this way, and sends no `anthropic-ratelimit-*` headers and no
`retry-after`: a client learns of a limit by its ThrottlingException alone. Caches are kept per account.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from email.message import Message
from typing import Any
from urllib.parse import unquote

from bot.simulator.api_error import ApiError, not_found
from bot.simulator.platforms import aws, eventstream
from bot.simulator.platforms.platform import (
    MESSAGES,
    NO_SUCH_PATH,
    SPEND_LIMITS,
    Call,
    Platform,
    Refusal,
    known,
    parsed,
    refuse_fields,
    take_version,
)
from bot.simulator.wire import json_response

# The SDK sends the API's own version; Bedrock's documentation names the other.
VERSIONS = ("bedrock-2023-05-31", "2026-10-21")
_MODEL = re.compile(r"/model/(?P<model>[^/]+)/invoke(?P<stream>-with-response-stream)?")
_NAME = re.compile(r"(?:.*/)?(?:[a-z-]+\.)?anthropic\.(?P<name>claude-[a-z0-9-]+?)(?:-\d{8})?(?:-v\d+(?::\d+)?)?")

# The API's status: Bedrock's status, its name for the error, and its words where the API's would be odd.
_EXCEPTIONS: dict[int, tuple[int, str, str | None]] = {
    400: (400, "ValidationException", None),
    401: (403, "AccessDeniedException", None),
    402: (
        403,
        "AccessDeniedException",
        "Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.",
    ),
    403: (403, "AccessDeniedException", "You don't have access to the model with the specified model ID."),
    404: (404, "ResourceNotFoundException", None),
    413: (400, "ValidationException", "Input is too long for requested model."),
    429: (429, "ThrottlingException", "Too many requests, please wait before trying again."),
    500: (500, "InternalServerException", "The system encountered an unexpected error during processing."),
    502: (424, "ModelErrorException", "The request failed due to an error while processing the model."),
    503: (503, "ServiceUnavailableException", "The service is temporarily unable to handle the request."),
    504: (408, "ModelTimeoutException", "The request took too long to process."),
    529: (503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
}
_QUOTA_EXCEEDED = (400, "ServiceQuotaExceededException", "Your request exceeds the service quota for your account.")

# The API's error within a stream: Bedrock's exception.
_IN_STREAM = {"rate_limit_error": "throttlingException", "api_error": "internalServerException"}


class Bedrock(Platform):
    """AnthropicBedrock's counterpart."""

    name = "bedrock"
    stream_type = "application/vnd.amazon.eventstream"
    needs_version_header = False
    takes_access_tokens = False

    def call(self, path: str) -> Call | None:
        """A model's invocation; every other path under /model is Bedrock's own and not served."""
        if not path.startswith("/model/"):
            return None
        invoked = _MODEL.fullmatch(path)
        if invoked is None:
            return Call(self, NO_SUCH_PATH)
        return Call(self, MESSAGES, model=unquote(invoked["model"]), stream=invoked["stream"] is not None)

    def credential(self, headers: Message) -> str:
        """An API key or an access key's id."""
        return aws.credential(headers, "bedrock")

    def body(self, raw: bytes, call: Call) -> bytes:
        """The body with the model and the streaming that the path names, without the version and the betas."""
        body = parsed(raw)
        refuse_fields(body, "model", "stream")
        take_version(body, VERSIONS)
        body.pop("anthropic_beta", None)
        return json.dumps({**body, "model": model_name(call.model or ""), "stream": call.stream}).encode()

    def headers(self, plain: Mapping[str, str]) -> dict[str, str]:
        """The request's id under AWS's name, and nothing else."""
        return {"x-amzn-requestid": plain["request-id"]}

    def refusal(self, error: ApiError, plain: Mapping[str, str]) -> Refusal:
        """An exception by its name in a header, its message in the body."""
        status, kind, words = _QUOTA_EXCEEDED if error.code in SPEND_LIMITS else _EXCEPTIONS[error.status]
        headers = {
            **self.headers(plain),
            "x-amzn-errortype": f"{kind}:http://internal.amazon.com/coral/com.amazon.bedrock/",
        }
        return Refusal(status, kind, json_response(status, {"message": words or error.message}, headers))

    def frame(self, event: Mapping[str, Any]) -> bytes:
        """An event within a `chunk`, in base64."""
        data = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        return eventstream.event("chunk", json.dumps({"bytes": base64.b64encode(data).decode()}).encode())

    def error_in_stream(self, error: ApiError, request_id: str) -> bytes:
        """A modelled exception, which has no request id."""
        del request_id
        kind = _IN_STREAM.get(error.kind, "modelStreamErrorException")
        return eventstream.exception(kind, json.dumps({"message": error.message}).encode())


def model_name(model: str) -> str:
    """The model's own name within an id, an id with a region's prefix, or an ARN that ends in one.

    Raises ApiError (404) for any other.
    """
    found = _NAME.fullmatch(model)
    unknown = not_found("Could not resolve the foundation model from the provided model identifier.")
    return known(found["name"] if found else "", unknown)
