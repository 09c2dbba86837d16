"""Amazon Bedrock's Messages endpoint (Mantle): the API's own bodies, streams and errors under /anthropic.

Its models are named `anthropic.claude-...`. Of the API's paths it has messages and count_tokens, no batches and no list
of models; like Bedrock it sends no `anthropic-ratelimit-*` headers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.message import Message

from bot.simulator.api_error import not_found
from bot.simulator.platforms import aws
from bot.simulator.platforms.platform import COUNT_TOKENS, MESSAGES, NO_SUCH_PATH, Call, Platform, known, parsed

_BASE = "/anthropic"
_PREFIX = "anthropic."


class Mantle(Platform):
    """AnthropicBedrockMantle's counterpart."""

    name = "mantle"
    takes_access_tokens = False

    def call(self, path: str) -> Call | None:
        """The API's own paths under /anthropic, as far as they are served."""
        if not path.startswith(f"{_BASE}/"):
            return None
        plain = path.removeprefix(_BASE)
        return Call(self, plain if plain in (MESSAGES, COUNT_TOKENS) else NO_SUCH_PATH)

    def credential(self, headers: Message) -> str:
        """An API key or an access key's id."""
        return aws.credential(headers, "bedrock-mantle")

    def body(self, raw: bytes, call: Call) -> bytes:
        """The body with the model's own name."""
        del call
        body = parsed(raw)
        model = body.get("model")
        if isinstance(model, str):
            name = model.removeprefix(_PREFIX) if model.startswith(_PREFIX) else ""
            body["model"] = known(name, not_found(f"model: {model}"))
        return json.dumps(body).encode()

    def asked_as(self, call: Call, model: str) -> str:
        """The name with Bedrock's prefix."""
        del call
        return f"{_PREFIX}{model}"

    def headers(self, plain: Mapping[str, str]) -> dict[str, str]:
        """The API's own, without limits and organisation."""
        return {name: value for name, value in plain.items() if not name.startswith("anthropic-")}
