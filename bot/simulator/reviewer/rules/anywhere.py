"""Rules that do not ask for the language."""

from __future__ import annotations

import re

from bot.simulator.reviewer.rule import ANY_LANGUAGE, Rule, Spot, replace_match

_EVERYWHERE = frozenset({ANY_LANGUAGE})
_LETTER_AND_DIGIT = re.compile(r"(?=.*[A-Za-z])(?=.*\d)")


def _looks_random(spot: Spot, found: re.Match[str]) -> bool:
    return _LETTER_AND_DIGIT.match(found["value"]) is not None and "example" not in spot.text.lower()


RULES = (
    Rule(
        id="any-conflict-marker",
        languages=_EVERYWHERE,
        severity="error",
        category="correctness",
        title="A merge conflict marker is left in the file",
        body="The file holds both sides of an unresolved merge, so it no longer parses or runs. Resolve the conflict "
        "and delete the marker lines.",
        confidence=0.99,
        pattern=re.compile(r"^(<{7}|>{7}) \S"),
        raw=True,
        in_tests=True,
    ),
    Rule(
        id="any-private-key",
        languages=_EVERYWHERE,
        severity="error",
        category="security",
        title="A private key is committed",
        body="Everyone who can read the repository, now or in its history, holds this key. Revoke it, create a new "
        "one, and read it from a secret store.",
        confidence=0.95,
        pattern=re.compile(r"^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
        raw=True,
    ),
    Rule(
        id="any-hardcoded-secret",
        languages=_EVERYWHERE,
        severity="error",
        category="security",
        title="A credential is written into the source",
        body="The value is readable to everyone with the repository and stays in its history. Revoke it, and read it "
        "from the environment or a secret store.",
        confidence=0.75,
        pattern=re.compile(
            r"(?i)\b\w*(?:password|passwd|secret|api_?key|access_?token|auth_?token)[\"']?\s*[:=]\s*"
            r"[\"'](?P<value>[A-Za-z0-9+/_.!@#%^&*-]{12,})[\"']"
        ),
        raw=True,
        when=_looks_random,
    ),
    Rule(
        id="any-focused-test",
        languages=frozenset({"javascript"}),
        severity="error",
        category="tests",
        title="Only this test runs",
        body="With `.only`, every other test of the file is skipped and the suite still passes. Remove `.only`.",
        confidence=0.9,
        pattern=re.compile(r"\b(?P<what>describe|it|test)\.only\("),
        rewrite=replace_match(r"\g<what>("),
        in_tests=True,
    ),
    Rule(
        id="any-debugger",
        languages=frozenset({"python", "javascript"}),
        severity="error",
        category="correctness",
        title="A breakpoint is left in the code",
        body="Execution stops here and waits for a debugger: a server hangs, a job never ends. Delete the line.",
        confidence=0.9,
        pattern=re.compile(r"^\s*(?:breakpoint\(\)|(?:import )?i?pdb(?:\.set_trace\(\))|debugger;?)\s*$"),
        in_tests=True,
    ),
)
