"""The identity token that GitHub gives a job that may ask for one (OpenID Connect)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from bot.errors import BadConfiguration

PERMISSION = "id-token: write"
"""What a job must be granted to ask for a token."""

_SECONDS = 10.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """Where the job's runner gives tokens, and for whom they are meant. `mask` hears each before anybody else."""

    url: str
    request_token: str = field(repr=False)
    audience: str
    mask: Callable[[str], None] = field(repr=False)

    @classmethod
    def of_job(cls, variable: Callable[[str], str], audience: str, mask: Callable[[str], None]) -> JobIdentity:
        """Raises BadConfiguration where the job may not ask for a token."""
        url, token = variable("ACTIONS_ID_TOKEN_REQUEST_URL"), variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
        if not url or not token:
            raise BadConfiguration(
                "Keyless sign-in needs an identity token, and GitHub gives this job none.",
                next_step=f"Add the permission `{PERMISSION}` to the job; workflows of forks do not get it.",
            )
        return cls(url, token, audience, mask)

    def token(self) -> str:
        """A fresh token, good for some minutes. Raises BadConfiguration where GitHub refuses."""
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise BadConfiguration(
                "ACTIONS_ID_TOKEN_REQUEST_URL is no https address.", next_step="Ask the runner's owner."
            )
        separator = "&" if parts.query else "?"
        request = urllib.request.Request(  # noqa: S310  # the scheme was looked at
            f"{self.url}{separator}audience={quote(self.audience, safe='')}",
            headers={"Authorization": f"Bearer {self.request_token}", "Accept": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310  # the scheme was looked at
                token = json.load(response).get("value")
        except (OSError, ValueError, AttributeError) as error:
            told = f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else type(error).__name__
            raise BadConfiguration(
                f"GitHub gave no identity token ({told}).", next_step=f"Look at the job's permission `{PERMISSION}`."
            ) from None
        if not isinstance(token, str) or not token:
            raise BadConfiguration("GitHub's answer held no identity token.", next_step="Run the workflow again.")
        self.mask(token)
        return token
