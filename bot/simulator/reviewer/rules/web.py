"""Rules for JavaScript and TypeScript."""

from __future__ import annotations

import re

from bot.simulator.reviewer.rule import Rule, Spot, replace_match

_WEB = frozenset({"javascript"})
_C_LIKE = frozenset({"javascript", "java", "c"})


def _only_brace_follows(spot: Spot, _: re.Match[str]) -> bool:
    line = spot.code[spot.index]
    return line.rstrip().endswith("}") or spot.code_after().strip().startswith("}")


RULES = (
    Rule(
        id="js-past-end",
        languages=frozenset({"javascript", "java"}),
        severity="error",
        category="correctness",
        title="The loop runs one past the end",
        body="At index length there is no element: the last round reads undefined, or throws in Java. Use < instead "
        "of <=.",
        confidence=0.9,
        pattern=re.compile(r"(?P<head>\bfor\s*\([^;]*;\s*\w+\s*)<=(?P<tail>\s*[\w.]+\.length(?:\(\))?\s*;)"),
        rewrite=replace_match(r"\g<head><\g<tail>"),
    ),
    Rule(
        id="js-async-foreach",
        languages=_WEB,
        severity="error",
        category="concurrency",
        title="forEach does not wait for async callbacks",
        body="The code behind the loop runs before the work is done, and a rejection is never caught. Use for…of with "
        "await, or await Promise.all(items.map(…)).",
        confidence=0.85,
        pattern=re.compile(r"\.forEach\(\s*async\b"),
    ),
    Rule(
        id="js-html-injection",
        languages=_WEB,
        severity="error",
        category="security",
        title="Text is put into the page as HTML",
        body="A value with a tag in it runs script for whoever looks at the page. Use textContent, or sanitise the "
        "value first.",
        confidence=0.75,
        pattern=re.compile(
            r"\.(?:innerHTML|outerHTML)\s*\+?=\s*(?!=)(?![\"']·*[\"']\s*;?\s*$)\S|\bdocument\.write\(\s*\w"
        ),
        unless=re.compile(r"sanitize|purify|escape", re.IGNORECASE),
    ),
    Rule(
        id="js-eval",
        languages=_WEB,
        severity="error",
        category="security",
        title="Data is run as code",
        body="Whoever supplies the text runs any script here. Use JSON.parse for data, or a lookup table for names.",
        confidence=0.8,
        pattern=re.compile(r"(?<![\w.])(?:eval\(\s*[\w`]|new Function\()"),
    ),
    Rule(
        id="js-nan-compare",
        languages=_WEB,
        severity="error",
        category="correctness",
        title="Nothing equals NaN, not even NaN",
        body="The comparison has the same result for every value. Use Number.isNaN(value).",
        confidence=0.95,
        pattern=re.compile(r"[!=]==?\s*NaN\b"),
    ),
    Rule(
        id="js-typeof-undefined",
        languages=_WEB,
        severity="error",
        category="correctness",
        title="typeof gives a string, never undefined itself",
        body="The comparison is false even where the value is undefined. Compare with the string 'undefined'.",
        confidence=0.95,
        pattern=re.compile(r"(?P<head>\btypeof \w[\w.]*\s*[!=]==?\s*)undefined\b"),
        rewrite=replace_match(r"\g<head>'undefined'"),
    ),
    Rule(
        id="js-sql-injection",
        languages=_WEB,
        severity="error",
        category="security",
        title="SQL is put together from values",
        body="A value with a quote in it changes the statement. Use placeholders and pass the values beside the text.",
        confidence=0.85,
        pattern=re.compile(
            r"(?i)\.(?:query|execute|raw)\(\s*(?:`\s*(?:select|insert|update|delete)\b[^`]*\$\{"
            r"|[\"']\s*(?:select|insert|update|delete)\b[^\"']*[\"']\s*\+)"
        ),
        raw=True,
        unless=re.compile(r"^\s*//"),
    ),
    Rule(
        id="js-shell-injection",
        languages=_WEB,
        severity="error",
        category="security",
        title="A built command line is given to a shell",
        body="A value with a semicolon in it runs commands of its own. Use execFile or spawn with a list of arguments.",
        confidence=0.8,
        pattern=re.compile(r"\b(?:exec|execSync)\(\s*(?:`[^`]*\$\{|[\"'][^\"']*[\"']\s*\+)"),
        raw=True,
        unless=re.compile(r"^\s*//"),
    ),
    Rule(
        id="js-tls-unverified",
        languages=_WEB,
        severity="error",
        category="security",
        title="The server's certificate is not checked",
        body="Anyone on the way can read and change what is sent. Remove the setting; for a private authority, pass "
        "its certificate as ca.",
        confidence=0.9,
        pattern=re.compile(r"\brejectUnauthorized\s*:\s*false\b|NODE_TLS_REJECT_UNAUTHORIZED\s*=\s*[\"']?·?0?"),
    ),
    Rule(
        id="c-assignment-in-condition",
        languages=_C_LIKE,
        severity="error",
        category="correctness",
        title="The condition assigns instead of comparing",
        body="The variable is overwritten, and the branch depends on the new value alone. Use == or ===.",
        confidence=0.85,
        pattern=re.compile(r"\bif\s*\(\s*[\w.]+\s*=\s*[^=>\s(][^=()]*\)\s*[\{;]?\s*\w*"),
    ),
    Rule(
        id="js-empty-catch",
        languages=frozenset({"javascript", "java", "kotlin"}),
        severity="warning",
        category="error handling",
        title="Every error is swallowed in silence",
        body="Whatever goes wrong in the block leaves no trace, and the code goes on with what it has. Handle the "
        "error that is expected, or rethrow the rest.",
        confidence=0.75,
        pattern=re.compile(r"\bcatch\s*(?:\([^)]*\))?\s*\{\s*\}?\s*$"),
        when=_only_brace_follows,
    ),
)
