"""What a receipt says of requests that were not answered where they were meant to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from bot.core.calls import Call, Outcome
from bot.core.report.figures import exact_dollars
from bot.core.report.words import counted

_PAID = frozenset(str(outcome) for outcome in Outcome)


def detours(calls: Sequence[Call], preferred: str) -> tuple[str, ...]:
    """One sentence where another provider than the preferred one answered: why, how often, and for how much."""
    answers = [call for call in calls if call.outcome in _PAID]
    elsewhere: dict[str, list[Call]] = {}
    for call in answers:
        if call.provider != preferred:
            elsewhere.setdefault(call.provider, []).append(call)
    if not elsewhere:
        return ()
    of_all = counted(len(answers), "answer")
    went = [
        f"{len(theirs)} of {of_all} came from {name} ({exact_dollars(_cost(theirs))})"
        for name, theirs in elsewhere.items()
    ]
    failed = Counter(call.outcome for call in calls if call.outcome not in _PAID and call.provider == preferred)
    times = [f"{kind.replace('_', ' ')} {_times(number)}" for kind, number in failed.most_common()]
    why = f"{preferred} failed: {', '.join(times)}" if times else f"{preferred} was not asked"
    return (f"{why}; {', '.join(went)}.",)


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _cost(calls: Iterable[Call]) -> Decimal:
    return sum((call.cost_usd for call in calls), Decimal(0))
