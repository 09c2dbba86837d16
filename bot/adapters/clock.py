"""The real clock."""

from __future__ import annotations

import math
import threading
import time
from datetime import UTC, datetime

from bot.ports import Waitable


class SystemClock:
    """Clock of this machine; sleeping ends early when the run is stopped."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def now(self) -> datetime:
        """The wall clock in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, or return when the run is stopped."""
        self._stop.wait(seconds)

    def wait(self, until_told: Waitable, seconds: float) -> None:
        """Wait on a condition; whoever stops the run notifies it."""
        until_told.wait(None if math.isinf(seconds) else seconds)
