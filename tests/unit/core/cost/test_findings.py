from __future__ import annotations

from bot.core.cost.findings import findings_table
from bot.core.ledger.sums import FindingSums


def test_findings_by_rule() -> None:
    """Severities and kinds of one rule are one row, most accepted first, and the total is of all."""
    table = findings_table(
        [
            FindingSums("bug", "error", "go", 2, 2, 0),
            FindingSums("security", "error", "go", 3, 3, 2),
            FindingSums("bug", "warning", "python", 3, 2, 1),
            FindingSums("", "warning", "python", 1, 0, 0),
        ]
    )
    assert table.rows == (("security", 3, 3, 2, 2 / 3), ("bug", 5, 4, 1, 0.25), ("(unknown)", 1, 0, 0, None))
    assert table.total == ("Total", 9, 7, 3, 3 / 7)
