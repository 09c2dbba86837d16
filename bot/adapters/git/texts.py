"""Whole files: as they stand in a commit, or in the working tree."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from pathlib import Path

from bot.adapters.git.call import Git

_OBJECT = re.compile(rb"[0-9a-f]+ (\w+) (\d+)\n")
_CHUNK = 1 << 20


class BlobReader:
    """Reads many files of commits through one git process, which is started when first needed."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def read(self, sha: str, path: str, at_most: int) -> bytes | None:
        """The file's bytes; None where it is absent, no file, too large, or has a line break in its name."""
        if "\n" in path or "\0" in path:
            return None
        name = f"{sha}:{path}\n".encode("utf-8", "surrogateescape")
        with self._turn:
            try:
                return self._ask(name, at_most)
            except BrokenPipeError:  # git gave up on a name it finds malformed; the next question gets a new process
                self._stop()
                return None

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._stop()

    def _ask(self, name: bytes, at_most: int) -> bytes | None:
        self._process = self._process or self._git.reader()
        questions, answers = self._process.stdin, self._process.stdout
        if questions is None or answers is None:
            raise BrokenPipeError
        questions.write(name)
        questions.flush()
        head = answers.readline()
        if not head:
            raise BrokenPipeError
        found = _OBJECT.fullmatch(head)
        if not found:
            return None
        left = int(found[2]) + 1  # a newline ends the answer
        if found[1] == b"blob" and left <= at_most + 1:
            return answers.read(left)[:-1]
        while left > 0:
            left -= len(answers.read(min(left, _CHUNK))) or left
        return None

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def text_in_tree(top: Path, path: str, at_most: int) -> bytes | None:
    """A plain file under `top` (a real path), or None.

    What is reached through a symbolic link, stands outside `top` or inside .git, or is no plain file, is not read.
    """
    if "\0" in path or ".git" in path.lower().split("/"):
        return None
    file = top / path
    if os.path.realpath(file) != str(file) or not file.is_relative_to(top):
        return None
    try:
        if not file.is_file():
            return None
        with file.open("rb") as opened:
            text = opened.read(at_most + 1)
    except OSError:
        return None
    return text if len(text) <= at_most else None
