"""Answers kept in a folder, so that a run that died between paying and posting does not pay again."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from bot.errors import BadConfiguration

_KEY = re.compile(r"[0-9a-f]{64}")


class AnswerFolder:
    """One file an answer, named by the SHA-256 of its whole request. Written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        """Raises BadConfiguration where the folder cannot be made."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadConfiguration(
                f"The store {folder} cannot be made: {error.strerror}.", next_step="Name a folder that can be written."
            ) from None
        self._folder = folder

    def get(self, key: str) -> str | None:
        """The answer's text, or None where it is not kept (or no longer readable)."""
        try:
            return self._file(key).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def put(self, key: str, text: str) -> None:
        """Keep an answer; raises BadConfiguration where the folder takes none (a full disk, no permission)."""
        try:
            with tempfile.NamedTemporaryFile("w", dir=self._folder, encoding="utf-8", delete=False) as file:
                file.write(text)
            Path(file.name).replace(self._file(key))
        except OSError as error:
            raise BadConfiguration(
                f"The store {self._folder} takes no answer: {error.strerror}.", next_step="Free room, or leave it out."
            ) from None

    def _file(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("an answer is kept under the hash of its request")
        return self._folder / f"{key}.json"
