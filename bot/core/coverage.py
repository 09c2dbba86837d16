"""Which hunks were looked at: every hunk of the diff is counted exactly once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.core.diff.model import Hunk
from bot.core.excerpt import Excerpt, ExcerptKey, Skipped, SkipReason
from bot.core.receipt import Coverage, SkippedWithPrice


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why an excerpt that was planned was not reviewed in the end."""

    reason: SkipReason
    detail: str


def coverage(
    excerpts: Iterable[Excerpt],
    reviewed: Collection[ExcerptKey],
    left_out: Mapping[ExcerptKey, LeftOut],
    skipped: Iterable[Skipped],
    hunks: int,
    reused: int,
    price: Callable[[Sequence[Excerpt]], Decimal],
    kept: Collection[ExcerptKey] = frozenset(),
) -> Coverage:
    """Count. A split hunk is reviewed only when all its parts are; a hunk's twins share its fate.

    `price` gives the dollars that asking about some excerpts would cost; `kept` are reviewed ones whose answers an
    earlier run had paid for, `reused` counts the hunks that were not even planned.
    """
    by_hunk: dict[tuple[str, str], list[Excerpt]] = {}
    for excerpt in excerpts:
        by_hunk.setdefault(excerpt.key[:2], []).append(excerpt)
    entries = [SkippedWithPrice(one) for one in skipped]
    whole = again = duplicates = 0
    for parts in by_hunk.values():
        missing = [part for part in parts if part.key not in reviewed]
        if not missing:
            if all(part.key in kept for part in parts):
                again += 1
            else:
                whole += 1
            duplicates += len(parts[0].twins)
            continue
        why = left_out.get(missing[0].key, LeftOut(SkipReason.ERROR, "it was never asked about"))
        entries.append(SkippedWithPrice(_skipped(parts[0].hunk, why), price(missing)))
        entries.extend(SkippedWithPrice(_skipped(twin, why), Decimal(0)) for twin in parts[0].twins)
    return Coverage(hunks=hunks, reviewed=whole, reused=reused + again, duplicates=duplicates, skipped=tuple(entries))


def _skipped(hunk: Hunk, why: LeftOut) -> Skipped:
    return Skipped(hunk.path, hunk.header, why.reason, why.detail, hunks=1)
