"""Files and streams named on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.errors import BadConfiguration, WrongUsage


def read_input(name: str) -> bytes:
    """The bytes of a diff file, or of stdin for '-'; raises WrongUsage where it cannot be read."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise WrongUsage(
            f"{name} cannot be read: {error.strerror}.", next_step="Check the path, or use - to read from stdin."
        ) from None


def read_settings_file(path: Path) -> bytes:
    """The bytes of a configuration file; raises BadConfiguration where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadConfiguration(
            f"The configuration {path} cannot be read: {error.strerror}.", next_step="Check the path behind --config."
        ) from None
