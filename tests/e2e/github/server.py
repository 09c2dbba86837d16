"""HTTP on loopback: reads requests, hands them on, and writes answers."""

from __future__ import annotations

import json
import socketserver
import sys
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.e2e.github.exchange import Answer, Request
from tests.e2e.github.faults import ConnectionLost

_PREFIXES = ("/api/v3", "/api")
"""Where a GitHub Enterprise Server has its REST and its GraphQL API."""

_LIMITS = {
    "X-RateLimit-Limit": "5000",
    "X-RateLimit-Remaining": "4900",
    "X-RateLimit-Reset": "4102444800",
    "X-RateLimit-Used": "100",
    "X-RateLimit-Resource": "core",
}


class Server(ThreadingHTTPServer):
    """Serves with one function, which raises ConnectionLost where there is to be no answer."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, handle: Callable[[Request], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), type("Connection", (_Connection,), {"handle_request": staticmethod(handle)}))

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.server_port}"

    def server_bind(self) -> None:
        """Bind without asking a name server who this machine is."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client go in silence; any other error is a bug of the stand-in and is printed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    """One connection. Every verb is read and answered alike."""

    handle_request: Callable[[Request], Answer]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Say nothing: the stand-in keeps a log of its own."""

    def _exchange(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            answer = self.handle_request(_request(self.command, self.path, dict(self.headers.items()), raw))
        except ConnectionLost:
            self.close_connection = True
            return
        data = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        if answer.status == 204:
            data = b""
        self.send_response(answer.status)
        for name, value in {**_LIMITS, "Content-Type": answer.media_type, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _exchange  # noqa: N815 - the names that http.server looks for


def _request(verb: str, target: str, headers: Mapping[str, str], raw: bytes) -> Request:
    """A request as the routes know it. A body that is no JSON stands as its bytes, which fit no description."""
    parts = urlsplit(target)
    path = next((parts.path.removeprefix(one) for one in _PREFIXES if parts.path.startswith(f"{one}/")), parts.path)
    try:
        body = json.loads(raw) if raw else None
    except ValueError:
        body = raw
    lowered = {name.lower(): value for name, value in headers.items()}
    return Request(verb, path, dict(parse_qsl(parts.query, keep_blank_values=True)), lowered, body)
