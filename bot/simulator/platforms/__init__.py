"""Where Claude is served, and how each place speaks: paths, credentials, bodies, streams and errors.

| platform | path | SDK class | `base_url` |
|---|---|---|---|
| anthropic | /v1/... | Anthropic | the stand-in's |
| bedrock | /model/{id}/invoke[-with-response-stream] | AnthropicBedrock | the stand-in's |
| mantle | /anthropic/v1/... | AnthropicBedrockMantle | the stand-in's and /anthropic |
| vertex | [/v1]/projects/{project}/.../models/{id}:rawPredict | AnthropicVertex | the stand-in's, with or without /v1 |

Whatever the platform, a request becomes the API's own request before it is judged, and its answer becomes the
platform's when it is sent. A platform is part of the tenant: neither caches nor limits are shared across platforms.
"""

from __future__ import annotations

from bot.simulator.platforms.bedrock import Bedrock
from bot.simulator.platforms.mantle import Mantle
from bot.simulator.platforms.platform import Call, Platform
from bot.simulator.platforms.vertex import Vertex

__all__ = ["Call", "Platform", "called"]

_PLATFORMS: tuple[Platform, ...] = (Bedrock(), Mantle(), Vertex(), Platform())


def called(path: str) -> Call:
    """Which platform a path, not yet unquoted, belongs to, and what of it is called. No path is refused here."""
    return next(call for platform in _PLATFORMS if (call := platform.call(path)) is not None)
