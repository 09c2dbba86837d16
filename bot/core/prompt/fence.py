"""The boundary between what Hunkwise says and what the pull request says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def boundary(texts: Iterable[bytes | str]) -> str:
    """SHA-256, in 64 hex digits, of everything untrusted that will be shown: title, description, paths and bodies.

    A text that held this boundary would have to contain the hash of itself, so no pull request can forge a fence.
    """
    digest = hashlib.sha256()
    for text in texts:
        raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(raw))
        digest.update(raw)
    return digest.hexdigest()
