"""Whatever fails, every job ends exactly once, in the order its prefix allows and never too many at a time."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.dispatch import Dispatcher
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import FailureKind
from bot.errors import CallFailed
from tests.fakes import FakeClock, a_request, an_answer


@dataclass(frozen=True)
class AJob:
    """A numbered job; `tries` counts down with every second try."""

    number: int
    prefix: str
    cached: bool
    tries: int = 0


class Dice:
    """A vendor that begins or not, and answers or fails, and watches how many cached requests find nothing warm."""

    def __init__(self, seed: int, failing: float) -> None:
        self._random = random.Random(seed)  # noqa: S311  # a test's dice
        self._failing = failing
        self._lock = threading.Lock()
        self._cold: Counter[str] = Counter()
        self._warm: set[str] = set()
        self.most_cold: Counter[str] = Counter()
        self.running = self.most_running = 0

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """Roll."""
        cold = bool(request.cache_ttl) and request.system not in self._warm
        with self._lock:
            self.running += 1
            self.most_running = max(self.running, self.most_running)
            fails = self._random.random() < self._failing
            begins = not fails or self._random.random() < 0.5
            if cold:
                self._cold[request.system] += 1
                self.most_cold[request.system] = max(self._cold[request.system], self.most_cold[request.system])
        if begins:
            with self._lock:
                if request.cache_ttl:
                    self._warm.add(request.system)
            begun()
        with self._lock:
            self.running -= 1
            self._cold[request.system] -= cold
        if fails:
            raise CallFailed(FailureKind.BAD_REQUEST, "the dice say so")
        return an_answer()


def request_of(job: AJob) -> ModelRequest:
    """The job's request; its prefix stands in the system prompt."""
    return a_request(system=job.prefix, cache_ttl="5m" if job.cached else None)


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    failing=st.sampled_from([0.0, 0.3, 1.0]),
    kinds=st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=20),
    concurrency=st.integers(1, 6),
    again=st.sampled_from([0.0, 0.3]),
)
def test_every_job_ends_exactly_once(
    seed: int, failing: float, kinds: list[tuple[str, bool]], concurrency: int, again: float
) -> None:
    """None is lost, none is asked twice, second tries included, and one at most writes a prefix at a time."""
    dice = random.Random(seed)  # noqa: S311  # a test's dice
    vendor = Dice(seed, failing)
    jobs = [AJob(number, prefix, cached) for number, (prefix, cached) in enumerate(kinds)]
    dispatcher = Dispatcher(jobs, request_of, vendor, FakeClock(), concurrency)
    expected, ended = Counter(jobs), Counter[AJob]()
    for one in dispatcher.run():
        assert (one.answer is None) != (one.failure is None)
        ended[one.job] += 1
        if one.job.tries == 0 and dice.random() < again:
            second = AJob(one.job.number, one.job.prefix, one.job.cached, tries=1)
            expected[second] += 1
            dispatcher.ask_next(second)
    assert ended == expected
    assert vendor.most_running <= concurrency
    assert vendor.running == 0
    assert all(cold <= 1 for cold in vendor.most_cold.values())
