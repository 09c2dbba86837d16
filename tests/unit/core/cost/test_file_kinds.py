from __future__ import annotations

from decimal import Decimal

from bot.core.cost.file_kinds import OTHER, UNKNOWN, KindSums, by_kind, file_kind_report
from bot.core.ledger.sums import EVERYTHING, FindingSums, Group, Sums
from bot.core.savings import Saved
from bot.core.usage import Usage


def test_a_request_is_shared_out_over_its_hunks() -> None:
    """Two of three hunks carry two thirds of every amount, and the last digit is not lost."""
    sums = Sums(
        hunks=3,
        usage=Usage(input_tokens=100),
        cost_usd=Decimal(1),
        unsettled_usd=Decimal(3),
        wasted_usd=Decimal("0.000000000002"),
        saved=Saved(batch=Decimal(-3)),
    )
    assert by_kind([Group(('{"go": 1, "python": 2}',), sums)]) == {
        "go": KindSums(Decimal("0.333333333333"), Decimal(1), Decimal("0.000000000001"), Decimal(-1), 1, 33),
        "python": KindSums(Decimal("0.666666666667"), Decimal(2), Decimal("0.000000000001"), Decimal(-2), 2, 67),
    }


def test_kinds_that_are_not_known() -> None:
    """Rows that do not say are apart from files without a language, and so is a request about no hunk at all."""
    groups = [
        Group(("",), Sums(cost_usd=Decimal(1))),
        Group(('{"": 2}',), Sums(cost_usd=Decimal(2))),
        Group(('{"go": 0}',), Sums(cost_usd=Decimal(4))),
    ]
    kinds = by_kind(groups)
    assert {kind: sums.spent_usd for kind, sums in kinds.items()} == {UNKNOWN: 1, OTHER: 6}


def test_findings_are_beside_their_kind() -> None:
    """What a finding cost is known for each kind of file, also where a kind has only findings."""
    kinds = {"go": KindSums(Decimal(6)), "sql": KindSums(Decimal(1))}
    findings = [FindingSums("bug", "error", "go", 4, 3, 2), FindingSums("bug", "error", "", 1, 1, 0)]
    [table] = file_kind_report(kinds, findings, "", EVERYTHING).tables
    names = [column.name for column in table.columns]
    shown = [names.index(name) for name in ("file_kind", "spent_usd", "found", "usd_per_posted", "usd_per_accepted")]
    assert [tuple(row[at] for at in shown) for row in table.rows] == [
        ("go", 6, 4, 2, 3),
        ("sql", 1, 0, None, None),
        (OTHER, 0, 1, 0, None),
    ]
