"""A local change as it was handed in: kept, so that its answers find it a day later, whatever lies there by then."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from bot.app.target import Target
from bot.core.diff.read import read_diff
from bot.core.excerpt import Skipped, SkipReason
from bot.core.receipt import TargetFacts
from bot.ports import SourceTexts
from bot.settings.file import RepositoryFile
from bot.settings.load import Flags

CHANGE, DIFF = "change.json", "change.diff"
"""The names of its two files."""

Texts = Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Recorded:
    """SourceTexts that remember what was asked of them."""

    inner: SourceTexts
    seen: dict[str, bytes | None] = field(default_factory=dict)

    def text(self, path: str) -> bytes | None:
        """The file's bytes, or None; asked for once."""
        if path not in self.seen:
            self.seen[path] = self.inner.text(path)
        return self.seen[path]


@dataclass(frozen=True, slots=True)
class Remembered:
    """SourceTexts from what was recorded."""

    texts: Texts

    def text(self, path: str) -> bytes | None:
        """The file's bytes, or None."""
        return self.texts.get(path)


@dataclass(frozen=True, slots=True)
class Kept:
    """A target with the settings it was planned by."""

    target: Target
    flags: Flags
    file: RepositoryFile


def recording(target: Target) -> Target:
    """The target, remembering which texts its plan was made from."""
    return replace(target, base=Recorded(target.base), head=Recorded(target.head))


def files_of(kept: Kept, diff: bytes) -> dict[str, bytes]:
    """The files that hold it; the target is one that was `recording` while its plan was made."""
    target = kept.target
    flags = asdict(kept.flags)
    values = {
        "facts": asdict(target.facts),
        "withheld": [{**asdict(one), "reason": one.reason.name} for one in target.withheld],
        "notes": list(target.notes),
        "flags": {name: str(value) if isinstance(value, Decimal) else value for name, value in flags.items()},
        "settings": kept.file.model_dump_json(exclude_unset=True),
        "base": _texts_values(target.base),
        "head": _texts_values(target.head),
    }
    return {DIFF: diff, CHANGE: json.dumps(values).encode()}


def kept_in(change: bytes, diff: bytes) -> Kept:
    """What those files hold; raises ValueError, KeyError or TypeError where they are damaged."""
    values: dict[str, Any] = json.loads(change)
    flags = dict(values["flags"])
    if flags["budget_usd"] is not None:
        flags["budget_usd"] = Decimal(flags["budget_usd"])
    withheld = (Skipped(**{**one, "reason": SkipReason[one["reason"]]}) for one in values["withheld"])
    target = Target(
        TargetFacts(**values["facts"]),
        read_diff(diff),
        base=_texts(values["base"]),
        head=_texts(values["head"]),
        withheld=tuple(withheld),
        notes=tuple(values["notes"]),
    )
    return Kept(target, Flags(**flags), RepositoryFile.model_validate_json(values["settings"]))


def _texts_values(texts: SourceTexts) -> dict[str, str | None]:
    seen = texts.seen if isinstance(texts, Recorded) else {}
    return {path: None if text is None else b64encode(text).decode() for path, text in seen.items()}


def _texts(values: Mapping[str, str | None]) -> Remembered:
    return Remembered({path: None if text is None else b64decode(text) for path, text in values.items()})
