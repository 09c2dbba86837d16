from bot.core.diff.model import Side
from bot.core.excerpt import SkipReason
from bot.core.finding import Severity, Unplaced
from bot.core.receipt import Coverage, Status
from bot.core.report.words import by_severity, headline, left_out, lines_of, printable_path
from tests.unit.core.report.receipts import finding, full_receipt, receipt, skipped


def test_headline_of_a_clean_run_says_how_much_was_looked_at() -> None:
    """The word clean alone would not tell one hunk from a thousand."""
    assert headline(receipt()) == "Clean: no findings in 1 hunk; nothing was left out."


def test_headline_counts_findings_by_severity() -> None:
    """The numbers a reader looks for stand in one sentence, plural where they must be."""
    warning, info = finding(severity=Severity.WARNING), finding(severity=Severity.INFO)
    run = receipt(status=Status.FINDINGS, findings=(warning, finding(), finding(), info))
    assert headline(run) == "Findings: 2 errors, 1 warning, 1 info finding in 1 hunk; nothing was left out."


def test_headline_names_findings_without_a_line() -> None:
    """A run whose only finding has no line is not told as one without findings."""
    lost = Unplaced("a.py", Severity.ERROR, "bug", "title", "body", 0.9, "its quote is in no hunk")
    assert "1 finding without a line in 1 hunk" in headline(receipt(status=Status.FINDINGS, unplaced=(lost,)))


def test_headline_of_a_partial_run_says_what_is_missing() -> None:
    """Partial runs count what was covered, reused and equal hunks included, and name each reason of the gap."""
    assert headline(full_receipt()) == (
        "Partial: 22 of 34 hunks reviewed, 2 errors, 1 warning, 1 finding without a line; "
        "left out 3 hunks (budget), 5 hunks (error), 4 hunks (lock file), 1 file (binary)."
    )


def test_headline_of_a_run_with_nothing_selected_says_so_and_why() -> None:
    """Nothing reviewed is never told as a clean review."""
    locked = skipped(SkipReason.LOCK, "package-lock.json", hunks=2)
    assert headline(receipt(coverage=Coverage(2, 0, 0, 0, (locked,)))) == (
        "Nothing was selected for review: left out 2 hunks (lock file)."
    )
    assert headline(receipt(coverage=Coverage(0, 0, 0, 0, ()))) == (
        "Nothing was selected for review: the diff has no hunks."
    )


def test_headline_of_failed_and_skipped_runs() -> None:
    """Neither may be read as a review that found nothing wrong."""
    assert headline(receipt(status=Status.SKIPPED)) == "Skipped: no review was made."
    failed = receipt(status=Status.FAILED, coverage=Coverage(3, 0, 0, 0, (skipped(SkipReason.ERROR, hunks=3),)))
    assert headline(failed) == "Failed: 0 of 3 hunks reviewed, no findings; left out 3 hunks (error)."


def test_left_out_puts_gaps_before_rules_and_adds_prices() -> None:
    """What is missing comes first; a group's price is the sum of those that were worked out."""
    entries = (
        skipped(SkipReason.LOCK, hunks=4),
        skipped(SkipReason.BUDGET, hunks=1, cost="0.01"),
        skipped(SkipReason.BUDGET, hunks=2, cost="0.02"),
    )
    groups = left_out(Coverage(7, 0, 0, 0, entries))
    assert [(group.reason, group.amount, str(group.cost_usd)) for group in groups] == [
        (SkipReason.BUDGET, "3 hunks", "0.03"),
        (SkipReason.LOCK, "4 hunks", "None"),
    ]


def test_findings_are_sorted_by_severity_then_confidence() -> None:
    """The first finding read is the one most worth reading."""
    unsure, sure = finding(confidence=0.6), finding(confidence=0.9)
    warning = finding(severity=Severity.WARNING, confidence=1.0)
    assert by_severity([warning, unsure, sure]) == [sure, unsure, warning]


def test_lines_are_named_with_their_side() -> None:
    """A number of the old file is never read as one of the new."""
    assert lines_of(finding(line=9, side=Side.LEFT)) == "removed line 9"
    assert lines_of(finding(start_line=7, line=9)) == "lines 7-9"


def test_stray_bytes_of_a_path_are_written_out() -> None:
    """A path that is not UTF-8 can be printed on any stream."""
    assert printable_path("a\udcffb.py") == "a\\xffb.py"
