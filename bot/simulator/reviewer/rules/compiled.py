"""Rules for Go, Rust, C and C++."""

from __future__ import annotations

import re

from bot.simulator.reviewer.rule import Rule, Spot, replace_match

_GO = frozenset({"go"})
_RUST = frozenset({"rust"})
_C = frozenset({"c"})
_GO_FOR_OR_FUNC = re.compile(r"^\s*for\b|\bfunc\b")
_RUST_FN = re.compile(r"\b(?P<async>async )?(?:move )?(?:fn\b|\{|\|)")


def _inside_loop(spot: Spot, _: re.Match[str]) -> bool:
    opener = spot.opener(_GO_FOR_OR_FUNC)
    return opener is not None and "func" not in opener[0]


def _inside_goroutine(spot: Spot, _: re.Match[str]) -> bool:
    return spot.opener(re.compile(r"\bgo func\(")) is not None


def _in_async_fn(spot: Spot, _: re.Match[str]) -> bool:
    function = spot.opener(_RUST_FN)
    return function is not None and function["async"] is not None


RULES = (
    Rule(
        id="go-ignored-error",
        languages=_GO,
        severity="warning",
        category="error handling",
        title="The error is thrown away",
        body="Where the call fails, the value is empty and the code goes on as if it were good. Take the error and "
        "return it.",
        confidence=0.75,
        pattern=re.compile(
            r"\b\w+,\s*_\s*:?=\s*(?:\w+\.)*(?:Atoi|Parse\w*|Marshal\w*|Unmarshal\w*|Open\w*|ReadAll|ReadFile"
            r"|NewRequest\w*|Decode\w*)\("
        ),
    ),
    Rule(
        id="go-defer-in-loop",
        languages=_GO,
        severity="warning",
        category="resources",
        title="defer in a loop runs only when the function ends",
        body="Every round keeps its file or lock open until then, so a long loop runs out of them. Put the body in a "
        "function of its own, or close without defer.",
        confidence=0.75,
        pattern=re.compile(r"^\s*defer \w"),
        when=_inside_loop,
    ),
    Rule(
        id="go-sql-injection",
        languages=_GO,
        severity="error",
        category="security",
        title="SQL is put together from values",
        body="A value with a quote in it changes the statement. Use placeholders and pass the values as arguments.",
        confidence=0.85,
        pattern=re.compile(r"\.(?:Query|QueryRow|Exec)(?:Context)?\(.*(?:fmt\.Sprintf\(|\"·*\" \+ \w)"),
    ),
    Rule(
        id="go-tls-unverified",
        languages=_GO,
        severity="error",
        category="security",
        title="The server's certificate is not checked",
        body="Anyone on the way can read and change what is sent. Remove InsecureSkipVerify; for a private authority, "
        "set RootCAs.",
        confidence=0.9,
        pattern=re.compile(r"\bInsecureSkipVerify:\s*true\b"),
    ),
    Rule(
        id="go-add-inside-goroutine",
        languages=_GO,
        severity="error",
        category="concurrency",
        title="Wait may return before the goroutine has counted itself",
        body="Add runs in the goroutine, so Wait can see zero and return while work is still to come. Call Add before "
        "the go statement.",
        confidence=0.85,
        pattern=re.compile(r"^\s*\w+\.Add\(1\)"),
        when=_inside_goroutine,
    ),
    Rule(
        id="go-no-timeout",
        languages=_GO,
        severity="warning",
        category="reliability",
        title="The request waits for ever",
        body="The default client has no timeout: where the server accepts and stays silent, this call never returns. "
        "Use a client with Timeout set.",
        confidence=0.65,
        pattern=re.compile(r"\bhttp\.(?:Get|Post|PostForm|Head)\("),
    ),
    Rule(
        id="rs-unwrap-input",
        languages=_RUST,
        severity="warning",
        category="error handling",
        title="Bad input makes the program panic",
        body="Where the text does not parse or the file is missing, unwrap ends the thread. Return the error with ?.",
        confidence=0.75,
        pattern=re.compile(
            r"(?:\.parse(?:::<[^>]*>)?\(\)|\b(?:from_str|from_utf8|read_to_string|env::var|File::open)\([^()]*\))"
            r"\.unwrap\(\)"
        ),
    ),
    Rule(
        id="rs-static-mut",
        languages=_RUST,
        severity="error",
        category="concurrency",
        title="A mutable static is a data race in waiting",
        body="Two threads that touch it at once are undefined behaviour. Use an atomic, a Mutex or a OnceLock.",
        confidence=0.8,
        pattern=re.compile(r"^\s*(?:pub(?:\([^)]*\))? )?static mut \w"),
    ),
    Rule(
        id="rs-truncating-length",
        languages=_RUST,
        severity="warning",
        category="correctness",
        title="A length is cut to a smaller number",
        body="`as` drops the high bits without a word, so a long input gets a wrong length. Use try_from and handle "
        "the error.",
        confidence=0.65,
        pattern=re.compile(r"\.len\(\) as (?:u8|u16|i8|i16)\b"),
    ),
    Rule(
        id="rs-blocking-in-async",
        languages=_RUST,
        severity="warning",
        category="concurrency",
        title="A blocking sleep stops the executor's thread",
        body="While it sleeps, no other task of this thread runs. Await the runtime's own sleep.",
        confidence=0.8,
        pattern=re.compile(r"\bthread::sleep\("),
        when=_in_async_fn,
    ),
    Rule(
        id="c-unbounded-copy",
        languages=_C,
        severity="error",
        category="security",
        title="A copy without a bound",
        body="Input longer than the buffer overwrites what lies behind it. Use a call that takes the buffer's size, "
        "such as snprintf or strlcpy, and check what it returns.",
        confidence=0.8,
        pattern=re.compile(r"(?<![\w.>:])(?:strcpy|strcat|sprintf|vsprintf|gets)\("),
    ),
    Rule(
        id="c-format-string",
        languages=_C,
        severity="error",
        category="security",
        title="Data is used as a format",
        body='A % in the text reads from, or with %n writes to, memory it should not. Pass it as an argument to "%s".',
        confidence=0.85,
        pattern=re.compile(r"(?P<head>(?<![\w.>:])(?:printf\(|fprintf\(\w+, ))(?P<text>[a-z_]\w*)(?P<tail>\))"),
        rewrite=replace_match(r'\g<head>"%s", \g<text>\g<tail>'),
    ),
    Rule(
        id="c-no-room-for-nul",
        languages=_C,
        severity="error",
        category="security",
        title="No room for the terminating zero",
        body="strlen does not count the final zero byte, so copying the string writes one byte past the block. "
        "Allocate one byte more.",
        confidence=0.95,
        pattern=re.compile(r"\bmalloc\(strlen\((?P<name>[\w.>-]+)\)\)"),
        rewrite=replace_match(r"malloc(strlen(\g<name>) + 1)"),
    ),
    Rule(
        id="c-realloc-leak",
        languages=_C,
        severity="warning",
        category="resources",
        title="A failed realloc loses the old block",
        body="realloc returns NULL on failure and leaves the old block; assigning it at once leaks the block and then "
        "reads NULL. Keep the result in a variable of its own first.",
        confidence=0.8,
        pattern=re.compile(r"\b(?P<name>[\w.>-]+)\s*=\s*(?:\([^)]*\)\s*)?realloc\(\s*(?P=name)\s*,"),
    ),
)
