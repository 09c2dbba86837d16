"""GitHub's issuer of identity tokens, as a runner reaches it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

REQUEST_TOKEN = "the-runners-own-request-token-0123456789"  # noqa: S105  # nobody's


class Issuer:
    """Gives `token` to who shows the runner's request token, for the audience that is asked for; `status` refuses."""

    def __init__(self, token: str, status: int = 200) -> None:
        self.audiences: list[str] = []
        issuer = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                good = self.headers["Authorization"] == f"Bearer {REQUEST_TOKEN}"
                issuer.audiences += parse_qs(urlsplit(self.path).query).get("audience", [])
                self.send_response(status if good else 401)
                self.end_headers()
                self.wfile.write(json.dumps({"value": token}).encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)

    @property
    def variables(self) -> dict[str, str]:
        """What the runner sets in a job that may ask."""
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{self._server.server_port}/token?api-version=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
        }

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
