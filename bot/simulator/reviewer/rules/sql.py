"""Rules for SQL files."""

from __future__ import annotations

import re

from bot.simulator.reviewer.rule import Rule, replace_match

_SQL = frozenset({"sql"})

RULES = (
    Rule(
        id="sql-no-where",
        languages=_SQL,
        severity="error",
        category="data loss",
        title="Every row is changed",
        body="The statement ends without a WHERE, so it deletes or overwrites the whole table. Name the rows; where "
        "all are meant, say so with TRUNCATE or WHERE TRUE.",
        confidence=0.85,
        pattern=re.compile(
            r"(?i)^\s*(?:delete\s+from\s+[\w.\"]+|update\s+[\w.\"]+\s+set\b(?:(?!\bwhere\b).)*)\s*;\s*$"
        ),
    ),
    Rule(
        id="sql-equals-null",
        languages=_SQL,
        severity="error",
        category="correctness",
        title="Nothing equals NULL",
        body="The comparison is neither true nor false, so no row ever matches. Use IS NULL or IS NOT NULL.",
        confidence=0.9,
        pattern=re.compile(r"(?i)(?P<head>\b(?:where|and|or|on|when|having)\s+[\w.\"]+\s*)=\s*null\b"),
        rewrite=replace_match(r"\g<head>IS NULL"),
    ),
    Rule(
        id="sql-not-null-without-default",
        languages=_SQL,
        severity="error",
        category="migration",
        title="The migration fails on a table with rows",
        body="Existing rows have no value for the new column, and NOT NULL forbids that. Add a DEFAULT, or fill the "
        "column first.",
        confidence=0.8,
        pattern=re.compile(
            r"(?i)\badd\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?[\w\"]+\s+(?:(?!\bdefault\b|\bgenerated\b|\bserial\b).)*\bnot\s+null\b(?!.*\b(?:default|generated)\b)"
        ),
    ),
    Rule(
        id="sql-not-in-subquery",
        languages=_SQL,
        severity="warning",
        category="correctness",
        title="One NULL in the subquery and nothing matches",
        body="NOT IN is unknown for every row as soon as the list holds a NULL. Use NOT EXISTS.",
        confidence=0.65,
        pattern=re.compile(r"(?i)\bnot\s+in\s*\(\s*select\b"),
    ),
    Rule(
        id="sql-grant-public",
        languages=_SQL,
        severity="error",
        category="security",
        title="Everyone gets every right",
        body="Each account of the database can now read and change this. Grant only what a role needs.",
        confidence=0.8,
        pattern=re.compile(r"(?i)\bgrant\s+all\b.*\bto\s+public\b"),
    ),
)
