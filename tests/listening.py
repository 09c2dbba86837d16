"""Servers on loopback that keep what they are sent: one for webhooks, one for mail."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Webhook:
    """What was posted: paths with their queries, and bodies. `status` is what it answers."""

    url: str = ""
    status: int = 200
    answer: bytes = b"ok"
    paths: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)


@contextmanager
def webhook() -> Iterator[Webhook]:
    """An HTTP server that takes JSON."""
    kept = Webhook()

    class Connection(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that http.server calls
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kept.paths.append(self.path)
            kept.bodies.append(json.loads(body))
            self.send_response(kept.status)
            self.send_header("Content-Length", str(len(kept.answer)))
            self.end_headers()
            self.wfile.write(kept.answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the base class
            """Nothing: pytest shows what a test asserts."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Connection) as server, _served(server):
        kept.url = f"http://127.0.0.1:{server.server_port}"
        yield kept


@dataclass
class MailServer:
    """What was mailed. While it `refuses`, it takes nobody's recipients."""

    port: int = 0
    refuses: bool = False
    recipients: list[str] = field(default_factory=list)
    messages: list[EmailMessage] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """An SMTP server, as much of RFC 5321 as it takes to hand a message in."""
    kept = MailServer()

    class Connection(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 test ESMTP")
            while line := self.rfile.readline():
                verb, _, rest = line.decode().strip().partition(" ")
                if verb.upper() == "QUIT":
                    self._say("221 bye")
                    return
                self._say(self._answer(verb.upper(), rest))

        def _answer(self, verb: str, rest: str) -> str:
            if verb == "RCPT":
                if kept.refuses:
                    return "550 no such mailbox"
                kept.recipients.append(rest.partition("<")[2].partition(">")[0])
            elif verb == "DATA":
                self._say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                raw = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
                kept.messages.append(message_from_bytes(raw, policy=policy.default))
            return "250 fine"

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection) as server, _served(server):
        kept.port = int(server.server_address[1])
        yield kept


@contextmanager
def _served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
