"""The SDK's client for each kind of provider, its own retries off: bot/app/retry.py owns them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import anthropic
import httpx2
from anthropic.lib.credentials import WorkloadIdentityCredentials

from bot.adapters.anthropic.access import Access, Federation
from bot.adapters.anthropic.federation import SignedIn
from bot.core.chain import DEFAULT_REGIONS, ProviderKind
from bot.errors import BadConfiguration

Client = anthropic.Anthropic | anthropic.AnthropicBedrock | anthropic.AnthropicBedrockMantle | anthropic.AnthropicVertex

CONNECT_SECONDS = 10.0
API_URL = "https://api.anthropic.com"


def client_for(access: Access) -> Client:
    """The client. Raises BadConfiguration where a library, a region or a project is missing; sends nothing yet."""
    return _CLIENTS[access.kind](access, httpx2.Timeout(access.silence_timeout, connect=CONNECT_SECONDS))


def _claude(access: Access, timeout: httpx2.Timeout) -> Client:
    base_url = access.base_url or API_URL
    if access.federation is not None:
        return anthropic.Anthropic(
            credentials=SignedIn(_exchange(access.federation, base_url), access.federation.on_secret),
            base_url=base_url,
            max_retries=0,
            timeout=timeout,
            default_headers=dict(access.headers),
        )
    # The SDK sends the key as a bearer token; gateways that know the API from before look for the other header.
    return anthropic.Anthropic(
        api_key=access.api_key,
        base_url=base_url,
        max_retries=0,
        timeout=timeout,
        default_headers={"x-api-key": access.api_key, **access.headers},
    )


def _exchange(federation: Federation, base_url: str) -> WorkloadIdentityCredentials:
    """What exchanges identity tokens; the exchange is bound to the address that is asked afterwards."""
    credentials = WorkloadIdentityCredentials(
        identity_token_provider=federation.identity_token,
        federation_rule_id=federation.rule_id,
        organization_id=federation.organization_id,
        service_account_id=federation.service_account_id or None,
        workspace_id=federation.workspace_id or None,
    )
    credentials.bind_base_url(base_url)
    return credentials


def _bedrock(access: Access, timeout: httpx2.Timeout) -> Client:
    _need("botocore", "bedrock", access)
    return anthropic.AnthropicBedrock(
        api_key=access.api_key or None,
        aws_region=_region(access),
        base_url=access.base_url or f"https://bedrock-runtime.{access.region}.amazonaws.com",
        max_retries=0,
        timeout=timeout,
        default_headers=dict(access.headers),
    )


def _mantle(access: Access, timeout: httpx2.Timeout) -> Client:
    if not access.api_key:
        _need("boto3", "bedrock", access)
    return anthropic.AnthropicBedrockMantle(
        api_key=access.api_key or None,
        aws_region=_region(access),
        base_url=access.base_url or f"https://bedrock-mantle.{access.region}.api.aws/anthropic",
        max_retries=0,
        timeout=timeout,
        default_headers=dict(access.headers),
    )


def _vertex(access: Access, timeout: httpx2.Timeout) -> Client:
    if not access.api_key:
        _need("google.auth", "vertex", access)
    if not access.project:
        raise BadConfiguration("A provider of the kind vertex has no project.", next_step="Give it `project:`.")
    return anthropic.AnthropicVertex(
        access_token=access.api_key or None,
        region=access.region or DEFAULT_REGIONS[ProviderKind.VERTEX],
        project_id=access.project,
        base_url=access.base_url or _vertex_url(access.region),
        max_retries=0,
        timeout=timeout,
        default_headers=dict(access.headers),
    )


def _vertex_url(region: str) -> str:
    """Google's address for a region, as its documentation gives it."""
    if region in {"", "global"}:
        return "https://aiplatform.googleapis.com/v1"
    if region in {"us", "eu"}:
        return f"https://aiplatform.{region}.rep.googleapis.com/v1"
    return f"https://{region}-aiplatform.googleapis.com/v1"


def _region(access: Access) -> str:
    if not access.region:
        raise BadConfiguration(f"A provider of the kind {access.kind} has no region.", next_step="Give it `region:`.")
    return access.region


def _need(module: str, extra: str, access: Access) -> None:
    try:
        found = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        found = False
    if not found:
        raise BadConfiguration(
            f"A provider of the kind {access.kind} needs libraries that are not installed.",
            next_step=f"Run: pip install 'hunkwise[{extra}]'. docs/providers.md says what does without.",
        )


_CLIENTS: dict[ProviderKind, Callable[[Access, httpx2.Timeout], Client]] = {
    ProviderKind.ANTHROPIC: _claude,
    ProviderKind.GATEWAY: _claude,
    ProviderKind.BEDROCK: _bedrock,
    ProviderKind.MANTLE: _mantle,
    ProviderKind.VERTEX: _vertex,
}
