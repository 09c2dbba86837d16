"""Files that are only there when they are whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def whole_file(place: Path) -> Iterator[IO[bytes]]:
    """Bytes that are written while the block runs. What stood there before stays until its end, and where it fails.

    Raises OSError.
    """
    file = tempfile.NamedTemporaryFile(dir=place.parent, prefix=".hunkwise-", delete=False)  # noqa: SIM115  # renamed below
    unfinished = Path(file.name)
    try:
        with file:
            yield file
        unfinished.chmod(0o666 & ~_umask())
        unfinished.replace(place)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _umask() -> int:
    """What this user's new files may not be; a temporary file is nobody else's to read."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
