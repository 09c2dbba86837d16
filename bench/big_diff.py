"""What a 20 MB diff takes: to be printed as JSON, to be quoted, and to be reviewed until the default budget is spent.

Run it as `python -m bench.big_diff`. Each row is a process of its own, with the most memory it ever held. Processor
time is split into the stages of a run and given in multiples of the first, reading the diff, so that neither other
work on the machine nor its speed counts; the model's side runs in another process and is not part of it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.diff_speed import SIZE, build
from bench.stand_in import ROOT, plan_for, review_at, served_apart
from bot.app.options import Options
from bot.app.quote import quote
from bot.cli.diff import diff
from bot.cli.flags import Table
from bot.core.diff.read import read_diff

MOST_MEMORY = {"json": 130, "quote": 280, "review": 350}  # MiB, the interpreter and all modules included
MOST_TIMES_READING = {"print": 6, "plan": 15, "price": 15, "ask": 20}
_PEAK_UNIT = 1 << (20 if sys.platform == "darwin" else 10)  # of ru_maxrss, in MiB


def as_json(file: Path) -> Iterator[str]:
    """Read, and print the lines that may carry a comment."""
    read_diff(file.read_bytes())
    yield "read"
    diff(diff=str(file), format=Table.JSON)
    yield "print"


def quoted(file: Path) -> Iterator[str]:
    """Read, plan and price."""
    data = file.read_bytes()
    read_diff(data)
    yield "read"
    plan = plan_for(data, Options())
    yield "plan"
    quote(plan.prepared, plan.options, plan.templates, plan.prices)
    yield "price"


def reviewed(file: Path) -> Iterator[str]:
    """Read, plan and ask, with the default budget, and account for all that it does not cover."""
    data = file.read_bytes()
    read_diff(data)
    yield "read"
    plan = plan_for(data, Options())
    yield "plan"
    with served_apart() as base_url:
        review_at(base_url, plan)
    yield "ask"


TASKS = {"json": as_json, "quote": quoted, "review": reviewed}
"""What is measured; each generator names a stage when it is over. `plan` and `print` read once more."""


def measured(task: str, file: Path) -> dict[str, float]:
    """Run a task in this process: processor seconds by stage, and the peak in MiB."""
    took: dict[str, float] = {}
    began = time.process_time()
    for stage in TASKS[task](file):
        now = time.process_time()
        took[stage], began = now - began, now
    return took | {"mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PEAK_UNIT}


def main(words: list[str]) -> int:
    """Compare; or, as a child of that, build the diff or do one task."""
    if words:
        task, file = words[0], Path(words[1])
        if task == "build":
            file.write_bytes(build(SIZE))
        else:
            print(json.dumps(measured(task, file)), file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        big = Path(folder) / "big.diff"
        _in_a_process("build", str(big))
        print(f"a diff of {big.stat().st_size / 1e6:.1f} MB; processor time in multiples of reading it")
        rows = [_row(task, json.loads(_in_a_process(task, str(big)))) for task in TASKS]
    kept = all(rows)
    print(f"memory within {MOST_MEMORY} MiB, time within {MOST_TIMES_READING}: {'kept' if kept else 'NOT kept'}")
    return 0 if kept else 1


def _row(task: str, took: dict[str, float]) -> bool:
    mib, reading = took.pop("mib"), took.pop("read")
    stages = {stage: seconds / reading for stage, seconds in took.items()}
    print(f"{task:8} peak {mib:4.0f} MiB  " + ", ".join(f"{stage} {times:.1f}" for stage, times in stages.items()))
    in_time = all(times <= MOST_TIMES_READING[stage] for stage, times in stages.items())
    return in_time and mib <= MOST_MEMORY[task]


def _in_a_process(*words: str) -> str:
    # This process stays small and has no diff in its hands: a child's peak begins with its parent's.
    command = [sys.executable, "-m", "bench.big_diff", *words]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return done.stderr


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
