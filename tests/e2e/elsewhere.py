"""The rest of the world: a proxy that a job is told to use for every address that is not on loopback."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self


class Elsewhere:
    """Takes no request. `calls` are the first lines of those that came all the same."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._listen, daemon=True)

    @property
    def url(self) -> str:
        """Its address, as HTTPS_PROXY wants it."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            with caller:
                self.calls.append(caller.recv(1000).split(b"\r\n", 1)[0])
