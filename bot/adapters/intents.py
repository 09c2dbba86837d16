"""Intents of local reviews, kept in a folder, with all that collecting them needs beside each."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import InvalidOperation
from pathlib import Path

from bot.core.intent_mark import intent_from, intent_values
from bot.core.message_batch import NONCE, RESULTS_KEPT, Intent
from bot.errors import BadConfiguration

_INTENT = "intent.json"


class IntentFolder:
    """An IntentStore with a folder for each intent, named by its nonce; `only` shows it one of them.

    Files are written whole or not at all, and are on the disk when a method returns.
    """

    def __init__(self, root: Path, only: str = "") -> None:
        self._root = root
        self._only = only

    def load(self) -> tuple[Intent, ...]:
        """Every intent, oldest first. Raises BadConfiguration for a file that is none of ours."""
        intents = [self._read(nonce) for nonce in self._nonces()]
        return tuple(sorted(intents, key=lambda one: one.began))

    def save(self, intent: Intent) -> None:
        """Write an intent; raises BadConfiguration where the folder takes nothing."""
        text = json.dumps(intent_values(intent), indent=1)
        self.keep(intent.nonce, {_INTENT: text.encode()})

    def has_room_for(self, intent: Intent) -> bool:  # noqa: ARG002  # the protocol's signature
        """A folder has room."""
        return True

    def keep(self, nonce: str, files: Mapping[str, bytes]) -> None:
        """Write files beside an intent."""
        folder = self._root / nonce
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, data in files.items():
                _write(folder / name, data)
        except OSError as error:
            raise BadConfiguration(
                f"The store {self._root} takes nothing: {error.strerror}.",
                next_step="Free room, or name another folder with --store.",
            ) from None

    def kept(self, nonce: str, name: str) -> bytes:
        """A file beside an intent; raises BadConfiguration where it cannot be read."""
        try:
            return (self._root / nonce / name).read_bytes()
        except OSError as error:
            raise _damaged(self._root / nonce / name, error.strerror or "unreadable") from None

    def drop(self, nonce: str) -> None:
        """Remove an intent and what lies beside it."""
        shutil.rmtree(self._root / nonce, ignore_errors=True)

    def forget(self, now: datetime) -> None:
        """Remove what is finished and whose results the API no longer keeps."""
        for intent in self.load():
            if intent.finished and now - intent.began > RESULTS_KEPT:
                self.drop(intent.nonce)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One collecting process at a time; a second one waits. The lock falls with its process, however that ends."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _nonces(self) -> list[str]:
        if self._only:
            return [self._only] if (self._root / self._only / _INTENT).exists() else []
        files = self._root.glob(f"*/{_INTENT}")
        return [file.parent.name for file in files if NONCE.fullmatch(file.parent.name)]

    def _read(self, nonce: str) -> Intent:
        data = self.kept(nonce, _INTENT)
        try:
            return intent_from(json.loads(data))
        except (ValueError, KeyError, TypeError, InvalidOperation):
            raise _damaged(self._root / nonce / _INTENT, "not as Hunkwise writes it") from None


def _write(path: Path, data: bytes) -> None:
    """Write a file so that after a crash the old one or the new one is there, and never a part."""
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _damaged(path: Path, why: str) -> BadConfiguration:
    return BadConfiguration(f"{path}: {why}.", next_step="Move it away; what it holds cannot be collected.")
