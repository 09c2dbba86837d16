import io
from dataclasses import replace

import pytest

from bot.cli.text import FILES_LISTED, console_on, print_review
from bot.core.diff.model import Side
from bot.core.excerpt import SkipReason
from bot.core.finding import Finding
from bot.core.receipt import Coverage, Receipt, Status
from bot.core.report.code_excerpt import ExcerptLine, Excerpts, no_excerpts
from tests.unit.core.prompt.prompts import matches_golden
from tests.unit.core.report.receipts import finding, full_receipt, receipt, skipped


def printed(run: Receipt, excerpts: Excerpts = no_excerpts, width: int = 100) -> str:
    """What a review prints on a stream that is no terminal."""
    stream = io.StringIO()
    print_review(run, console_on(stream, width), excerpts)
    return stream.getvalue()


def around_cart(one: Finding) -> list[ExcerptLine]:
    """The code around the first finding of the full receipt; none for the others."""
    if one.path != "src/cart.py":
        return []
    return [
        (39, " ", "def average(items):"),
        (40, " ", "    total = sum(items)"),
        (41, "+", "    return total / len(items)"),
        (42, " ", ""),
    ]


def test_golden_of_a_full_review() -> None:
    """The whole output of a run that found, left out and paid for things."""
    matches_golden("report/full.txt", printed(full_receipt(), around_cart))


def test_golden_of_a_clean_review() -> None:
    """Nothing found is told in a screenful."""
    matches_golden("report/clean.txt", printed(receipt()))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Long code is cut and long prose wrapped at every width."""
    long = finding(body="many words " * 60, quote="x" * 300, suggestion="y" * 300, title="t " * 100)
    run = replace(full_receipt(), findings=(long, *full_receipt().findings))
    assert max(len(line) for line in printed(run, around_cart, width).splitlines()) <= width


def test_simulated_is_said_first_and_last() -> None:
    """Neither the top nor the bottom of a long output can be mistaken for a real review."""
    lines = printed(full_receipt()).strip().splitlines()
    assert lines[0].startswith("Simulated:")
    assert lines[-1].startswith("Simulated:")
    assert "imulated" not in printed(receipt())


def test_the_caret_stands_under_the_code() -> None:
    """The underline is as wide as the code it means, tabs and wide characters counted as they are shown."""
    lines = printed(receipt(findings=(finding(quote="\tx = '漢字'"),))).splitlines()
    at = next(number for number, line in enumerate(lines) if "x = '漢字'" in line)
    assert lines[at].index("x") == lines[at + 1].index("^")
    assert lines[at + 1].count("^") == len("x = ''") + 4


def test_every_line_of_a_range_is_marked() -> None:
    """A finding on several lines shows where it begins and where it ends."""
    text = printed(receipt(findings=(finding(start_line=40, quote="a\nb"),)))
    assert "> 40 |   a\n  > 41 |   b\n" in text


def test_removed_lines_are_called_removed() -> None:
    """A number of the old file is not read as one of the new."""
    text = printed(receipt(findings=(finding(side=Side.LEFT),)))
    assert "src/cart.py:41 (removed)" in text
    assert "> 41 | -" in text


def test_markup_and_escapes_in_foreign_text_are_shown_not_obeyed() -> None:
    """Brackets are no markup and escape sequences reach no terminal, wherever the text comes from."""
    hostile = "[bold red]x[/] :smile: \x1b[31mred\x1b[0m \u202e"
    one = finding(path=hostile, title=hostile, body=hostile, quote=hostile, suggestion=hostile, category=hostile)
    entry = skipped(SkipReason.ERROR, hostile, detail=hostile, hunks=1)
    text = printed(receipt(findings=(one,), coverage=Coverage(2, 1, 0, 0, (entry,)), notes=(hostile,)))
    assert text.count("[bold red]x[/] :smile:") >= 8
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_workflow_commands_in_foreign_text_are_broken() -> None:
    """The runner of GitHub reads commands from what a step prints."""
    one = finding(title="::error::owned", body="fine\n::set-output name=x::y", quote="::add-mask::x")
    text = printed(receipt(findings=(one,), notes=("::warning::no",)))
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert "::warning::" not in text


def test_colours_are_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe gets plain text, a terminal colours, and NO_COLOR takes them away again."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def on_terminal() -> str:
        stream = Terminal()
        print_review(full_receipt(), console_on(stream, 100))
        return stream.getvalue()

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31merror" in on_terminal()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in on_terminal()
    assert "\x1b" not in printed(full_receipt())


def test_a_reader_that_went_away_is_not_told_as_findings() -> None:
    """`hunkwise review | head` must not end with the exit code of findings."""

    class Gone(io.StringIO):
        def write(self, text: str, /) -> int:
            raise BrokenPipeError(text)

    with pytest.raises(BrokenPipeError):
        print_review(receipt(), console_on(Gone(), 100))


def test_nothing_selected_is_said_with_its_reason() -> None:
    """An empty review explains itself instead of looking like a good one."""
    entry = skipped(SkipReason.LOCK, "poetry.lock", hunks=3)
    text = printed(receipt(coverage=Coverage(3, 0, 0, 0, (entry,))))
    assert "Nothing was selected for review: left out 3 hunks (lock file)." in text
    assert "poetry.lock  3 hunks" in text


def test_a_declined_event_is_said_with_its_note() -> None:
    """A skipped run shows why, and no empty coverage."""
    run = receipt(status=Status.SKIPPED, coverage=Coverage(0, 0, 0, 0, ()), notes=("It is a draft.",))
    text = printed(run)
    assert "Skipped: no review was made." in text
    assert "! It is a draft." in text
    assert "Coverage" not in text


def test_left_out_files_are_gathered_and_counted() -> None:
    """Hunks of a file share a line, and a very long list ends with its count."""
    twice = [skipped(SkipReason.BUDGET, "a.py", hunk=f"@@ {n} @@", hunks=1, cost="0.001") for n in range(2)]
    many = [skipped(SkipReason.BUDGET, f"f{n}.py", hunks=1) for n in range(FILES_LISTED + 4)]
    text = printed(receipt(status=Status.PARTIAL, coverage=Coverage(30, 4, 0, 0, (*twice, *many))))
    assert "budget: 26 hunks, about $0.0020 to review" in text
    assert "a.py  2 hunks" in text
    assert "and 5 files more" in text
