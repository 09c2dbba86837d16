"""Many findings become one where they mean the same: at one place, or one root cause at several places.

The code decides, never the model's prose. The result does not depend on the order in which answers came back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.core.diff.model import Side
from bot.core.finding import Finding, Place, Severity
from bot.core.fingerprint import fingerprint, is_telling, normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from bot.core.excerpt import Excerpt

Placed = tuple[Finding, "Excerpt"]
"""A finding and the excerpt that it was found in."""


def keep(placed: Iterable[Placed], min_confidence: float, severity_floor: Severity) -> tuple[list[Placed], int]:
    """Leave out what is too unsure or too slight to be posted; also returns how many that were.

    Comes before `merge`, so that an unsure finding never takes a sure one of the same line down with it.
    """
    placed = list(placed)
    kept = [
        (finding, excerpt)
        for finding, excerpt in placed
        if finding.confidence >= min_confidence and finding.severity.rank <= severity_floor.rank
    ]
    return kept, len(placed) - len(kept)


def merge(placed: Iterable[Placed]) -> tuple[Finding, ...]:
    """One finding for each root cause, most severe first, then most confident.

    Findings that begin at the same line become one; those that quote the same code in hunks with equal changed
    lines become one with `also_at`, and so do the twins of its hunk. Each has a fingerprint of its own.
    """
    everywhere = [(_with_twins(finding, excerpt), excerpt) for finding, excerpt in placed]
    by_place = [_fused(group) for group in _grouped(everywhere, _place_of)]
    by_cause = [_gathered(group) for group in _grouped(by_place, _cause_of)]
    return tuple(sorted(_told_apart(by_cause), key=_order))


def _with_twins(finding: Finding, excerpt: Excerpt) -> Finding:
    """Add the finding's line in each hunk that is equal to its own, context included."""
    hunk, side = excerpt.hunk, finding.side
    start = hunk.old_start if side is Side.LEFT else hunk.new_start
    twins = (
        Place(twin.path, (twin.old_start if side is Side.LEFT else twin.new_start) + finding.line - start, side)
        for twin in excerpt.twins
    )
    return replace(finding, also_at=(*finding.also_at, *twins))


def _grouped(placed: Iterable[Placed], key: Callable[[Finding, Excerpt], Hashable]) -> list[list[Placed]]:
    """Group by a key, the best of each group first."""
    groups: defaultdict[Hashable, list[Placed]] = defaultdict(list)
    for finding, excerpt in placed:
        groups[key(finding, excerpt)].append((finding, excerpt))
    return [sorted(group, key=_best_first) for group in groups.values()]


def _place_of(finding: Finding, _: Excerpt) -> Hashable:
    return finding.path, finding.side, _first_line(finding)


def _cause_of(finding: Finding, excerpt: Excerpt) -> Hashable:
    """Name the root cause; a line that says too little, such as a brace, shares its cause with no other."""
    code = normalise(finding.quote.partition("\n")[0])
    own = None if is_telling(code) else _place_of(finding, excerpt)
    return excerpt.family, finding.side, finding.category, code, own


def _fused(group: Sequence[Placed]) -> Placed:
    """One comment for one line: the best finding, with the best of each other category as a paragraph."""
    best, excerpt = group[0]
    by_category = {finding.category: finding for finding, _ in reversed(group)}
    others = [finding for finding, _ in group if finding is by_category[finding.category] and finding is not best]
    body = "\n\n".join([best.body, *(f"**{other.title}** ({other.category}): {other.body}" for other in others)])
    also_at = tuple(place for finding, _ in group for place in finding.also_at)
    return replace(best, body=body, also_at=also_at), excerpt


def _gathered(group: Sequence[Placed]) -> Finding:
    """One finding for one cause: the best, and where else it stands."""
    best = group[0][0]
    places = {place for finding, _ in group for place in (_stands_at(finding), *finding.also_at)}
    rest = places - {_stands_at(best)}
    return replace(best, also_at=tuple(sorted(rest, key=lambda place: (place.path, place.line, place.side))))


def _told_apart(findings: Iterable[Finding]) -> list[Finding]:
    """Give findings on equal lines of one file fingerprints of their own: each is posted by its fingerprint."""
    seen: Counter[str] = Counter()
    apart = []
    for finding in sorted(findings, key=lambda finding: (finding.path, _first_line(finding), _order(finding))):
        name, nth = finding.fingerprint, seen[finding.fingerprint]
        seen[name] += 1
        own = fingerprint(finding.path, finding.side, [name, str(nth)]) if nth else name
        apart.append(replace(finding, fingerprint=own))
    return apart


def _stands_at(finding: Finding) -> Place:
    return Place(finding.path, finding.line, finding.side)


def _first_line(finding: Finding) -> int:
    return finding.line if finding.start_line is None else finding.start_line


def _order(finding: Finding) -> tuple[Any, ...]:
    """Sort by severity, confidence and place; the rest only makes the order total."""
    return (
        finding.severity.rank,
        -finding.confidence,
        finding.path,
        _first_line(finding),
        finding.line,
        finding.side,
        finding.category,
        finding.title,
        finding.body,
        finding.suggestion or "",
    )


def _best_first(placed: Placed) -> tuple[Any, ...]:
    finding, excerpt = placed
    return (*_order(finding), excerpt.part, excerpt.family)
