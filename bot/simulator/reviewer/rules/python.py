"""Rules for Python."""

from __future__ import annotations

import re

from bot.simulator.reviewer.rule import Rule, Spot, replace_match

_PYTHON = frozenset({"python"})
_ASYNC_DEF = re.compile(r"^\s*(?P<async>async )?def ")


def _in_async_function(spot: Spot, _: re.Match[str]) -> bool:
    function = spot.opener(_ASYNC_DEF)
    return function is not None and function["async"] is not None


def _next_line_is_pass(spot: Spot, _: re.Match[str]) -> bool:
    return re.fullmatch(r"\s*(pass|\.\.\.)\s*", spot.code_after()) is not None


def _unguarded_by_length(spot: Spot, found: re.Match[str]) -> bool:
    name = re.escape(found["items"])
    guard = re.compile(rf"\bif (not )?{name}\b|len\({name}\) *(==|>|<|!=)|\bif {name} else\b|\bor 1\b")
    return not any(guard.search(line) for line in spot.code)


def _changes_what_it_walks(spot: Spot, found: re.Match[str]) -> bool:
    name = re.escape(found["items"])
    change = re.compile(rf"\bdel {name}\[|\b{name}\.(pop|popitem|remove|append|add|clear|discard)\(")
    depth = len(spot.code[spot.index]) - len(spot.code[spot.index].lstrip())
    for line in spot.code[spot.index + 1 :]:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            return False
        if change.search(line):
            return not any(re.search(r"\b(break|return)\b", later) for later in spot.code[spot.index + 1 :])
    return False


