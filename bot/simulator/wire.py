"""One connection's socket: writing, waiting, falling silent, and breaking off, each noticing when the client leaves."""

from __future__ import annotations

import io
import json
import socket
import struct
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

_SILENCE_STEP_S = 0.05
_PHRASES = {int(status): status.phrase for status in HTTPStatus}
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class ClientGone(Exception):
    """The connection is of no more use: the client left, the server closes, or a fault broke it off."""


class Wire:
    """The socket of a connection as its answers use it. Every method raises ClientGone when nobody is left."""

    def __init__(self, connection: socket.socket, out: io.BufferedIOBase, closing: threading.Event) -> None:
        self._connection = connection
        self._out = out
        self._closing = closing

    def write(self, data: bytes) -> None:
        """Send bytes, if the client is still there."""
        if self._is_deserted():
            raise ClientGone
        try:
            self._out.write(data)
        except OSError:
            raise ClientGone from None

    def chunk(self, data: bytes) -> None:
        """Send one chunk of a chunked body; an empty one ends it."""
        self.write(chunk(data))

    def pause(self, seconds: float) -> None:
        """Wait before going on."""
        if seconds > 0 and self._closing.wait(seconds):
            raise ClientGone

    def stay_silent(self, seconds: float) -> None:
        """Send nothing more until the client leaves or so much time has passed."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._is_deserted():
            self.pause(_SILENCE_STEP_S)
        raise ClientGone

    def reset(self) -> None:
        """Break the connection off with a TCP reset."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        raise ClientGone

    def _is_deserted(self) -> bool:
        """Whether the client has closed its side."""
        patience = self._connection.gettimeout()
        try:
            self._connection.settimeout(0)
            return self._connection.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self._connection.settimeout(patience)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """A response's status line and headers."""
    phrase = _PHRASES.get(status, "Overloaded")
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def json_response(status: int, body: Any, headers: Mapping[str, str]) -> bytes:
    """A whole response with a JSON body."""
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return head(status, {"content-type": "application/json", "content-length": str(len(data)), **headers}) + data


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body; an empty one ends it."""
    return b"%x\r\n%s\r\n" % (len(data), data)
