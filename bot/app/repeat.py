"""Trying again where the host did not say what happened: reads at once, writes only after looking for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.errors import HostUnavailable
from bot.ports import Clock

T = TypeVar("T")

WAITS = (2.0, 10.0, 30.0)
"""Seconds after each of three tries."""


def until_read(ask: Callable[[], T], clock: Clock) -> T:
    """What a read gives. Raises HostUnavailable where no try had an answer."""
    for wait in WAITS[:-1]:
        try:
            return ask()
        except HostUnavailable:
            clock.sleep(wait)
    return ask()


def written_once(send: Callable[[], T], find: Callable[[], T | None], clock: Clock) -> T:
    """What a write gives. A write whose answer was lost may have happened, so it is looked for before it is repeated.

    `find` gives what was written, or None where it is not there. Raises HostUnavailable where no try had an answer
    and nothing was found.
    """
    for wait in WAITS:
        try:
            return send()
        except HostUnavailable as error:
            lost = error
        clock.sleep(wait)
        found = find()
        if found is not None:
            return found
    raise lost
