"""A repository's workflow artifacts on GitHub, as an ArtifactStore."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from bot.adapters.github.api import Api, Pace, no_netrc, read_as
from bot.adapters.github.failures import FAILURES, Doing, translated
from bot.adapters.github.host import check_access
from bot.core.ledger.artifacts import Artifact
from bot.errors import CodeHostError, HostUnavailable

MOST_BYTES = 64 << 20
"""Bytes of an archive that are downloaded at most."""

_PERMISSION = "actions: read"
_TIMEOUT = 30
_CHUNK = 1 << 16
_TRIES = 3


class GitHubArtifacts:
    """ArtifactStore over GitHub's API. The token goes to the API's own address, and to no other. For one thread."""

    def __init__(
        self, token: str, repo: str, api_url: str = "https://api.github.com", pace: Pace | None = None
    ) -> None:
        """Raises BadConfiguration where token, repository or address cannot be what they are given for."""
        token = token.strip()
        check_access(token, repo, api_url)
        self._api = Api(token, api_url.rstrip("/"), pace or Pace())
        self._token = token
        self._repo = repo
        self._is_private = urlsplit(api_url).scheme == "https"
        # Storage answers on other hosts and knows no token: a session of its own has none to give away.
        self._storage = requests.Session()
        self._storage.auth = no_netrc
        for scheme in ("https://", "http://"):
            self._storage.mount(scheme, HTTPAdapter(max_retries=_TRIES))

    def artifacts(self, name: str = "") -> Iterator[Artifact]:
        """Every artifact of the repository, newest first; only those of exactly this name where one is given."""
        doing = Doing("list the workflow artifacts", _PERMISSION)
        parameters = {"name": name} if name else {}
        # A repository that was renamed answers by a redirect, which a download would take for the storage's.
        self._repo = read_as(lambda one: str(one["full_name"]), self._api.get(f"/repos/{self._repo}", doing), doing)
        path = f"/repos/{self._repo}/actions/artifacts"
        for one in self._api.pages(path, doing, parameters, within="artifacts"):
            yield read_as(_artifact, one, doing)

    def archive(self, artifact: Artifact) -> bytes | None:
        """The archive's bytes; None where it is larger than MOST_BYTES, whatever GitHub said of its size."""
        doing = Doing(f"download the artifact '{artifact.name}'", _PERMISSION)
        address = self._api.moved(f"/repos/{self._repo}/actions/artifacts/{artifact.id}/zip", doing)
        if self._is_private and urlsplit(address).scheme != "https":
            raise CodeHostError(
                f"GitHub sends Hunkwise to an address without encryption: it did not {doing.what}.",
                next_step="Check that GITHUB_API_URL is the API's own address.",
            )
        try:
            return self._download(address, doing)
        except FAILURES as error:
            raise translated(error, doing, self._token) from error

    def close(self) -> None:
        """Drop the connections."""
        self._api.close()
        self._storage.close()

    def _download(self, address: str, doing: Doing) -> bytes | None:
        with self._storage.get(address, timeout=_TIMEOUT, stream=True, allow_redirects=False) as answer:
            if answer.status_code != HTTPStatus.OK:
                raise HostUnavailable(
                    f"The storage that GitHub names answered {answer.status_code}: Hunkwise could not {doing.what}.",
                    next_step="Run again in a few minutes.",
                )
            body = io.BytesIO()
            for chunk in answer.iter_content(_CHUNK):
                body.write(chunk)
                if body.tell() > MOST_BYTES:
                    return None
            return body.getvalue()


def _artifact(one: dict[str, Any]) -> Artifact:
    created = datetime.fromisoformat(one["created_at"]).astimezone(UTC)
    run = one.get("workflow_run") or {}
    from_fork = run.get("head_repository_id") != run.get("repository_id")
    return Artifact(
        int(one["id"]), str(one["name"]), int(one["size_in_bytes"]), bool(one["expired"]), created, from_fork
    )
