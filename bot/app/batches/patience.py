"""Asking the Message Batches API again where nothing can be lost by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.core.failure import RULES, Billing, FailureKind
from bot.errors import BatchRefused, CallFailed, NoBatches
from bot.ports import Clock

T = TypeVar("T")

_WAITS = (1.0, 5.0, 20.0)
_LONGEST_RETRY_AFTER = 60.0


def until_answered(ask: Callable[[], T], clock: Clock, *, may_repeat: Callable[[FailureKind], bool]) -> T:
    """What asking gives; asked again after a failure that passes and that `may_repeat` allows. Raises CallFailed."""
    for wait in _WAITS:
        try:
            return ask()
        except CallFailed as failed:
            if not (RULES[failed.kind].retry and may_repeat(failed.kind)):
                raise
            clock.sleep(max(wait, min(failed.retry_after or 0, _LONGEST_RETRY_AFTER)))
    return ask()


def read(ask: Callable[[], T], clock: Clock) -> T:
    """What a question gives that changes nothing. Raises BatchRefused where it cannot be answered."""
    try:
        return until_answered(ask, clock, may_repeat=lambda _: True)
    except CallFailed as failed:
        raise refused(failed) from failed


def leaves_doubt(kind: FailureKind) -> bool:
    """Whether a batch may have been accepted though asking for it failed so.

    An error of the server's own says that no answer was billed; it does not say that nothing was taken down.
    """
    return RULES[kind].billing is Billing.UNKNOWN or kind is FailureKind.SERVER_ERROR


def refused(failed: CallFailed) -> BatchRefused:
    """The failure as it reaches a user."""
    kind = NoBatches if failed.kind is FailureKind.NOT_FOUND else BatchRefused
    return kind(
        f"The Message Batches API did not do it: {RULES[failed.kind].meaning} ({failed.message}).",
        next_step="What was handed in before is kept; `hunkwise batch status` shows it.",
    )
