"""Keyless sign-in through the SDK's own exchange, with every token announced before it is used."""

from __future__ import annotations

from collections.abc import Callable

from anthropic.lib.credentials import AccessToken, WorkloadIdentityCredentials


class SignedIn:
    """What the SDK asks for an access token: at first, and again before one expires."""

    def __init__(self, exchange: WorkloadIdentityCredentials, on_secret: Callable[[str], None]) -> None:
        self._exchange = exchange
        self._on_secret = on_secret

    def __call__(self, *, force_refresh: bool = False) -> AccessToken:
        """A fresh access token. Raises WorkloadIdentityError where the exchange is refused."""
        token = self._exchange(force_refresh=force_refresh)
        self._on_secret(token.token)
        return token

    def close(self) -> None:
        """Drop the connection to the token endpoint."""
        self._exchange.close()
