"""Watches the cached prefixes of one run: for the receipt, and for the runs that follow."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.app.caching import Prefixes
from bot.app.dispatch import Ended
from bot.app.followup import ReviewJob
from bot.core.cache_facts import LeaderAnswer, cache_facts, cache_notes
from bot.core.calls import Call
from bot.core.prefix_use import PrefixUse
from bot.core.pricing import PriceList
from bot.core.receipt import CacheFacts
from bot.errors import HunkwiseError
from bot.ports import Clock, PrefixHistory


@dataclass(slots=True)
class _Seen:
    """What came back with one prefix: answers, when the last of them did, and what the first request's said."""

    answers: int
    last: datetime
    message_id: str | None = None
    leader: LeaderAnswer | None = None


class CacheWatch:
    """What becomes of the prefixes of a run. Belongs to one thread."""

    def __init__(self, prefixes: Prefixes, history: PrefixHistory | None, clock: Clock) -> None:
        self._prefixes = prefixes
        self._history = history
        self._clock = clock
        self._began = clock.now()
        self._seen: dict[Hashable, _Seen] = {}

    def saw(self, ended: Ended[ReviewJob]) -> None:
        """Take note of a job that ended with an answer, useful or not."""
        job, answer = ended.job, ended.answer
        if answer is None or job.prefix not in self._prefixes:
            return
        seen = self._seen.setdefault(job.prefix, _Seen(0, self._began))
        seen.answers += 1
        seen.last = self._clock.now()
        if job.diagnosed and seen.leader is None:
            seen.message_id = answer.message_id
            seen.leader = LeaderAnswer(answer.usage, answer.cache_miss)

    def outcome(self, calls: Sequence[Call], prices: PriceList) -> tuple[CacheFacts, list[str]]:
        """What the receipt says of the cache, and sentences for its reader. The run's uses are kept for later ones."""
        plans = list(self._prefixes.values())
        leaders = {self._prefixes[one].key: seen.leader for one, seen in self._seen.items() if seen.leader}
        sentences = list(dict.fromkeys(plan.earlier.note for plan in plans if plan.earlier.note))
        sentences += cache_notes(plans, leaders, calls, prices, self._began)
        return cache_facts(plans, calls, prices), sentences + self._remember()

    def _remember(self) -> list[str]:
        """Keep each prefix's use for later runs; a store that takes nothing more costs a sentence."""
        if self._history is None:
            return []
        for prefix, seen in self._seen.items():
            plan = self._prefixes[prefix]
            use = PrefixUse(
                prefix=plan.key,
                family=plan.family,
                began=self._began,
                last=seen.last,
                requests=seen.answers,
                ttl=plan.system_ttl,
                message_id=seen.message_id,
            )
            try:
                self._history.add(use)
            except HunkwiseError as error:
                return [error.message]
        return []
