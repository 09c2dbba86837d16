"""Google's Vertex AI: project, region and model in the path, the API's own streams, and errors of two kinds.

What the model says about a request (400, 413, 529) comes in the API's words. What Google says comes in Google's: no
quota left, no access, no such model, out of order. There are no batches this way and no `anthropic-ratelimit-*`
headers. Caches and quotas belong to the project.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import unquote

from bot.simulator.api_error import ApiError, not_found
from bot.simulator.platforms.platform import (
    COUNT_TOKENS,
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

# The SDK sends the API's own version; Google's documentation names the other.
VERSIONS = ("vertex-2023-10-16", "2026-10-21")
_PUBLISHER = re.compile(
    r"(?:/v1)?/projects/(?P<project>[^/]+)/locations/(?P<region>[^/]+)/publishers/anthropic/models/(?P<model>[^/]+)"
    r":(?P<verb>rawPredict|streamRawPredict)"
)
_OURS = re.compile(r"(?:/v1)?/projects/.*")
_COUNTING = "count-tokens"
_NAME = re.compile(r"(?P<name>claude-[a-z0-9-]+)(?:@\w+)?")
_IN_THE_APIS_WORDS = (400, 413, 529)
_OUT_OF_MONEY = "This API method requires billing to be enabled. Please enable billing on the project."
_QUOTA = (
    "Quota exceeded for aiplatform.googleapis.com/online_prediction_input_tokens_per_minute_per_base_model. "
    "Please submit a quota increase request."
)

# The API's status: Google's status, its name for it, and its words where the API's would be odd.
_STATUSES: dict[int, tuple[int, str, str | None]] = {
    401: (401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
    402: (403, "PERMISSION_DENIED", _OUT_OF_MONEY),
    403: (403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied on resource."),
    404: (404, "NOT_FOUND", None),
    429: (429, "RESOURCE_EXHAUSTED", _QUOTA),
    500: (500, "INTERNAL", "Internal error encountered."),
    502: (502, "UNAVAILABLE", "Bad gateway."),
    503: (503, "UNAVAILABLE", "The service is currently unavailable."),
    504: (504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}


class Vertex(Platform):
    """AnthropicVertex's counterpart."""

    name = "vertex"
    needs_version_header = False
    takes_access_tokens = False

    def call(self, path: str) -> Call | None:
        """A model's prediction or a count; every other path under /projects is Google's own and not served."""
        if _OURS.fullmatch(path) is None:
            return None
        asked = _PUBLISHER.fullmatch(unquote(path))
        if asked is None:
            return Call(self, NO_SUCH_PATH)
        if asked["model"] == _COUNTING:
            return Call(self, COUNT_TOKENS, account=asked["project"])
        return Call(self, MESSAGES, model=asked["model"], account=asked["project"])

    def body(self, raw: bytes, call: Call) -> bytes:
        """The body with the model that the path names (a count names it itself), without the version."""
        body = parsed(raw)
        take_version(body, VERSIONS)
        if call.model is not None:
            refuse_fields(body, "model")
            body["model"] = _model_name(call.model)
        elif isinstance(body.get("model"), str):
            body["model"] = _model_name(body["model"])
        body.pop("anthropic_beta", None)
        return json.dumps(body).encode()

    def headers(self, plain: Mapping[str, str]) -> dict[str, str]:
        """The request's id, and nothing else."""
        return {"request-id": plain["request-id"]}

    def refusal(self, error: ApiError, plain: Mapping[str, str]) -> Refusal:
        """Google's words, or the API's where the model speaks."""
        if error.code in SPEND_LIMITS:
            error = ApiError(402, error.kind, error.message)
        if error.status in _IN_THE_APIS_WORDS:
            return super().refusal(error, plain)
        status, name, words = _STATUSES[error.status]
        body = {"error": {"code": status, "message": words or error.message, "status": name}}
        return Refusal(status, name, json_response(status, body, self.headers(plain)))


def _model_name(model: str) -> str:
    found = _NAME.fullmatch(model)
    unknown = f"Publisher Model `{model}` was not found or your project does not have access to it."
    return known(found["name"] if found else "", not_found(unknown))
