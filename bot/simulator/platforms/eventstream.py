"""AWS's binary framing of event streams (application/vnd.amazon.eventstream).

A message is: its length and its headers' length (4 bytes each, big-endian), a CRC-32 of these 8 bytes, the headers,
the payload, and a CRC-32 of everything before it. A header is: the length of its name (1 byte), its name, the type of
its value (7: a string), the length of the value (2 bytes), the value.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from zlib import crc32

_STRING = 7
_PRELUDE_BYTES = 12
_CHECKSUM_BYTES = 4


def message(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message with string headers."""
    fields = b"".join(_header(name.encode(), value.encode()) for name, value in headers.items())
    length = _PRELUDE_BYTES + len(fields) + len(payload) + _CHECKSUM_BYTES
    sizes = struct.pack(">II", length, len(fields))
    framed = sizes + struct.pack(">I", crc32(sizes)) + fields + payload
    return framed + struct.pack(">I", crc32(framed))


def event(kind: str, payload: bytes) -> bytes:
    """A message that carries an event, its payload in JSON."""
    return message({":event-type": kind, ":content-type": "application/json", ":message-type": "event"}, payload)


def exception(kind: str, payload: bytes) -> bytes:
    """A message that ends the stream with a modelled exception, such as `throttlingException`."""
    return message(
        {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}, payload
    )


def _header(name: bytes, value: bytes) -> bytes:
    return struct.pack(">B", len(name)) + name + struct.pack(">BH", _STRING, len(value)) + value
