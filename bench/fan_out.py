"""How near a review of 300 hunks comes to the fastest that its requests allow, eight at a time.

Run it as `python -m bench.fan_out`. The stand-in serves in a process of its own, six times as fast as a model that
takes 0.8 s to its first token and then says 60 tokens a second. The bound is read from the server's log: the leader's
first token, which all others wait for, and then the longest request or, if more, an eighth of the sum of all. The time
is that of the whole review, from counting the prompt to the receipt. A second plan has one hunk in each request.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from bench.changes import change
from bench.stand_in import log_of, plan_for, review_at, served_apart
from bot.adapters import anthropic  # noqa: F401 - imported before the clock starts: a run pays for it once
from bot.app.options import Options
from bot.bootstrap.plan import Plan
from bot.core.budget import Limits
from bot.core.choose import RequestSizes

HUNKS, TOKENS = 300, 60_000
AT_ONCE = 8
FASTER = 6
SPEED = ("--time-to-first-token", str(0.8 / FASTER), "--tokens-per-second", str(60 * FASTER))
MOST = 1.15  # of the bound
PLANS = {"as planned by default": RequestSizes(), "one hunk in each request": RequestSizes(max_hunks=1)}


def main() -> int:
    """Print one row a plan; 1 where one takes longer than it should or writes a prefix twice."""
    print(f"{HUNKS} hunks, {AT_ONCE} requests at once; processor time is this side's alone, in ms a request")
    print(f"{'':26} {'requests':>8} {'models':>6} {'wrote':>6} {'read':>5} {'of the bound':>12} {'processor':>9}")
    kept = True
    for name, sizes in PLANS.items():
        plan = plan_for(change(HUNKS, TOKENS), Options(limits=Limits(), sizes=sizes, concurrency=AT_ONCE))
        kept = _row(name, plan) and kept
    print(f"at most {MOST} of the bound, one write a prefix, all others read it: {'kept' if kept else 'NOT kept'}")
    return 0 if kept else 1


def _row(name: str, plan: Plan) -> bool:
    with served_apart(*SPEED) as base_url:
        began, worked = time.monotonic(), time.process_time()
        review_at(base_url, plan)
        took, worked = time.monotonic() - began, time.process_time() - worked
        log = log_of(base_url)
    models = Counter(record["model"] for record in log)
    wrote = Counter(record["model"] for record in log if record["usage"]["cache_write_5m_tokens"])
    read = sum(record["usage"]["cache_read_tokens"] > 0 for record in log)
    ratio = took / _bound(log)
    counts = f"{len(log):8} {len(models):6} {wrote.total():6} {read:5}"
    print(f"{name:26} {counts} {ratio:12.2f} {worked / len(log) * 1000:9.0f}")
    return ratio <= MOST and wrote == Counter(dict.fromkeys(models, 1)) and read == len(log) - len(models)


def _bound(log: list[dict[str, Any]]) -> float:
    """Seconds: until the leader's answer begins, then the longest request or an even share of all."""
    leader = min(log, key=lambda record: record["arrived"])
    times = [record["ended"] - record["arrived"] for record in log]
    return float(leader["begun"] - leader["arrived"] + max(*times, sum(times) / AT_ONCE))


if __name__ == "__main__":
    sys.exit(main())
