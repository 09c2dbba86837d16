from __future__ import annotations

from decimal import Decimal

import pytest

from bot.core.cost.report import Report
from bot.core.cost.rule_report import rule_report, section_of
from bot.core.cost.rules import SectionCost, SectionCosts
from bot.core.ledger.sums import EVERYTHING, FindingSums, Sums

TOTAL = Sums(cost_usd=Decimal(10), unsettled_usd=Decimal(2), wasted_usd=Decimal(1))
COSTS = SectionCosts(
    {
        "core": SectionCost(100, 1_000, Decimal(2)),
        "guide/go": SectionCost(20, 200, Decimal(1)),
        "instruction/no-print": SectionCost(10, 100, Decimal("0.5")),
        "style-guide": SectionCost(10, 100, Decimal("0.25")),
    }
)
FINDINGS = (
    FindingSums("bug", "error", "go", 5, 4, 2),
    FindingSums("convention", "info", "go", 3, 2, 0),
    FindingSums("convention/gone", "info", "", 1, 1, 1),
)


def made(costs: SectionCosts = COSTS, findings: tuple[FindingSums, ...] = FINDINGS) -> Report:
    """The report on these."""
    return rule_report(costs, TOTAL, findings, "all", EVERYTHING)


@pytest.mark.parametrize(
    ("rule", "section"),
    [
        ("bug", "core"),
        ("security", "core"),
        ("convention", "style-guide"),
        ("convention/no-print", "instruction/no-print"),
        ("", "core"),
    ],
)
def test_where_a_rule_stands(rule: str, section: str) -> None:
    """A finding belongs to the part of the prompt that asked for it."""
    assert section_of(rule) == section


def test_parts_and_remainder_are_the_total() -> None:
    """What no rule carries is with hunks and answers, so the dollars are all that was spent."""
    table = made().tables[0]
    dollars = {row[0]: row[1] for row in table.rows}
    assert dollars == {
        "core": 2,
        "guide/go": 1,
        "instruction/no-print": Decimal("0.5"),
        "style-guide": Decimal("0.25"),
        "instruction/gone": 0,
        "(hunks and answers)": Decimal("5.25"),
        "(unusable answers)": 1,
        "(unsettled, charged in full)": 2,
    }
    assert table.total is not None
    assert table.total[1] == sum(dollars.values()) == 12  # type: ignore[arg-type]  # dollars


def test_a_rule_that_earned_nothing_is_named() -> None:
    """Which rule never found anything, and which was never accepted, stands in plain words with what it took."""
    notes = made().notes
    assert "instruction/no-print never found anything; it took $0.5000 of the prompt's price." in notes
    assert "style-guide never accepted: 3 findings, none accepted; it took $0.2500 of the prompt's price." in notes
    assert not [note for note in notes if note.startswith(("core", "guide/go"))]


def test_rules_that_all_earned_something() -> None:
    """That nothing was idle is said, too."""
    costs = SectionCosts({"core": COSTS.sections["core"]})
    assert "Every rule of the prompt had at least one finding accepted." in made(costs).notes


def test_what_an_accepted_finding_took_of_the_prompt() -> None:
    """A part's dollars are divided by what was accepted of it; a guide has no findings of its own."""
    by_name = {row[0]: row for row in made().tables[0].rows}
    assert by_name["core"][5:9] == (5, 4, 2, 1)
    assert by_name["style-guide"][5:] == (3, 2, 0, None, "never accepted")
    assert by_name["guide/go"][5:] == (None, None, None, None, "")


def test_a_guide_is_beside_findings_in_its_files() -> None:
    """Nobody knows which guide led to a finding, so findings in files of its language stand beside it, apart."""
    assert made().tables[1].rows == (("guide/go", 1, 8, 6, 2),)


def test_what_a_finding_costs_in_all() -> None:
    """All that was spent, divided by what was posted and accepted, stands above the findings."""
    title = made().tables[2].title
    assert "$1.7143 for each posted finding, $4.0000 for each accepted finding" in title
    assert "for each" not in made(findings=()).tables[2].title


def test_models_without_a_price_are_named() -> None:
    """Who reads that rules are cheap must know that some of their price is missing."""
    assert "No price is known for m1, m2" in " ".join(made(SectionCosts({}, ("m1", "m2"))).notes)
