"""The clock of a stand-in as dates: it began at some moment of the clock, and at some date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Dates:
    """Turns moments of a clock (seconds) into dates; `began` is the date at which it is made, today by default."""

    def __init__(self, now: Callable[[], float], began: datetime | None = None) -> None:
        self._now = now
        self._began = (now(), began or datetime.now(UTC))

    def at(self, moment: float) -> datetime:
        """The date of a moment, in UTC."""
        clock, date = self._began
        return date + timedelta(seconds=moment - clock)

    def now(self) -> datetime:
        """The date of this moment."""
        return self.at(self._now())
