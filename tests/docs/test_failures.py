"""The page about failures holds the table that the code reads."""

from __future__ import annotations

import re

from bot.app.retry import RetryPolicy
from bot.core.breaker import BreakerPolicy
from bot.core.failure import Then
from bot.core.report.failure_table import failure_table
from tests.docs.pages import ROOT, terms

PAGE = (ROOT / "docs" / "failures.md").read_text()


def test_the_table_is_the_codes() -> None:
    """`python -m bot.core.report.failure_table` prints it; a row that changes changes the page."""
    assert f"\n\n{failure_table()}\n" in PAGE


def test_every_step_is_explained() -> None:
    """What follows a failure is told in the table's own words."""
    assert re.findall(r"^- \*([a-z ]+)\*:", PAGE, re.MULTILINE) == [step.value for step in Then]
    assert not terms(PAGE)


def test_the_figures_are_the_codes() -> None:
    """How often, how long, how many: as the policies say."""
    retries, breaker = RetryPolicy(), BreakerPolicy()
    text = " ".join(PAGE.split())
    assert f"at most {retries.attempts} times in all" in text
    assert retries.longest_retry_after == 120
    assert retries.longest_outage == 120
    assert "up to two minutes" in text
    assert "after two minutes of outage" in text
    assert breaker.failures == 5
    assert "Five attempts in a row" in text
    assert f"for {breaker.first_pause:.0f} seconds nobody" in text
    assert f"up to {breaker.longest_pause:.0f} seconds" in text
