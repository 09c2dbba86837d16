"""What becomes of the items of batches on purpose: scripted for the first ones, or at random with a seed.

| kind | the item's result | charged |
|---|---|---|
| ok | succeeded | yes |
| errored | errored, with the API's own fault (api_error) | no |
| expired, canceled | as if it had not been reached in time | no |
| truncate, refuse, garble | succeeded, with an answer spoiled as a live one | yes |

The draw for an item depends on the seed, on which batch of the run it is in, and on its custom_id: what failed
in one batch may succeed in the next.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable

OK = "ok"
ERRORED = "errored"
UNREACHED = ("expired", "canceled")
SPOILED = ("truncate", "refuse", "garble")
_KINDS = (ERRORED, *UNREACHED, *SPOILED)


class Fates:
    """Decides, item by item. Raises ValueError for an unknown kind or for shares of more than all items."""

    def __init__(self, script: Iterable[str], shares: Iterable[str], seed: int) -> None:
        self._script = deque(_known(word, (OK, *_KINDS)) for word in _words(script))
        self._shares = [_parse_share(word) for word in _words(shares)]
        if sum(share for _, share in self._shares) > 1:
            raise ValueError("the shares of the batch faults add up to more than 1")
        self._seed = seed

    def of(self, batch_number: int, custom_id: str) -> str:
        """The next item's fate."""
        if self._script:
            return self._script.popleft()
        point = chance(self._seed, "fate", batch_number, custom_id)
        for kind, share in self._shares:
            if point < share:
                return kind
            point -= share
        return OK


def chance(*parts: object) -> float:
    """A number from 0 up to, not including, 1 that is always the same for the same parts."""
    digest = hashlib.sha256(" ".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _words(items: Iterable[str]) -> list[str]:
    return [word.strip() for item in items for word in item.split(",") if word.strip()]


def _known(word: str, kinds: tuple[str, ...]) -> str:
    if word not in kinds:
        raise ValueError(f"unknown batch fault {word!r}; known are {', '.join(kinds)}")
    return word


def _parse_share(word: str) -> tuple[str, float]:
    kind, _, share = word.partition("=")
    try:
        value = float(share)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ValueError(f"a batch fault's share is written like errored=0.1, not {word!r}")
    return _known(kind, _KINDS), value
