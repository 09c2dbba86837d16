"""The table of failures as Markdown: `python -m bot.core.report.failure_table` prints what docs/failures.md holds."""

from __future__ import annotations

import sys

from bot.core.failure import RULES, Billing, FailureKind, Sign

_SIGNS = {Sign.UP: "it is there", Sign.DOWN: "it is down", Sign.NOTHING: "nothing"}
_BILLS = {Billing.NOTHING: "no", Billing.UNKNOWN: "maybe"}
_HEAD = (
    "| outcome | what it is | what follows | says of the provider | may have cost |",
    "|---|---|---|---|---|",
)


def failure_table() -> str:
    """One row a kind, in the code's order."""
    return "\n".join([*_HEAD, *(_row(kind) for kind in FailureKind)]) + "\n"


def _row(kind: FailureKind) -> str:
    rule = RULES[kind]
    cells = (f"`{kind}`", rule.meaning, ", then ".join(rule.then), _SIGNS[rule.sign], _BILLS[rule.billing])
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(failure_table())
