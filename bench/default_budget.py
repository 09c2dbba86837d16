"""Whether the default budget covers 99 of 100 pull requests, for their whole life, and no more than that.

Run it as `python -m bench.default_budget`. The sizes are those of 5,475 pull requests of 15 public repositories, hunks
and tokens at each percentile, tokens without lock, vendored and generated files. A life is a first review and nine
pushes that each change a quarter of the hunks; what did not change is reused, so a push costs what its new hunks cost.
In the first two lives no hunk may move to a cheaper model than the one it was planned for; in the last it may, as it
may by default.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from decimal import Decimal

from bench.changes import change
from bench.stand_in import Run, plan_for, run
from bot.app.options import DEFAULT_LIMITS, Options
from bot.app.retry import RetryPolicy
from bot.core.budget import Amount, Limits
from bot.core.receipt import Status
from bot.simulator.options import SimulatorOptions

SIZES = {"p50": (2, 312), "p75": (6, 1_085), "p90": (18, 4_052), "p95": (40, 9_046), "p99": (175, 38_186)}
UNFILTERED = (175, 60_339)  # the 99th percentile where no file is left out by rule
TOKENS, USD = DEFAULT_LIMITS.tokens or 0, DEFAULT_LIMITS.usd or Decimal(0)
RUNS = 10
CHANGED_BY_A_PUSH = 4  # one hunk in so many
A_FEW = 4  # runs that even the dearest life below must get
_QUICK = RetryPolicy(first_wait=0.01, longest_wait=0.05)
_A_FIFTH_FAILS = ("529=0.07", "500=0.07", "reset=0.03", "cut=0.03")  # resets and cuts are charged in full


@dataclass(frozen=True, slots=True)
class Life:
    """A pull request and how its reviews go; `thinking` multiplies the stand-in's 150 (medium) and 400 (high) tokens.

    `least` is how many runs the default must pay for; `cheaper` whether hunks may move to the cheaper tier.
    """

    name: str
    size: tuple[int, int]
    thinking: float
    least: int
    cheaper: bool = False


QUARTER = Life("p99, thinks a quarter of its room, a fifth fails", SIZES["p99"], 5, RUNS)
NOTHING_FILTERED = Life("p99 unfiltered, thinks little, a fifth fails", UNFILTERED, 1, RUNS)
DEAREST = Life("p99 unfiltered, thinks half of its room, a fifth fails", UNFILTERED, 10, A_FEW, cheaper=True)


def main() -> int:
    """Print both tables; 1 where the default does not cover what it should, or more."""
    kept = _first_reviews()
    print()
    print(f"A life of {RUNS} runs: how many were complete, and what they used, by budget")
    print(f"{'':54} {'default':>26} {'three quarters of it':>26}")
    less = Limits(tokens=TOKENS * 3 // 4, usd=USD * 3 / 4)
    for life in (QUARTER, NOTHING_FILTERED, DEAREST):
        with_default, with_less = _live(life, DEFAULT_LIMITS), _live(life, less)
        print(f"{life.name:54} {with_default:>26} {with_less:>26}")
        kept = kept and with_default.complete >= life.least and with_less.complete < with_default.complete
    print(f"default ${USD} and {TOKENS:,} tokens: {'covers 99 of 100, and no more' if kept else 'NOT right'}")
    return 0 if kept else 1


def _first_reviews() -> bool:
    print("One review, nothing fails, a model that thinks a quarter of its room, no limit; shares of the default")
    print(f"{'':15} {'hunks':>5} {'tokens':>7} {'asked':>6} {'tokens used':>16} {'dollars':>16} {'reservation':>21}")
    covered = True
    for name, size in {**SIZES, "p99 unfiltered": UNFILTERED}.items():
        done = _review(size, SimulatorOptions(thinking_scale=5), Options(limits=Limits()), Amount())
        tokens, usd = done.receipt.budget.spent_tokens, done.receipt.budget.spent_usd
        used = f"{tokens:9,} {tokens / TOKENS:6.1%} {usd:9.4f} {usd / USD:6.1%}"
        reserved = f"{done.largest.tokens:12,} ${done.largest.usd:.3f}"
        print(f"{name:15} {size[0]:5} {size[1]:7,} {done.receipt.bill.requests:6} {used} {reserved:>21}")
        covered = covered and tokens < TOKENS and usd < USD
    return covered


@dataclass(frozen=True, slots=True)
class _Lived:
    complete: int
    used: Amount

    def __format__(self, spec: str) -> str:
        return format(f"{self.complete:2} runs {self.used.tokens:8,} ${self.used.usd:.2f}", spec)


def _live(life: Life, limits: Limits) -> _Lived:
    """The runs of a life, up to the first that leaves something out."""
    used = Amount()
    hunks, tokens = life.size
    for number in range(RUNS):
        part = CHANGED_BY_A_PUSH if number else 1
        server = SimulatorOptions(thinking_scale=life.thinking, faults=_A_FIFTH_FAILS, seed=number)
        options = Options(limits=limits, retry=_QUICK, cheaper_when_tight=life.cheaper)
        receipt = _review((hunks // part, tokens // part), server, options, used).receipt
        used += Amount(receipt.budget.spent_tokens, receipt.budget.spent_usd)
        if receipt.status not in (Status.CLEAN, Status.FINDINGS):
            return _Lived(number, used)
    return _Lived(RUNS, used)


def _review(size: tuple[int, int], server: SimulatorOptions, options: Options, before: Amount) -> Run:
    return run(plan_for(change(*size, seed=server.seed), options), server, before)


if __name__ == "__main__":
    sys.exit(main())
