import io
import threading
from decimal import Decimal

import pytest

from bot.cli.progress import Lines, shown_progress
from bot.core.progress import AttemptEnded, BatchEnded, Event, PlanMade, Switched, Waiting

ANSWERED = AttemptEnded("claude-haiku-4-5", "answered", Decimal("0.01"))
OVERLOADED = AttemptEnded("claude-haiku-4-5", "overloaded", Decimal(0))


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


class Gone(io.StringIO):
    """A log that was closed at its other end."""

    def write(self, text: str, /) -> int:
        """Refuse."""
        raise BrokenPipeError(text)


def logged(*events: Event) -> list[str]:
    """The lines a log gets of these events."""
    stream = io.StringIO()
    with shown_progress(stream) as observer:
        for event in events:
            observer.on(event)
    return stream.getvalue().splitlines()


def test_a_log_gets_the_plan_and_each_step_with_its_figures() -> None:
    """Hunks, dollars and findings so far stand in one plain line."""
    lines = logged(
        PlanMade(2, 10), ANSWERED, BatchEnded(5, reviewed=True, findings=2), BatchEnded(5, reviewed=False, findings=0)
    )
    assert lines == [
        "Reviewing 10 hunks in 2 requests.",
        "5 of 10 hunks done, $0.0100, 2 findings.",
        "10 of 10 hunks done, $0.0100, 2 findings.",
    ]


def test_a_log_of_a_large_review_stays_short() -> None:
    """A thousand batches make ten lines, not a thousand."""
    lines = logged(PlanMade(1000, 1000), *[BatchEnded(1, reviewed=True, findings=0)] * 1000)
    assert len(lines) == 11


def test_a_storm_of_one_trouble_is_told_once_until_something_moves() -> None:
    """Each reason is named, no reason floods the log."""
    wait = Waiting(2.0, "rate limited")
    lines = logged(
        PlanMade(2, 2),
        OVERLOADED,
        OVERLOADED,
        wait,
        Waiting(4.0, "rate limited"),
        BatchEnded(1, reviewed=True, findings=0),
        wait,
    )
    assert lines == [
        "Reviewing 2 hunks in 2 requests.",
        "An attempt at claude-haiku-4-5 ended: overloaded",
        "Waiting 2 s: rate limited",
        "1 of 2 hunks done, $0.0000, 0 findings.",
        "Waiting 2 s: rate limited",
    ]


def test_a_log_gets_no_escapes_from_foreign_text() -> None:
    """A server's words cannot steer a terminal or a runner."""
    assert "\x1b" not in "".join(logged(Waiting(1.0, "\x1b[31m::error::x")))


def test_quiet_shows_nothing() -> None:
    """--quiet leaves stderr to errors."""
    stream = io.StringIO()
    with shown_progress(stream, quiet=True) as observer:
        observer.on(PlanMade(1, 1))
        observer.on(OVERLOADED)
    assert stream.getvalue() == ""


def test_a_terminal_gets_a_bar_and_the_troubles(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar shows hunks, dollars and findings; troubles scroll by above it."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    with shown_progress(stream) as observer:
        for event in (
            PlanMade(2, 4),
            ANSWERED,
            Waiting(3.0, "[rate] limited"),
            BatchEnded(2, reviewed=True, findings=1),
        ):
            observer.on(event)
    text = stream.getvalue()
    assert "Reviewing hunks" in text
    assert "2/4" in text
    assert "$0.0100, 1 finding" in text
    assert "Waiting 3 s: [rate] limited" in text


@pytest.mark.parametrize("stream", [Gone(), Terminal()])
def test_a_stream_that_went_away_costs_no_review(stream: io.StringIO) -> None:
    """Progress is not worth losing what is being paid for."""
    with shown_progress(stream) as observer:
        if isinstance(stream, Terminal):
            stream.close()
        observer.on(PlanMade(1, 1))
        observer.on(OVERLOADED)


def test_many_threads_lose_no_step() -> None:
    """Batches end on several threads at once; the last line counts them all."""
    stream = io.StringIO()
    observer = Lines(stream)
    observer.on(PlanMade(800, 800))

    def work() -> None:
        for _ in range(100):
            observer.on(BatchEnded(1, reviewed=True, findings=1))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stream.getvalue().splitlines()[-1] == "800 of 800 hunks done, $0.0000, 800 findings."


def test_a_switch_of_providers_is_never_silent() -> None:
    """Whom requests go to, whom no more, and why, whatever the names may hold."""
    lines = logged(
        Switched("anthropic", "frankfurt", "not_permitted"), Switched("frankfurt", "\x1b[31m", "it answers again")
    )
    assert lines[0] == "Requests go to frankfurt and no more to anthropic: not permitted"
    assert "\x1b" not in lines[1]
