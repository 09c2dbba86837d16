"""Waiting for batches where somebody sits in front of them."""

from __future__ import annotations

from functools import partial

from bot.app.batches.patience import read
from bot.core.message_batch import Intent, Stage
from bot.core.progress import InBatch
from bot.ports import BatchApi, Clock, Observer

_FIRST_LOOK, _LONGEST_BETWEEN_LOOKS = 0.5, 30.0


def wait(intent: Intent, api: BatchApi, clock: Clock, observer: Observer, until: float) -> bool:
    """Wait until every batch that is known has ended; False at the Clock.monotonic() reading `until`, or where there
    is none to wait for.

    Raises BatchRefused where the API no longer answers; nothing is lost by that, or by an interrupt.
    """
    waiting = [one.batch_id for one in intent.sendings if one.stage is Stage.ACCEPTED]
    parts = len(waiting)
    pause = _FIRST_LOOK
    while waiting:
        waiting = [one for one in waiting if not read(partial(api.look, one), clock).ended]
        observer.on(InBatch(parts - len(waiting), parts, "its batches"))
        if not waiting:
            return True
        left = until - clock.monotonic()
        if left <= 0:
            return False
        clock.sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_BETWEEN_LOOKS)
    return False
