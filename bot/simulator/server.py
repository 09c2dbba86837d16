"""The server: a stand-in for the Claude Messages API on loopback, for demos, tests and benchmarks."""

from __future__ import annotations

import ipaddress
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from bot.simulator.connection import Connection
from bot.simulator.log import BatchItemRecord, RequestRecord
from bot.simulator.options import SimulatorOptions
from bot.simulator.state import State

_POLL_S = 0.05
_JOIN_S = 5.0


class Simulator:
    """A stand-in that serves in threads of its own, from `start` (or `with`) to `close`.

    `now` is the clock of cache, rate limits and bills, in seconds, and `began` the date of its beginning (today by
    default); tests pass their own. Raises ValueError for options that make no sense and for a host that is not
    loopback.
    """

    def __init__(
        self,
        options: SimulatorOptions | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        host: str = "127.0.0.1",
        port: int = 0,
        began: datetime | None = None,
    ) -> None:
        self._state = State(options or SimulatorOptions(), now, began)
        self._server = _Server(_loopback(host), port, self._state)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_S,), name="simulator", daemon=True
        )

    def start(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop serving, end every connection, and wait until their threads have ended."""
        self._state.closing.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.end_connections()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def base_url(self) -> str:
        """Where it serves, as `ANTHROPIC_BASE_URL` wants it."""
        host, port = self._server.server_address[:2]
        name = host.decode() if isinstance(host, bytes) else host
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"

    @property
    def log(self) -> tuple[RequestRecord, ...]:
        """Every request so far, in the order of arrival."""
        return self._state.log.records()

    @property
    def batch_items(self) -> tuple[BatchItemRecord, ...]:
        """Every item of a batch that is processed by now."""
        self._state.batches.settle()
        return self._state.log.batch_items()

    @property
    def totals(self) -> dict[str, Any]:
        """Counts and charged usage so far, as `GET /_simulator/totals` gives them."""
        self._state.batches.settle()
        return self._state.log.totals()


def serve(options: SimulatorOptions, host: str, port: int, began: Callable[[str], None]) -> None:
    """Serve until interrupted; `began` hears the base URL. Raises OSError where the port is taken."""
    with Simulator(options, host=host, port=port) as simulator:
        began(simulator.base_url)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


class _Server(ThreadingHTTPServer):
    """The threads and sockets of all connections, so that closing leaves none behind."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, host: str, port: int, state: State) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        super().__init__((host, port), type("Connection", (Connection,), {"state": state}))

    def server_bind(self) -> None:
        """Bind without asking a name server who this machine is."""
        socketserver.TCPServer.server_bind(self)
        self.server_port = int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a new connection, and remember both."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), name="simulator-connection", daemon=True
        )
        with self._lock:
            self._connections[request] = thread
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection to its end."""
        super().process_request_thread(request, client_address)
        with self._lock:
            del self._connections[request]

    def shutdown_request(self, request: Any) -> None:
        """Close without a farewell, so that a reset stays a reset."""
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where a client left; anything else is a bug and is printed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def end_connections(self) -> None:
        """Close every connection and wait for its thread."""
        with self._lock:
            connections = dict(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for thread in connections.values():
            thread.join(_JOIN_S)


def _loopback(host: str) -> str:
    address = "127.0.0.1" if host == "localhost" else host
    if not ipaddress.ip_address(address).is_loopback:
        raise ValueError(f"the stand-in serves on loopback only, not on {host}")
    return address
