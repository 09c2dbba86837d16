"""All rules together, and the table that documents them."""

from __future__ import annotations

from bot.simulator.reviewer.rule import Rule
from bot.simulator.reviewer.rules import anywhere, compiled, jvm, operations, python, sql, web

RULES: tuple[Rule, ...] = (
    *anywhere.RULES,
    *python.RULES,
    *web.RULES,
    *compiled.RULES,
    *jvm.RULES,
    *sql.RULES,
    *operations.RULES,
)


def table() -> str:
    """The rules as a Markdown table: id, languages, severity, what it finds."""
    rows = ["| rule | languages | severity | finds |", "|---|---|---|---|"]
    rows += [f"| {rule.id} | {', '.join(sorted(rule.languages))} | {rule.severity} | {rule.title} |" for rule in RULES]
    return "\n".join(rows)
