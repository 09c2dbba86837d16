"""Runs the command in processes that are begun in a moment and killed in another: a process of our own that forks.

The parent of all of them has everything imported and no thread, so that a fork is safe and a run begins at once; two
hundred of them take less time than twenty that start an interpreter each.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, Any, Self


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
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def run(self, arguments: Sequence[str], kill_after: float | None = None) -> int | None:
        """Run the command to its end, or kill it after so many seconds; gives the exit code, None where it was killed."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(list(arguments)) + "\n")
        self._process.stdin.flush()
        pid = int(self._read())
        if kill_after is not None:
            time.sleep(kill_after)
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:  # it had ended by itself
                pass
        code = int(self._read())
        return None if code < 0 else code

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


def _serve(orders: IO[str], answers: IO[str]) -> None:
    """Fork a child for each order, say its process id, wait for it, and say how it ended."""
    import bot.adapters.anthropic  # noqa: F401, PLC0415 - children shall find it imported
    import bot.bootstrap.batch
    import bot.bootstrap.local  # noqa: F401
    from bot.adapters.ledger import book, reading  # noqa: F401, PLC0415 - as above
    from bot.cli import main  # noqa: PLC0415 - as above

    print("ready", file=answers, flush=True)
    for order in orders:
        child = os.fork()
        if child == 0:
            _be_the_command(main.main, json.loads(order))
        print(child, file=answers, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _be_the_command(main: Any, arguments: list[str]) -> None:
    """The command with these arguments; what it prints goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.argv = ["hunkwise", *arguments]
    code = 1
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.stdin, sys.stdout)
