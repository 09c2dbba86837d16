"""Lets the first request of a cold prefix go ahead and the others wait until they can read what it writes.

The dispatcher does this for the provider that a plan is made for. When requests move to another provider, all its
prefixes are cold at once, and they come from many threads: here each thread asks for itself whether it leads.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

from bot.ports import Clock

_LOOK_AGAIN = 0.25
"""Seconds of real time between two looks at the clock, which may be a test's."""

TTL_SECONDS = {"5m": 300.0, "1h": 3_600.0}


@dataclass(slots=True)
class _Prefix:
    """When it was last begun to be read or written, and since when somebody leads (Clock.monotonic seconds)."""

    warm_until: float | None = None
    led_since: float | None = None


class Leads:
    """Who leads at each prefix. Safe for threads; a key names provider, model and effort."""

    def __init__(self, clock: Clock, patience: float) -> None:
        """A leader that has not begun within `patience` seconds is succeeded by the next request."""
        self._clock = clock
        self._patience = patience
        self._changed = threading.Condition()
        self._prefixes: defaultdict[Hashable, _Prefix] = defaultdict(_Prefix)

    def is_warm(self, key: Hashable) -> bool:
        """Whether the prefix can be read from the cache now."""
        with self._changed:
            return self._is_warm(self._prefixes[key])

    def wait_or_lead(self, key: Hashable, until: float) -> bool:
        """Wait while another leads, at most until that Clock.monotonic() reading; True for who leads now."""
        with self._changed:
            prefix = self._prefixes[key]
            while not self._is_warm(prefix) and self._clock.monotonic() < until:
                if self._may_lead(prefix):
                    prefix.led_since = self._clock.monotonic()
                    return True
                self._changed.wait(_LOOK_AGAIN)
            return False

    def begun(self, key: Hashable, ttl: str) -> None:
        """An answer has begun: the prefix is in the cache, and reading it keeps it there."""
        with self._changed:
            prefix = self._prefixes[key]
            prefix.warm_until = self._clock.monotonic() + TTL_SECONDS[ttl]
            prefix.led_since = None
            self._changed.notify_all()

    def gave_up(self, key: Hashable) -> None:
        """The leader failed: the next request may lead."""
        with self._changed:
            self._prefixes[key].led_since = None
            self._changed.notify_all()

    def _is_warm(self, prefix: _Prefix) -> bool:
        return prefix.warm_until is not None and self._clock.monotonic() < prefix.warm_until

    def _may_lead(self, prefix: _Prefix) -> bool:
        return prefix.led_since is None or self._clock.monotonic() - prefix.led_since >= self._patience
