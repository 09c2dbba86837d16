import re
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.diff.model import Side
from bot.core.excerpt import SkipReason
from bot.core.finding import Place, Severity, Unplaced
from bot.core.receipt import Coverage, Receipt, Status
from bot.core.report.markdown import LIMIT, receipt_as_markdown
from tests.unit.core.prompt.prompts import matches_golden
from tests.unit.core.report.receipts import finding, full_receipt, receipt, skipped


def huge_receipt(*, text: int, rows: int) -> Receipt:
    """A receipt with `rows` of everything and `text` characters wherever text can stand."""
    long = "`|<b>@all " * (text // 10 + 1)
    base = full_receipt()
    return replace(
        base,
        findings=tuple(
            finding(
                path=f"{long}{n}", title=long, body=long, suggestion=long, also_at=(Place(long, 1),) * min(rows, 20)
            )
            for n in range(rows)
        ),
        unplaced=(Unplaced(long, Severity.ERROR, long, long, long, 0.9, long),) * rows,
        coverage=Coverage(rows, 0, 0, 0, (skipped(SkipReason.BUDGET, long, hunk=long, detail=long, hunks=1),) * rows),
        bill=replace(base.bill, by_model={f"{long}{n}": Decimal("0.1") for n in range(rows)}),
        calls=base.calls * rows,
        notes=(long,) * rows,
    )


def test_golden_of_a_full_review() -> None:
    """The whole page, as a reader of the summary comment gets it."""
    matches_golden("report/full.md", receipt_as_markdown(full_receipt()))


def test_golden_of_a_clean_review() -> None:
    """Nothing found is told in few lines, with the bill."""
    matches_golden("report/clean.md", receipt_as_markdown(receipt()))


@pytest.mark.parametrize(("text", "rows"), [(10, 0), (10, 400), (70_000, 1), (1_000, 40), (120, 200)])
def test_the_page_never_outgrows_a_comment(text: int, rows: int) -> None:
    """Whatever a run found, GitHub takes the comment, and the page says what it does not show."""
    page = receipt_as_markdown(huge_receipt(text=text, rows=rows))
    assert len(page) <= LIMIT < 65_536
    assert ("Shortened to fit" in page) == (rows > 0)
    assert "◐ Partial" in page


def test_the_table_of_calls_goes_first() -> None:
    """What a reader needs least is dropped before any finding is."""
    base = full_receipt()
    page = receipt_as_markdown(replace(base, calls=base.calls * 200))
    assert "without the table of calls;" in page
    assert base.findings[0].body in page
    assert "Calls (" not in page


def test_a_body_cut_short_leaves_no_fence_open() -> None:
    """A cut inside a code block never swallows the rest of the page."""
    body = "The cause in words.\n\n```python\n" + "x = 1\n" * 20_000 + "```"
    page = receipt_as_markdown(receipt(status=Status.FINDINGS, findings=(finding(body=body, suggestion=None),)))
    assert "The cause in words." in page
    assert page.count("```") == 2
    assert page.index("…") < page.rindex("```") < page.index("### Coverage")


@pytest.mark.parametrize("limit", [1_000, 2_000, 5_000, 20_000])
def test_a_publisher_may_ask_for_less(limit: int) -> None:
    """Room for a hidden marker is kept by asking for a lower limit."""
    assert len(receipt_as_markdown(huge_receipt(text=200, rows=30), limit)) <= limit


def test_simulated_is_said_first_and_last() -> None:
    """A page of the stand-in's cannot be taken for a review by Claude."""
    paragraphs = receipt_as_markdown(full_receipt()).strip().split("\n\n")
    assert "Simulated" in paragraphs[1]
    assert "Simulated" in paragraphs[-1]
    assert "Simulated" not in receipt_as_markdown(receipt())


def test_a_path_cannot_break_out_of_its_code_span_or_table() -> None:
    """File names come from the pull request: bars, newlines and backticks stay inside their cell."""
    hostile = "a`b``|c\n| evil | @octocat <img src=x>"
    entries = (skipped(SkipReason.LOCK, hostile, hunks=1),)
    run = receipt(status=Status.FINDINGS, findings=(finding(path=hostile),), coverage=Coverage(2, 1, 0, 0, entries))
    lines = [line for line in receipt_as_markdown(run).splitlines() if "evil" in line]
    assert len(lines) == 2
    assert all("``` a`b``\\|c" in line for line in lines)
    row = next(line for line in lines if line.startswith("|"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


def test_a_suggestion_with_backticks_stays_fenced() -> None:
    """The fence is longer than any run of backticks inside, so that no suggestion ends it."""
    run = receipt(findings=(finding(suggestion='"""\n```\n# free\n````\n'),))
    assert "`````" in receipt_as_markdown(run)


def test_removed_lines_and_removals_are_told_in_words() -> None:
    """A finding on the old file says so, and an empty suggestion asks for the removal of its lines."""
    page = receipt_as_markdown(receipt(findings=(finding(side=Side.LEFT), finding(start_line=40, suggestion=""))))
    assert "`src/cart.py` removed line 41" in page
    assert "Suggested: remove lines 40-41." in page


def test_notes_stand_above_the_findings() -> None:
    """What a reader must not miss comes before what fills the page."""
    page = receipt_as_markdown(full_receipt())
    assert page.index("nearly spent") < page.index("### Errors")
