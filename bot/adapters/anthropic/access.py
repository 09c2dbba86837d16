"""How a provider is reached: an address, and one way to sign in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.core.chain import ProviderKind


@dataclass(frozen=True, slots=True)
class Federation:
    """Keyless sign-in: an identity token, fetched anew each time it is wanted, is exchanged for a short-lived one.

    `identity_token` raises HunkwiseError where there is none; `on_secret` hears every token before it is used, so that
    it can be masked.
    """

    rule_id: str
    organization_id: str
    identity_token: Callable[[], str] = field(repr=False)
    service_account_id: str = ""
    workspace_id: str = ""
    on_secret: Callable[[str], None] = field(default=lambda _: None, repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """How one provider is reached; the key never appears in a repr.

    An empty key means the platform's own way to sign in, or `federation`. `silence_timeout` ends an attempt whose
    stream says nothing for so many seconds (the API pings while it thinks).
    """

    api_key: str = field(repr=False)
    base_url: str | None = None
    silence_timeout: float = 60.0
    kind: ProviderKind = ProviderKind.ANTHROPIC
    region: str = ""
    project: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    federation: Federation | None = None
