"""Data goes to stdout as UTF-8, whatever the locale says; a path's stray bytes go out as they came in."""

from __future__ import annotations

import json
import sys
from typing import Any


def print_json(value: Any) -> None:
    """One JSON document; ASCII, since a path may hold what UTF-8 cannot."""
    print_text(json.dumps(value, indent=2))


def print_text(text: str) -> None:
    """A text and its newline."""
    sys.stdout.buffer.write(text.rstrip("\n").encode("utf-8", "surrogateescape") + b"\n")
    sys.stdout.buffer.flush()
