"""Rules for Java and Kotlin."""

from __future__ import annotations

import re

from bot.simulator.reviewer.rule import Rule

_JAVA = frozenset({"java"})
_JVM = frozenset({"java", "kotlin"})

RULES = (
    Rule(
        id="java-string-identity",
        languages=_JAVA,
        severity="error",
        category="correctness",
        title="Strings are compared by identity",
        body="== asks whether both are the same object, which is false for equal strings made at run time. Use equals.",
        confidence=0.9,
        pattern=re.compile(r'(?P<name>\b[\w.]+(?:\(\))?) (?P<operator>[!=])= (?P<text>"·*")(?! *\+)'),
        rewrite=lambda text, found: (
            text[: found.start()]
            + ("!" if found["operator"] == "!" else "")
            + f"{text[found.start('text') : found.end('text')]}.equals({found['name']})"
            + text[found.end() :]
        ),
    ),
    Rule(
        id="java-thread-run",
        languages=_JVM,
        severity="error",
        category="concurrency",
        title="The thread is never started",
        body="run() does the work in the calling thread. Call start().",
        confidence=0.85,
        pattern=re.compile(r"\bThread\(.*\)\.run\(\)"),
    ),
    Rule(
        id="jvm-sql-injection",
        languages=_JVM,
        severity="error",
        category="security",
        title="SQL is put together from values",
        body="A value with a quote in it changes the statement. Use a prepared statement with ? and set the values.",
        confidence=0.85,
        pattern=re.compile(
            r"\.(?:executeQuery|executeUpdate|execute|prepareStatement|createQuery|createNativeQuery|rawQuery)\("
            r"\s*\"[^\"]*(?:\"\s*\+\s*\w|\$\{?\w)"
        ),
        raw=True,
        unless=re.compile(r"^\s*//"),
    ),
    Rule(
        id="jvm-predictable-secret",
        languages=_JVM,
        severity="error",
        category="security",
        title="A secret is made from predictable random numbers",
        body="java.util.Random can be predicted from a few of its values. Use SecureRandom.",
        confidence=0.8,
        pattern=re.compile(r"(?i)\b\w*(?:token|password|secret|nonce|otp)\w*\s*=.*(?-i:\bRandom\()"),
    ),
    Rule(
        id="java-lock-on-string",
        languages=_JAVA,
        severity="warning",
        category="concurrency",
        title="A lock that strangers share",
        body="String literals and boxed values are the same object all over the program, so unrelated code can hold "
        "this lock. Lock on a private final Object.",
        confidence=0.8,
        pattern=re.compile(r'\bsynchronized\s*\(\s*(?:"|(?:Integer|Long|Boolean)\.valueOf)'),
    ),
)
