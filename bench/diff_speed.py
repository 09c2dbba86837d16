"""How fast a 20 MB diff is read, and how much memory that takes, beside plain unidiff.

Run it as `python -m bench.diff_speed`. Each reader runs in processes of its own, three times in turn; the fastest
run and the highest peak count. A run ends when every line of the diff has its numbers. The diff is built here, the
same on every machine.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from unidiff.patch import PatchSet

from bot.core.diff.read import read_diff

SIZE = 20_000_000
RUNS = 3
LEAST_SPEED = 12  # MB/s
MOST_MEMORY = 160  # MiB above what the process held with the diff's bytes
_WORDS = (
    "return",
    "self",
    "value",
    "for",
    "in",
    "if",
    "not",
    "None",
    "items",
    "total",
    "=",
    "def",
    "import",
    "caf\u00e9",
)


def plain_unidiff(data: bytes) -> int:
    """The number of lines that unidiff numbers, called as most programs call it."""
    patch = PatchSet(data.decode("utf-8", "surrogateescape"))
    return sum(
        line.source_line_no is not None or line.target_line_no is not None for f in patch for h in f for line in h
    )


def ours(data: bytes) -> int:
    """The number of lines that Hunkwise numbers."""
    return sum(line.number > 0 for file in read_diff(data).files for hunk in file.hunks for line in hunk.lines)


READERS: dict[str, Callable[[bytes], int]] = {"unidiff PatchSet": plain_unidiff, "hunkwise read_diff": ours}


def build(size: int) -> bytes:
    """A diff of about `size` bytes: modified files of 1 to 25 hunks, as in a large refactoring."""
    chance = random.Random(7)  # noqa: S311 - the same diff each time, no secret
    files: list[bytes] = []
    while size > 0:
        files.append(_file(chance, len(files)))
        size -= len(files[-1])
    return b"".join(files)


def _file(chance: random.Random, number: int) -> bytes:
    path = f"src/package{number % 40}/module{number}.py"
    parts = [f"diff --git a/{path} b/{path}\nindex 1234567..89abcde 100644\n--- a/{path}\n+++ b/{path}\n"]
    old = new = 10
    for _ in range(chance.randint(1, 25)):
        marks = [*"   ", *chance.choices("-+ ", k=chance.randint(2, 40)), *"   "]
        old_count, new_count = len(marks) - marks.count("+"), len(marks) - marks.count("-")
        parts.append(f"@@ -{old},{old_count} +{new},{new_count} @@ def function{number}():\n")
        parts += [f"{mark}{' ' * chance.randrange(0, 12, 4)}{_code(chance)}\n" for mark in marks]
        old, new = old + old_count + 20, new + new_count + 20
    return "".join(parts).encode()


def _code(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(1, 12)))


def measure(reader: str, file: Path) -> dict[str, float]:
    """One reading in this process: lines, seconds of processor time, and growth of the peak in MiB."""
    data = file.read_bytes()
    before = _peak()
    start = time.process_time()  # both readers only compute; other work on the machine should not count
    lines = READERS[reader](data)
    return {"lines": lines, "seconds": time.process_time() - start, "mib": _peak() - before}


def _peak() -> float:
    """The most memory this process ever held, in MiB."""
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _in_a_process(*words: str) -> str:
    # This process stays small and has no diff in its hands: a child's peak begins with its parent's.
    command = [sys.executable, "-m", "bench.diff_speed", *words]
    root = Path(__file__).parents[1]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


def compare() -> bool:
    """Print both readers side by side; True where ours keeps what the README says."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "big.diff"
        _in_a_process("build", str(file))
        megabytes = file.stat().st_size / 1e6
        runs = [{reader: json.loads(_in_a_process(reader, str(file))) for reader in READERS} for _ in range(RUNS)]
    speeds = {reader: megabytes / min(run[reader]["seconds"] for run in runs) for reader in READERS}
    peaks = {reader: max(run[reader]["mib"] for run in runs) for reader in READERS}
    print(f"{megabytes:.1f} MB, {runs[0]['hunkwise read_diff']['lines']:,} lines, best of {RUNS}, by processor time")
    for reader in READERS:
        print(f"{reader:20} {speeds[reader]:6.1f} MB/s  peak +{peaks[reader]:.0f} MiB")
    plain, own = READERS
    print(f"{'ratio':20} {speeds[own] / speeds[plain]:6.2f} x     peak  {peaks[own] / peaks[plain]:.2f} x")
    if len({run[reader]["lines"] for run in runs for reader in READERS}) > 1:
        sys.exit("the readers do not agree on how many lines there are")
    kept: bool = speeds[own] >= LEAST_SPEED and peaks[own] <= MOST_MEMORY
    print(f"at least {LEAST_SPEED} MB/s and at most +{MOST_MEMORY} MiB: {'kept' if kept else 'NOT kept'}")
    return kept


def main(words: list[str]) -> int:
    """Compare; or, as a child of that, build the diff or read it once."""
    if not words:
        return 0 if compare() else 1
    task, file = words
    if task == "build":
        Path(file).write_bytes(build(SIZE))
    else:
        print(json.dumps(measure(task, Path(file))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
