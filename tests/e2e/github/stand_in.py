"""The stand-in itself: its state, its log, and what people do on GitHub between two runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.e2e.github import artifacts, graph, issues, openapi, reading, reporting, routes, talking, views
from tests.e2e.github.exchange import Answer, Exchange, Refused, Request
from tests.e2e.github.faults import Faults
from tests.e2e.github.repository import GitRepository
from tests.e2e.github.server import Server
from tests.e2e.github.state import Artifact, Comment, Pull, State, Token

ANSWERING = (reading, talking, issues, reporting, artifacts, graph)
"""Imported for the routes they register."""


class StandIn:
    """GitHub with one repository, from `with` to its end. `log` is every request, `violations` what broke the rules."""

    def __init__(self, folder: Path, repo: str = "octo/shop") -> None:
        self.state = State(GitRepository(folder), repo)
        self.faults = Faults()
        self.log: list[Exchange] = []
        self._lock = threading.RLock()
        self._server = Server(self.handle)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.storage = artifacts.Storage(self.state)
        self.state.storage = self.storage.url

    def __enter__(self) -> Self:
        self._thread.start()
        self.storage.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.storage.stop()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Its address, as GITHUB_API_URL wants it."""
        return self._server.url

    @property
    def git(self) -> GitRepository:
        """The repository behind it."""
        return self.state.git

    @property
    def violations(self) -> list[str]:
        """How requests broke GitHub's own description."""
        return [one.violation for one in self.log if one.violation]

    def open(self, branch: str, files: Mapping[str, bytes | None], **facts: Any) -> Pull:
        """Commit files on a branch and open a pull request with it; `facts` are fields of Pull."""
        self.git.commit(branch, files)
        number = self.state.next_number()
        pull = Pull(
            **{
                "number": number,
                "title": f"Change {number}",
                "body": None,
                "author": "alice",
                "base": "main",
                "branch": branch,
                "head_ref": branch,
                "head_repo": self.state.repo,
                **facts,
            }
        )
        self.state.pulls[number] = pull
        return pull

    def say(self, pull: Pull, author: str, body: str) -> Comment:
        """Comment on the conversation as anybody."""
        comment = Comment(next(self.state.ids), pull.number, author, body, self.state.now())
        self.state.comments.append(comment)
        return comment

    def keep(self, name: str, archive: bytes, **facts: Any) -> Artifact:
        """Leave an artifact behind, as a workflow's run does; `facts` are fields of Artifact."""
        kept = Artifact(next(self.state.ids), name, archive, facts.pop("created", self.state.now()), **facts)
        self.state.artifacts.append(kept)
        return kept

    def view(self, pull: Pull) -> dict[str, Any]:
        """A pull request in GitHub's JSON, as an event's payload carries it."""
        return views.pull(self.state, self.url, pull)

    def asked(self, verb: str, ending: str) -> list[Request]:
        """The requests of a verb whose address ends so."""
        return [one.request for one in self.log if one.request.verb == verb and one.request.path.endswith(ending)]

    def handle(self, request: Request) -> Answer:
        """Judge and answer one request; raises ConnectionLost where it is to get no answer."""
        with self._lock:
            wrong = _violation(request)
            exchange = Exchange(request, None, wrong)
            self.log.append(exchange)
            if wrong:
                answer = Refused(422, f"Invalid request. {wrong}").answer()
            else:
                answer = self.faults.around(request, lambda: self._answer(request))
            exchange.status = answer.status
            return answer

    def _answer(self, request: Request) -> Answer:
        try:
            token = self._token(request.headers.get("authorization", ""))
            request.login = token.login
            return routes.respond(self.state, self.url, token, request)
        except Refused as refused:
            return refused.answer()

    def _token(self, authorization: str) -> Token:
        kind, _, value = authorization.partition(" ")
        if kind.lower() not in {"bearer", "token"} or value not in self.state.tokens:
            raise Refused(401, "Bad credentials")
        return self.state.tokens[value]


def _violation(request: Request) -> str | None:
    if request.path == "/graphql":
        return None
    return openapi.violation(request.verb, request.path, request.query, request.body)
