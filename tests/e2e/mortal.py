"""Runs the command in processes that are begun in a moment and killed in another: a process of our own that forks.

The parent of all of them has everything imported and no thread, so that a fork is safe and a run begins at once; two
hundred of them take less time than twenty that start an interpreter each.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import IO, Self

from bot.cli import main

WANTED = ("bot.adapters.anthropic", "bot.adapters.ledger.reading", "bot.bootstrap.batch", "bot.bootstrap.local")
"""What the command imports only when it is needed: the children find it there."""


class Nursery:
    """Starts runs of the command, one at a time, and kills them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.mortal"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **environment},
            text=True,
        )

    def __enter__(self) -> Self:
        assert self._read() == "ready"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=30)

    def run(self, arguments: Sequence[str], kill_after: float | None = None) -> int | None:
        """Run the command to its end, or kill it after so many seconds: the exit code, None where it was killed."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(list(arguments)) + "\n")
        self._process.stdin.flush()
        pid = int(self._read())
        if kill_after is not None:
            time.sleep(kill_after)
            with suppress(ProcessLookupError):  # it may have ended by itself
                os.kill(pid, signal.SIGKILL)
        code = int(self._read())
        return None if code < 0 else code

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


def _serve(orders: IO[str], answers: IO[str]) -> None:
    """Fork a child for each order, say its process id, wait for it, and say how it ended."""
    for name in WANTED:
        importlib.import_module(name)
    print("ready", file=answers, flush=True)
    for order in orders:
        child = os.fork()
        if child == 0:
            _be_the_command(json.loads(order))
        print(child, file=answers, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _be_the_command(arguments: list[str]) -> None:
    """The command with these arguments; what it prints goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.argv = ["hunkwise", *arguments]
    code = 1
    try:
        main.main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.stdin, sys.stdout)