RULES = (
    Rule(
        id="py-mutable-default",
        languages=_PYTHON,
        severity="error",
        category="correctness",
        title="The default is one object, shared by every call",
        body="A default is made once, when the function is defined: what one call adds, the next call sees. Use None "
        "as the default and make the object inside the function.",
        confidence=0.85,
        pattern=re.compile(r"^\s*(?:async )?def \w+\(.*[\w\]]\s*=\s*(?:\[\]|\{\}|(?:set|list|dict)\(\))\s*[,)]"),
    ),
    Rule(
        id="py-bare-except",
        languages=_PYTHON,
        severity="warning",
        category="error handling",
        title="A bare except also catches Ctrl-C and exits",
        body="KeyboardInterrupt and SystemExit end up here, so the program cannot be stopped at this point. Name the "
        "exceptions that are expected, or at most Exception.",
        confidence=0.8,
        pattern=re.compile(r"^(?P<indent>\s*)except\s*:"),
        rewrite=replace_match(r"\g<indent>except Exception:"),
    ),
    Rule(
        id="py-swallowed-error",
        languages=_PYTHON,
        severity="warning",
        category="error handling",
        title="Every error is swallowed in silence",
        body="Whatever goes wrong in the block, a bug included, leaves no trace and the code goes on with what it "
        "has. Catch the one exception that is expected here, or log what was caught.",
        confidence=0.75,
        pattern=re.compile(r"^\s*except (?:Base)?Exception\b[^:]*:"),
        when=_next_line_is_pass,
    ),
    Rule(
        id="py-is-literal",
        languages=_PYTHON,
        severity="error",
        category="correctness",
        title="`is` compares identity, not value",
        body="Two equal strings or numbers are not always the same object, so this test is False for values that are "
        "equal. Compare with == or !=.",
        confidence=0.9,
        pattern=re.compile(r"\bis (?P<not>not )?(?=[\"']|\d)"),
        rewrite=lambda text, found: text[: found.start()] + ("!= " if found["not"] else "== ") + text[found.end() :],
    ),
    Rule(
        id="py-sql-injection",
        languages=_PYTHON,
        severity="error",
        category="security",
        title="SQL is put together from values",
        body="A value with a quote in it changes the statement, so whoever controls the value controls the database. "
        "Pass the values as parameters: execute(sql, (value,)).",
        confidence=0.85,
        pattern=re.compile(
            r"\.execute(?:many)?\(\s*(?:f[\"'].*\{.+\}|[\"'].*[\"']\s*(?:%\s*[\w(]|\+\s*\w|\.format\())"
            r"|\bf[\"']{1,3}\s*(?:SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM) .*\{(?![A-Z_]+\})",
        ),
        raw=True,
        unless=re.compile(r"^\s*#"),
    ),
    Rule(
        id="py-shell-injection",
        languages=_PYTHON,
        severity="error",
        category="security",
        title="A built command line is given to a shell",
        body="A value with a semicolon or a backtick in it runs commands of its own. Pass the command as a list, "
        "without shell=True.",
        confidence=0.8,
        pattern=re.compile(
            r"\b(?:subprocess\.\w+\((?:\s*f[\"']|\s*[\w.]+\s*,|.*[\"']\s*[%+]|.*\.format\().*shell\s*=\s*True"
            r"|os\.(?:system|popen)\((?:\s*f[\"']|.*[\"']\s*[%+]|.*\.format\())"
        ),
        raw=True,
        unless=re.compile(r"^\s*#"),
    ),
    Rule(
        id="py-eval",
        languages=_PYTHON,
        severity="error",
        category="security",
        title="Data is run as code",
        body="Whoever supplies the text runs any code with the rights of this process. Parse it instead: "
        "ast.literal_eval for literals, json.loads for data.",
        confidence=0.8,
        pattern=re.compile(r"(?<![\w.])(?:eval|exec)\(\s*(?![\"')]|compile\()\w"),
    ),
    Rule(
        id="py-unsafe-yaml",
        languages=_PYTHON,
        severity="error",
        category="security",
        title="yaml.load builds any Python object the file names",
        body="A crafted document runs code while it is being read. Use yaml.safe_load.",
        confidence=0.9,
        pattern=re.compile(r"\byaml\.load\((?P<rest>[^,()]*\))?"),
        unless=re.compile(r"Safe|BaseLoader"),
        rewrite=lambda text, found: text.replace("yaml.load(", "yaml.safe_load(", 1) if found["rest"] else text,
    ),
    Rule(
        id="py-unsafe-pickle",
        languages=_PYTHON,
        severity="error",
        category="security",
        title="pickle runs code from the data it reads",
        body="What comes from a request or a socket can be crafted to run code on loading. Use a data format such as "
        "JSON for what others send.",
        confidence=0.8,
        pattern=re.compile(r"\bpickle\.loads?\([^)]*\b(?:request|req|payload|body|data|recv|sock\w*)\b"),
    ),
    Rule(
        id="py-request-without-timeout",
        languages=_PYTHON,
        severity="warning",
        category="reliability",
        title="The request waits for ever",
        body="requests has no timeout of its own: where the server accepts and stays silent, this call never returns. "
        "Pass timeout=.",
        confidence=0.75,
        pattern=re.compile(r"\brequests\.(?:get|post|put|patch|delete|head)\((?:[^()]|\([^()]*\))+(?P<end>\))"),
        unless=re.compile(r"timeout"),
        rewrite=lambda text, found: text[: found.start("end")] + ", timeout=30" + text[found.start("end") :],
    ),
    Rule(
        id="py-tls-unverified",
        languages=_PYTHON,
        severity="error",
        category="security",
        title="The server's certificate is not checked",
        body="Anyone on the way can read and change what is sent. Remove verify=False; for a private authority, pass "
        "the path of its certificate.",
        confidence=0.9,
        pattern=re.compile(r"\bverify\s*=\s*False\b"),
    ),
    Rule(
        id="py-assert-tuple",
        languages=_PYTHON,
        severity="error",
        category="correctness",
        title="The assertion can never fail",
        body="A tuple with elements is always true, so nothing is checked. Remove the parentheses.",
        confidence=0.95,
        pattern=re.compile(
            r"^(?P<head>\s*assert )\((?P<test>(?:[^(),]|\([^()]*\))+), (?P<text>[\"'][^\"']*[\"'])\)\s*$"
        ),
        in_tests=True,
        rewrite=lambda text, found: (
            f"{found['head']}{text[found.start('test') : found.end('test')]}, "
            f"{text[found.start('text') : found.end('text')]}"
        ),
    ),
    Rule(
        id="py-changed-while-walked",
        languages=_PYTHON,
        severity="error",
        category="correctness",
        title="The collection is changed while it is walked",
        body="A dict or set raises RuntimeError at the next step, a list skips the element behind a removed one. Walk "
        "over a copy: list(...).",
        confidence=0.8,
        pattern=re.compile(r"^\s*for \w+(?:, \w+)? in (?P<items>[\w.]+)(?:\.(?:items|keys|values)\(\))?:"),
        when=_changes_what_it_walks,
    ),
    Rule(
        id="py-range-past-end",
        languages=_PYTHON,
        severity="error",
        category="correctness",
        title="The loop runs one past the end",
        body="The last index equals the length, so indexing with it raises IndexError. Drop the + 1.",
        confidence=0.7,
        pattern=re.compile(r"\brange\((?:0, )?len\((?P<items>\w+)\) \+ 1\)"),
        when=lambda spot, found: any(
            re.search(rf"\b{re.escape(found['items'])}\[\w+\]", line) for line in spot.code[spot.index :]
        ),
        rewrite=lambda text, found: text[: found.start()] + found[0].replace(" + 1", "") + text[found.end() :],
    ),
    Rule(
        id="py-empty-mean",
        languages=_PYTHON,
        severity="warning",
        category="correctness",
        title="Division by zero for an empty collection",
        body="With no elements len() is 0 and this raises ZeroDivisionError. Decide what the mean of nothing is, and "
        "return it first.",
        confidence=0.7,
        pattern=re.compile(r"\bsum\(.*\)\s*/\s*len\((?P<items>\w+)\)"),
        when=_unguarded_by_length,
    ),
    Rule(
        id="py-blocking-in-async",
        languages=_PYTHON,
        severity="warning",
        category="concurrency",
        title="A blocking call stops the whole event loop",
        body="While it waits, no other task of this loop runs. Await asyncio.sleep, or use an async client.",
        confidence=0.8,
        pattern=re.compile(r"(?<![\w.])(?:time\.sleep|requests\.\w+)\("),
        when=_in_async_function,
    ),
    Rule(
        id="py-archive-escape",
        languages=_PYTHON,
        severity="warning",
        category="security",
        title="An archive may write outside its folder",
        body="A member named ../../x or a link overwrites files elsewhere. Pass filter='data'.",
        confidence=0.7,
        pattern=re.compile(r"\btar\w*\.extractall\("),
        unless=re.compile(r"filter\s*="),
    ),
    Rule(
        id="py-mktemp",
        languages=_PYTHON,
        severity="error",
        category="security",
        title="The temporary name can be taken before it is used",
        body="Between mktemp() and opening the file another process can create it, as a link to somewhere else. Use "
        "NamedTemporaryFile or mkstemp.",
        confidence=0.85,
        pattern=re.compile(r"\btempfile\.mktemp\("),
    ),
    Rule(
        id="py-predictable-secret",
        languages=_PYTHON,
        severity="error",
        category="security",
        title="A secret is made from predictable random numbers",
        body="The random module can be predicted from a few of its values. Use the secrets module.",
        confidence=0.85,
        pattern=re.compile(r"(?i)\b\w*(?:token|password|secret|nonce|otp|session_?id)\w*\s*=.*(?<![\w.])random\.\w+\("),
    ),
    Rule(
        id="py-not-implemented",
        languages=_PYTHON,
        severity="error",
        category="correctness",
        title="NotImplemented is not an exception",
        body="Raising it gives TypeError instead of the intended error. Raise NotImplementedError.",
        confidence=0.95,
        pattern=re.compile(r"\braise NotImplemented\b"),
        rewrite=replace_match("raise NotImplementedError"),
    ),
    Rule(
        id="py-naive-utc",
        languages=_PYTHON,
        severity="warning",
        category="correctness",
        title="A UTC time that does not know it is UTC",
        body="The value has no zone: timestamp() reads it as local time and is hours off. Use datetime.now(UTC).",
        confidence=0.7,
        pattern=re.compile(r"\bdatetime\.(?:utcnow|utcfromtimestamp)\("),
    ),
)
