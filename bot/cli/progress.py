"""Shows a review while it works, on stderr: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from threading import Lock
from typing import TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot.core.calls import Outcome
from bot.core.progress import AttemptEnded, BatchEnded, Event, InBatch, PlanMade, Switched, Waiting
from bot.core.report.figures import about_dollars
from bot.core.report.words import counted
from bot.core.sanitise import terminal
from bot.ports import Observer

STEPS = 10
"""Lines a log gets for a whole review, besides waits and failures."""


@contextmanager
def shown_progress(stream: TextIO, *, quiet: bool = False) -> Iterator[Observer]:
    """An observer that shows the run on `stream` until the block ends; safe to call from several threads."""
    if quiet:
        yield Silent()
    elif stream.isatty():
        console = Console(file=cast("TextIO", Forgiving(stream)), markup=False, emoji=False, highlight=False)
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[facts]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        ) as bar:
            yield Bar(bar)
    else:
        yield Lines(stream)


class Forgiving:
    """A stream to which writing never fails: a log that went away must not cost the review that is being paid for."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush what can be flushed."""
        with suppress(OSError, ValueError):
            self._stream.flush()

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


class Silent:
    """Shows nothing."""

    def on(self, event: Event) -> None:
        """Look away."""


class Tally:
    """What has happened so far: hunks settled and reviewed, findings, dollars."""

    def __init__(self) -> None:
        self.hunks = 0
        self.settled = 0
        self.findings = 0
        self.cost_usd = Decimal(0)

    def add(self, event: Event) -> None:
        """Count one step."""
        if isinstance(event, PlanMade):
            self.hunks = event.hunks
        elif isinstance(event, AttemptEnded):
            self.cost_usd += event.cost_usd
        elif isinstance(event, BatchEnded):
            self.settled += event.hunks
            self.findings += event.findings

    @property
    def facts(self) -> str:
        """Dollars and findings so far, in words."""
        return f"{about_dollars(self.cost_usd)}, {counted(self.findings, 'finding')}"


class Bar:
    """A progress bar; waits and failed attempts are printed above it."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tally = Tally()
        self._task: TaskID = bar.add_task("Planning", total=None, facts="")
        self._lock = Lock()

    def on(self, event: Event) -> None:
        """Move the bar, or say why it stands still."""
        with self._lock:
            self._tally.add(event)
            trouble = trouble_in(event)
            if trouble:
                self._bar.console.print(Text(trouble, style="yellow"))
            if isinstance(event, InBatch):
                self._bar.update(
                    self._task, description=waiting_for(event), total=event.parts, completed=event.ended, facts=""
                )
            if self._tally.hunks:
                self._bar.update(
                    self._task,
                    description="Reviewing hunks",
                    total=self._tally.hunks,
                    completed=self._tally.settled,
                    facts=self._tally.facts,
                )


class Lines:
    """Plain lines for a log: the plan, each tenth of the hunks, and each new trouble once between two of them."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = Forgiving(stream)
        self._tally = Tally()
        self._told = 0
        self._troubles: set[str] = set()
        self._lock = Lock()

    def on(self, event: Event) -> None:
        """Write a line where something is worth one."""
        with self._lock:
            self._tally.add(event)
            if isinstance(event, PlanMade):
                self._write(f"Reviewing {counted(event.hunks, 'hunk')} in {counted(event.requests, 'request')}.")
            elif isinstance(event, BatchEnded):
                self._tell_progress()
            elif isinstance(event, InBatch):
                self._tell_batch(event)
            elif isinstance(event, Switched):
                self._write(trouble_in(event))
            else:
                self._tell_trouble(event)

    def _tell_progress(self) -> None:
        tally = self._tally
        step = tally.settled * STEPS // tally.hunks if tally.hunks else 0
        if step > self._told:
            self._told = step
            self._troubles.clear()
            self._write(f"{tally.settled:,} of {counted(tally.hunks, 'hunk')} done, {tally.facts}.")

    def _tell_batch(self, event: InBatch) -> None:
        line = waiting_for(event)
        if line not in self._troubles:
            self._troubles.add(line)
            self._write(f"{line}.")

    def _tell_trouble(self, event: Event) -> None:
        trouble = trouble_in(event)
        kind = trouble.partition(":")[2] or trouble
        if trouble and kind not in self._troubles:
            self._troubles.add(kind)
            self._write(trouble)

    def _write(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()


def waiting_for(event: InBatch) -> str:
    """What is being waited for, in a line."""
    return f"Waiting for {event.what}: {event.ended:,} of {event.parts:,} ended"


def trouble_in(event: Event) -> str:
    """A line about what holds the run up; empty where nothing does."""
    if isinstance(event, Waiting):
        return f"Waiting {event.seconds:.0f} s: {terminal(event.why)}"
    if isinstance(event, Switched):
        why = terminal(event.why).replace("_", " ")
        return f"Requests go to {terminal(event.to)} and no more to {terminal(event.left)}: {why}"
    if isinstance(event, AttemptEnded) and event.outcome != Outcome.ANSWERED:
        return f"An attempt at {terminal(event.model)} ended: {terminal(event.outcome).replace('_', ' ')}"
    return ""
