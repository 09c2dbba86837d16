"""Who is let in, and whose request it then is.

Each key is an organisation of its own unless `organizations` says otherwise. Where the path names an account or a
project, that is the organisation. A workspace is what the request names, or what its access token was made for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from email.message import Message

from bot.simulator.api_error import ApiError, invalid
from bot.simulator.oauth import ACCESS_TOKEN_PREFIX, AccessTokens
from bot.simulator.options import SimulatorOptions
from bot.simulator.platforms import Call
from bot.simulator.tenant import Tenant, key_id_of

API_VERSIONS = ("2026-10-21", "2023-06-01")


class Door:
    """Lets requests in by their credentials. Raises ValueError for organisations that are not written like key=name."""

    def __init__(self, options: SimulatorOptions, now: Callable[[], float]) -> None:
        self._api_key = options.api_key
        self._organizations = organizations(options.organizations)
        self.access_tokens = AccessTokens(options.access_token_lifetime_s, now)

    def tenant(self, call: Call, headers: Message) -> Tenant:
        """Who asks. Raises ApiError (401, 400)."""
        platform = call.platform
        key = platform.credential(headers)
        workspace = headers.get("anthropic-workspace-id", "")
        key_id: str | None = key_id_of(key)
        if not key:
            raise ApiError(401, "authentication_error", "authorization: header is required")
        if platform.takes_access_tokens and key.startswith(ACCESS_TOKEN_PREFIX):
            key, _, own_workspace = self.access_tokens.owner(key, headers).partition(" ")
            workspace = workspace or own_workspace
            key_id = None
        elif self._api_key and key != self._api_key:
            raise ApiError(401, "authentication_error", "invalid API key")
        if platform.needs_version_header:
            _check_version(headers.get("anthropic-version"))
        return Tenant(f"{platform.name} {call.account or self._organizations.get(key, key)}", workspace, key_id)

    def key(self, call: Call, headers: Message) -> str:
        """The key of a request that no model answers. Raises ApiError (401, 400)."""
        key = call.platform.credential(headers)
        if not key:
            raise ApiError(401, "authentication_error", "x-api-key header is required")
        _check_version(headers.get("anthropic-version"))
        return key

    def organization_of(self, call: Call, key: str) -> str | None:
        """The id of the organisation that a key was given, None where it was given none."""
        name = self._organizations.get(key)
        return None if name is None else Tenant(f"{call.platform.name} {name}").organization_id


def organizations(words: Iterable[str]) -> Mapping[str, str]:
    """The organisation of each key, from words like key=name. Raises ValueError."""
    found: dict[str, str] = {}
    for word in (part.strip() for item in words for part in item.split(",") if part.strip()):
        key, _, name = word.partition("=")
        if not key or not name:
            raise ValueError(f"the organisation of a key is written like key=name, not {word!r}")
        found[key] = name
    return found


def _check_version(version: str | None) -> None:
    if version is None:
        raise invalid("anthropic-version: header is required")
    if version not in API_VERSIONS:
        raise invalid(f'anthropic-version: "{version}" is not a valid version')
