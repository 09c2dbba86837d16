"""A server on loopback that gives the answers it was told to give, in order, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

HANG_UP = 0
"""The status of an answer that never comes: the connection is closed instead."""


@dataclass(frozen=True)
class Asked:
    """One request: its target as sent, its headers, its JSON."""

    verb: str
    target: str
    headers: Message
    body: Any

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"


@dataclass(frozen=True)
class Reply:
    """One answer; bytes go as they are, everything else as JSON."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class ScriptedGitHub:
    """Serves while its block runs. A request past the script is answered with 599, which no test expects."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = deque(replies)
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _connection(self))
        self._loop = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The address of the REST API."""
        return f"http://127.0.0.1:{self._server.server_port}/api/v3"

    @property
    def targets(self) -> list[str]:
        """What was asked, as 'GET /path?query' below the API's address."""
        return [str(asked).replace("/api/v3", "") for asked in self.asked]

    def __enter__(self) -> Self:
        self._loop.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._loop.join()
        self._server.server_close()


def _connection(script: ScriptedGitHub) -> type[BaseHTTPRequestHandler]:
    class Connection(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body leave together

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.asked.append(Asked(self.command, self.path, self.headers, json.loads(body) if body else None))
            reply = script.replies.popleft() if script.replies else Reply(status=599)
            if reply.status == HANG_UP:
                self.close_connection = True
                return
            content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in ({"Content-Type": "application/json"} | reply.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815  # the names that http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the base class
            """Nothing: pytest shows what a test asserts."""

    return Connection
