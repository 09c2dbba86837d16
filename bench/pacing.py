"""Eight processes on one key under a hard limit: how many requests are answered 429, and how much of the limit is used.

Run it as `python -m bench.pacing`; with HUNKWISE_DATABASE_URL (PostgreSQL) the processes share their buckets, too. The
stand-in serves in a process of its own and refuses what exceeds its limits. Each process sends 100 requests through the
whole stack, eight at a time, all beginning at the same moment. Half of what is sent is the full bucket's, the other
half its refill. What the limit allows is the bucket and all that flows into it until the last request is taken.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from bench.stand_in import ROOT, log_of, served_apart
from bot.adapters.anthropic import Access, ClaudeApi
from bot.adapters.clock import SystemClock
from bot.app.desk import Desk
from bot.app.dispatch import Dispatcher
from bot.app.guard import Guard
from bot.app.limiter import Limiter
from bot.app.meter import Meter
from bot.app.options import Options
from bot.app.retry import Retry
from bot.app.stack import stack
from bot.core.answer import REVIEW
from bot.core.budget import Amount, Budget, Limits
from bot.core.calls import ANTHROPIC, ModelRequest, Purpose
from bot.core.pricing import PriceList
from bot.core.progress import Event
from bot.ports import Provider, SharedLimits

PROCESSES, REQUESTS, AT_ONCE = 8, 100, 8
SENT = PROCESSES * REQUESTS
MODEL = "claude-haiku-5-5"
LEAST_USED = 0.9
SHARED, ALONE, WITHOUT = "shared store", "headers alone", "no pacing"
MOST_REFUSED = {SHARED: 0.003, ALONE: 0.03, WITHOUT: 1.0}
RUN_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Course:
    """A limit to run against: its flag and figure, the size of a request's hunk in bytes, and what counts."""

    flag: str
    limit: int
    hunk_bytes: int
    counts_tokens: bool

    @property
    def flags(self) -> tuple[str, ...]:
        """The stand-in's: all other limits are out of the way."""
        return ("--time-to-first-token", "0.2", "--tokens-per-second", "200", self.flag, str(self.limit))


COURSES = {
    "requests": Course("--requests-per-minute", 400, 60, counts_tokens=False),
    "input tokens": Course("--input-tokens-per-minute", 800_000, 5_000, counts_tokens=True),
}


def main() -> int:
    """Print one row for each limit and mode; 1 where a target is missed."""
    print(f"{PROCESSES} processes with {REQUESTS} requests each, {AT_ONCE} at a time, on one key")
    print(f"{'limit':14} {'mode':14} {'answered':>8} {'429':>5} {'share':>7} {'seconds':>8} {'of the limit':>13}")
    url = os.environ.get("HUNKWISE_DATABASE_URL", "")
    modes = [mode for mode in MOST_REFUSED if url or mode != SHARED]
    kept = True
    for name, course in COURSES.items():
        for mode in modes:
            kept = _row(name, course, mode) and kept
    if not url:
        print("HUNKWISE_DATABASE_URL is not set: nothing was shared")
    verdict = "kept" if kept else "NOT kept"
    print(f"under 0.3% (shared) and 3% (headers) refused, at least {LEAST_USED:.0%} of the limit used: {verdict}")
    return 0 if kept else 1


def _row(name: str, course: Course, mode: str) -> bool:
    with served_apart(*course.flags) as base_url:
        _race(base_url, mode, course)
        log = log_of(base_url)
    served = [one for one in log if one["status"] == 200]
    refused = sum(one["status"] == 429 for one in log)
    seconds = max(one["arrived"] for one in served) - min(one["arrived"] for one in log)
    taken = sum(one["usage"]["input_tokens"] for one in served) if course.counts_tokens else len(served)
    used = taken / (course.limit + course.limit / 60 * seconds)
    share = refused / len(log)
    print(f"{name:14} {mode:14} {len(served):8} {refused:5} {share:7.2%} {seconds:8.1f} {used:13.1%}", flush=True)
    return mode == WITHOUT or (len(served) == SENT and share < MOST_REFUSED[mode] and used >= LEAST_USED)


def _race(base_url: str, mode: str, course: Course) -> None:
    """Start all processes, let them begin together, and wait for them."""
    command = [sys.executable, "-m", "bench.pacing", base_url, mode, uuid4().hex, str(course.hunk_bytes)]
    with ExitStack() as running:
        racers = [
            running.enter_context(
                subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(PROCESSES)
        ]
        for racer in racers:
            assert racer.stdout is not None  # noqa: S101 - asked for above
            racer.stdout.readline()
        for racer in racers:
            assert racer.stdin is not None  # noqa: S101 - asked for above
            racer.stdin.write("go\n")
            racer.stdin.flush()
    if any(racer.returncode for racer in racers):
        raise RuntimeError("a process ended early")


class _Nobody:
    """An Observer that looks away."""

    def on(self, event: Event) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A request by its number; nothing is cached."""

    number: int
    prefix: Hashable = None
    cached: bool = False


def race(base_url: str, mode: str, key: str, hunk_bytes: int) -> None:
    """One of the processes."""
    stop = threading.Event()
    clock = SystemClock(stop)
    with _shared(mode, key) as shared:
        limiter = Limiter(clock, AT_ONCE, shared)
        api = ClaudeApi(Access(key, base_url), clock, stop, limiter.heard)
        request = _a_request(hunk_bytes)
        print("ready", flush=True)
        sys.stdin.readline()
        provider = _layers(api, limiter, mode, clock, stop)
        jobs = [_Job(number) for number in range(REQUESTS)]
        dispatcher = Dispatcher(jobs, lambda job: replace(request, rank=job.number), provider, clock, AT_ONCE)
        for _ in dispatcher.run():
            pass
        api.close()


def _layers(api: ClaudeApi, limiter: Limiter, mode: str, clock: SystemClock, stop: threading.Event) -> Provider:
    options = Options(limits=Limits(), concurrency=AT_ONCE, run_seconds=RUN_SECONDS)
    prices = PriceList(datetime.now(UTC), {})
    guard = Guard(api, Budget(options.limits, Amount()), prices, api, clock, _Nobody())
    deadline = clock.monotonic() + RUN_SECONDS
    if mode == WITHOUT:
        return Retry(guard, options.retry, clock, _Nobody(), deadline)
    desk = Desk(api, api, prices, clock, _Nobody(), stop)
    return stack(guard, desk, options, {ANTHROPIC: limiter}, Meter(clock, None), deadline, lambda _: REQUESTS)


@contextmanager
def _shared(mode: str, key: str) -> Iterator[SharedLimits | None]:
    if mode != SHARED:
        yield None
        return
    from bot.adapters.shared_limits import SharedBuckets  # noqa: PLC0415 - an optional extra

    shared = SharedBuckets(os.environ["HUNKWISE_DATABASE_URL"], key)
    try:
        yield shared
    finally:
        shared.close()


def _a_request(hunk_bytes: int) -> ModelRequest:
    line = "10 +    total = basket.get(key, 0)\n"
    hunk = (line * (hunk_bytes // len(line) + 1))[:hunk_bytes]
    return ModelRequest(
        model=MODEL,
        system="You review code.",
        facts="One file changed.",
        hunks=(hunk,),
        contract=REVIEW,
        max_tokens=1_000,
        least_output_tokens=500,
        prefix_tokens=300,
        purpose=Purpose("cheap", "bench", 1),
        thinking="disabled",
        effort="low",
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _, at, how, whose, size = sys.argv
        race(at, how, whose, int(size))
    else:
        sys.exit(main())
