"""Ctrl-C and SIGTERM end a run the same way: with a receipt of what was paid.

A runner that cancels a job sends SIGINT, then SIGTERM some seconds later; a container is stopped by SIGTERM. The
first signal ends the asking. A second one is not allowed to end the accounting, which takes a few seconds; whoever
insists a third time is obeyed.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_INSISTENCE = 3


@contextmanager
def one_interrupt() -> Iterator[None]:
    """Turn the first signal into KeyboardInterrupt, and take no notice of the second, while the block runs."""
    received = 0

    def receive(_number: int, _frame: FrameType | None) -> None:
        nonlocal received
        received += 1
        if received in (1, _INSISTENCE):
            raise KeyboardInterrupt

    before = {number: signal.signal(number, receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
