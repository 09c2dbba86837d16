"""Workflow artifacts: listed by the API, and downloaded from a storage that is another host and knows no token."""

from __future__ import annotations

import threading
from typing import Any

from tests.e2e.github import views
from tests.e2e.github.exchange import Answer, Refused, Request, not_found
from tests.e2e.github.routes import Desk, route
from tests.e2e.github.server import Server
from tests.e2e.github.state import Artifact, State

SIGNATURE = "sig=0123456789abcdef"
"""What lets anybody who has the address read from the storage for a minute."""


@route("GET", "/repos/{repo}/actions/artifacts", "actions")
def listing(desk: Desk) -> Answer:
    """All artifacts, newest first, or those of a name."""
    name = desk.request.query.get("name")
    found = [one for one in desk.state.artifacts if name in {None, one.name}]
    newest_first = sorted(found, key=lambda one: (one.created, one.id), reverse=True)
    page = desk.page(newest_first, lambda one: _artifact(desk, one))
    return Answer(page.status, {"total_count": len(found), "artifacts": page.body}, page.headers)


@route("GET", "/repos/{repo}/actions/artifacts/{artifact}/{form}", "actions")
def download(desk: Desk, artifact: str, form: str) -> Answer:
    """Where the archive lies; one that has expired is gone."""
    found = next((one for one in desk.state.artifacts if str(one.id) == artifact), None)
    if found is None or form != "zip":
        raise not_found()
    if found.expired:
        raise Refused(410, "Artifact has expired")
    return Answer(302, b"", {"Location": f"{desk.state.storage}/{found.id}.zip?{SIGNATURE}"})


def _artifact(desk: Desk, one: Artifact) -> dict[str, Any]:
    here = f"{desk.base}/repos/{desk.state.repo}/actions/artifacts/{one.id}"
    return {
        "id": one.id,
        "node_id": f"MDg6QXJ0aWZhY3Q{one.id}",
        "name": one.name,
        "size_in_bytes": len(one.archive),
        "url": here,
        "archive_download_url": f"{here}/zip",
        "expired": one.expired,
        "created_at": views.when(one.created),
        "updated_at": views.when(one.created),
        "expires_at": views.when(one.created),
        "workflow_run": {
            "id": one.id + 1,
            "repository_id": 1,
            "head_repository_id": one.head_repository,
            "head_branch": "main",
            "head_sha": "a" * 40,
        },
    }


class Storage:
    """Another host than GitHub's. It refuses whoever brings a token, since none is for it; `asked` is its log."""

    def __init__(self, state: State) -> None:
        self.asked: list[Request] = []
        self._state = state
        self._server = Server(self._answer)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return self._server.url

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no longer."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, request: Request) -> Answer:
        self.asked.append(request)
        name, value = SIGNATURE.split("=")
        if "authorization" in request.headers or request.query.get(name) != value:
            return Answer(403, b"<Error>AuthenticationFailed</Error>", media_type="application/xml")
        found = [one for one in self._state.artifacts if request.path == f"/{one.id}.zip"]
        return Answer(200, found[0].archive, media_type="application/zip") if found else Answer(404, b"")
