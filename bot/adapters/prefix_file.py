"""When shared prompts were asked, kept as lines of JSON in the store's folder, so that later runs can count on it."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.core.cache_plan import TTL_SECONDS
from bot.core.prefix_use import Earlier, PrefixUse
from bot.errors import BadConfiguration

NAME = "prefixes.jsonl"
MOST_LINES = 500
"""The newest uses that are kept, of all prefixes together: some 200 kB."""


class PrefixFile:
    """A PrefixHistory in one file, written whole or not at all.

    Of two processes that add at the same moment one may be forgotten: that makes a plan less sure, never a bill wrong.
    """

    def __init__(self, folder: Path) -> None:
        """The folder must be there."""
        self._file = folder / NAME

    def earlier(self, prefix: str, family: str) -> Earlier:
        """What the file says of a prefix and its family; lines that cannot be read are left out, with a note."""
        uses, note = self._read()
        family_uses = [use for use in uses if use.family == family]
        return Earlier(
            uses=tuple(use for use in uses if use.prefix == prefix),
            newest=max(family_uses, key=lambda use: use.last, default=None),
            note=note,
        )

    def add(self, use: PrefixUse) -> None:
        """Keep a use, and let go of the oldest beyond the limit; raises BadConfiguration where it cannot be written."""
        lines = [_as_line(one) for one in [*self._read()[0], use][-MOST_LINES:]]
        try:
            with tempfile.NamedTemporaryFile("w", dir=self._file.parent, encoding="utf-8", delete=False) as file:
                file.write("".join(lines))
            Path(file.name).replace(self._file)
        except OSError as error:
            raise BadConfiguration(
                f"The store {self._file.parent} cannot remember when prompts were asked: {error.strerror}.",
                next_step="Free room, or leave it out.",
            ) from None

    def _read(self) -> tuple[list[PrefixUse], str]:
        """Every use that can be read, oldest first, and a sentence about the rest."""
        try:
            text = self._file.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return [], ""
        except OSError as error:
            return (
                [],
                f"{NAME} of the store cannot be read ({error.strerror}): caching knows nothing of earlier runs.",
            )
        uses, damaged = [], 0
        for line in text.splitlines():
            try:
                uses.append(_from_json(json.loads(line)))
            except (ValueError, TypeError, KeyError):
                damaged += 1
        if damaged:
            return uses, (
                f"{NAME} of the store is damaged: {damaged:,} of its lines cannot be read and were left out. It mends"
                " itself with this run; delete it if that is said again."
            )
        return uses, ""


def _as_line(use: PrefixUse) -> str:
    values = asdict(use) | {"began": use.began.isoformat(), "last": use.last.isoformat()}
    return json.dumps(values) + "\n"


def _from_json(values: Any) -> PrefixUse:
    """Raises ValueError, TypeError or KeyError for anything that `_as_line` would not have written."""
    use = PrefixUse(
        prefix=_text(values["prefix"]),
        family=_text(values["family"]),
        began=_moment(values["began"]),
        last=_moment(values["last"]),
        requests=int(values["requests"]),
        ttl=None if values["ttl"] is None else _text(values["ttl"]),
        message_id=None if values["message_id"] is None else _text(values["message_id"]),
    )
    if use.ttl not in {None, *TTL_SECONDS}:
        raise ValueError("an unknown time to live")
    return use


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment
