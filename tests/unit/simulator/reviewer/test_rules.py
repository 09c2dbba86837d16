"""Every rule fires on the code it is about, and on nothing that only looks like it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.simulator.reviewer.catalog import RULES, table
from bot.simulator.reviewer.hunks import ShownHunk, ShownLine
from bot.simulator.reviewer.review import review_hunk


@dataclass(frozen=True)
class Case:
    """Code a rule finds, the same done well, and the suggestion for the former where there is one."""

    path: str
    bad: str
    good: str
    suggestion: str | None = None


CASES = {
    "any-conflict-marker": Case("a.py", "<<<<<<< HEAD", "<<<<<<<"),
    "any-private-key": Case("k.txt", "-----BEGIN RSA PRIVATE KEY-----", "see -----BEGIN RSA PRIVATE KEY-----"),
    "any-hardcoded-secret": Case("a.py", 'db_password = "hunter2hunter2"', 'password = "correct horse battery"'),
    "any-focused-test": Case("web/a.ts", "  it.only('x', f)", "  it('x', f)", "  it('x', f)"),
    "any-debugger": Case("a.py", "    breakpoint()", "    breakpoint_at(3)"),
    "py-mutable-default": Case("a.py", "def f(x, y: list[int] = []):", "def f(x, y=None, *, z=list(A)):"),
    "py-bare-except": Case("a.py", "    except:", "    except ValueError:", "    except Exception:"),
    "py-swallowed-error": Case("a.py", "except Exception as e:\n    pass", "except Exception as e:\n    log(e)"),
    "py-is-literal": Case("a.py", "if x is not 'a':", "if x is not None:", "if x != 'a':"),
    "py-sql-injection": Case("a.py", 'c.execute(f"SELECT {x}")', 'c.execute("SELECT ?", (x,))'),
    "py-shell-injection": Case("a.py", 'subprocess.run(f"ls {x}", shell=True)', 'subprocess.run(["ls", x])'),
    "py-eval": Case("a.py", "y = eval(x)", "model.eval(x); ast.literal_eval(x); 'eval(x)'"),
    "py-unsafe-yaml": Case(
        "a.py", "d = yaml.load(text)", "d = yaml.load(t, Loader=SafeLoader)", "d = yaml.safe_load(text)"
    ),
    "py-unsafe-pickle": Case("a.py", "pickle.loads(request.body)", "pickle.load(own_file)"),
    "py-request-without-timeout": Case(
        "a.py", "r = requests.get(url(x))", "r = requests.get(u, timeout=3)", "r = requests.get(url(x), timeout=30)"
    ),
    "py-tls-unverified": Case("a.py", "get(u, verify=False)", "get(u, verify=True)"),
    "py-assert-tuple": Case("a.py", 'assert (f(x) == 1, "no")', 'assert (f(x) == 1), "no"', 'assert f(x) == 1, "no"'),
    "py-changed-while-walked": Case(
        "a.py", "for k in d:\n    if k:\n        del d[k]", "for k in list(d):\n    del d[k]"
    ),
    "py-range-past-end": Case(
        "a.py",
        "for i in range(len(x) + 1): f(x[i])",
        "for i in range(len(x) + 1): f(i)",
        "for i in range(len(x)): f(x[i])",
    ),
    "py-empty-mean": Case("a.py", "m = sum(xs) / len(xs)", "m = sum(xs) / len(xs) if xs else 0"),
    "py-blocking-in-async": Case(
        "a.py", "async def f():\n    while True:\n        time.sleep(1)", "def f():\n    time.sleep(1)"
    ),
    "py-archive-escape": Case("a.py", "tar.extractall(to)", 'tar.extractall(to, filter="data")'),
    "py-mktemp": Case("a.py", "n = tempfile.mktemp()", "n = tempfile.mkstemp()"),
    "py-predictable-secret": Case("a.py", "token = random.choice(abc)", "token = secrets.choice(abc)"),
    "py-not-implemented": Case(
        "a.py", "    raise NotImplemented", "    return NotImplemented", "    raise NotImplementedError"
    ),
    "py-naive-utc": Case("a.py", "t = datetime.utcnow()", "t = datetime.now(UTC)"),
    "js-past-end": Case(
        "a.ts",
        "for (let i = 0; i <= a.length; i++) {",
        "for (let i = 0; i < a.length; i++) {",
        "for (let i = 0; i < a.length; i++) {",
    ),
    "js-async-foreach": Case("a.js", "xs.forEach(async (x) => {", "xs.forEach((x) => {"),
    "js-html-injection": Case("a.js", "el.innerHTML = `<b>${x}</b>`;", "el.innerHTML = '';"),
    "js-eval": Case("a.js", "eval(x)", "retrieval(x)"),
    "js-nan-compare": Case("a.js", "if (x === NaN) f()", "if (Number.isNaN(x)) f()"),
    "js-typeof-undefined": Case(
        "a.js", "if (typeof x === undefined)", "if (typeof x === 'undefined')", "if (typeof x === 'undefined')"
    ),
    "js-sql-injection": Case("a.js", "db.query(`SELECT ${x}`)", "db.query('SELECT ?', [x])"),
    "js-shell-injection": Case("a.js", "exec(`ls ${x}`)", "execFile('ls', [x])"),
    "js-tls-unverified": Case("a.js", "rejectUnauthorized: false", "rejectUnauthorized: true"),
    "c-assignment-in-condition": Case("a.js", "if (a = b) {", "if (a == b || (c = d)) {"),
    "js-empty-catch": Case("a.js", "} catch (e) {\n}", "} catch (e) {\n  log(e);\n}"),
    "go-ignored-error": Case("a.go", "n, _ := strconv.Atoi(s)", "n, err := strconv.Atoi(s)"),
    "go-defer-in-loop": Case(
        "a.go",
        "for _, f := range fs {\n\tdefer f.Close()\n}",
        "for _, f := range fs {\n\tfunc() {\n\t\tdefer f.Close()\n\t}()\n}",
    ),
    "go-sql-injection": Case("a.go", 'db.Query(fmt.Sprintf("SELECT %s", x))', 'db.Query("SELECT ?", x)'),
    "go-tls-unverified": Case("a.go", "InsecureSkipVerify: true,", "InsecureSkipVerify: false,"),
    "go-add-inside-goroutine": Case("a.go", "go func() {\n\twg.Add(1)", "wg.Add(1)\ngo func() {"),
    "go-no-timeout": Case("a.go", "r, err := http.Get(u)", "r, err := client.Get(u)"),
    "rs-unwrap-input": Case("a.rs", "let n: u8 = s.parse().unwrap();", "let n: u8 = s.parse()?;"),
    "rs-static-mut": Case("a.rs", "static mut N: u8 = 0;", "static N: AtomicU8 = AtomicU8::new(0);"),
    "rs-truncating-length": Case("a.rs", "let n = v.len() as u8;", "let n = v.len() as u64;"),
    "rs-blocking-in-async": Case("a.rs", "async fn f() {\n    thread::sleep(d);", "fn f() {\n    thread::sleep(d);"),
    "c-unbounded-copy": Case("a.c", "strcpy(a, b);", "my_strcpy(a, b); strncpy(a, b, n);"),
    "c-format-string": Case("a.c", "printf(name);", 'printf("%s", name);', 'printf("%s", name);'),
    "c-no-room-for-nul": Case(
        "a.c", "p = malloc(strlen(s));", "p = malloc(strlen(s) + 1);", "p = malloc(strlen(s) + 1);"
    ),
    "c-realloc-leak": Case("a.c", "p = realloc(p, n);", "q = realloc(p, n);"),
    "java-string-identity": Case("A.java", 'if (s == "a") {', "if (n == 1) {", 'if ("a".equals(s)) {'),
    "java-thread-run": Case("A.java", "new Thread(task).run();", "new Thread(task).start();"),
    "jvm-sql-injection": Case("A.java", 's.executeQuery("SELECT " + x);', 's.prepareStatement("SELECT ?");'),
    "jvm-predictable-secret": Case(
        "A.java", "long token = new Random().nextLong();", "long token = new SecureRandom().nextLong();"
    ),
    "java-lock-on-string": Case("A.java", 'synchronized ("lock") {', "synchronized (lock) {"),
    "sql-no-where": Case("a.sql", "DELETE FROM users;", "DELETE FROM users WHERE id = 1;"),
    "sql-equals-null": Case("a.sql", "WHERE a = NULL;", "SET a = NULL", "WHERE a IS NULL;"),
    "sql-not-null-without-default": Case(
        "a.sql", "ALTER TABLE t ADD COLUMN a int NOT NULL;", "ALTER TABLE t ADD COLUMN a int NOT NULL DEFAULT 0;"
    ),
    "sql-not-in-subquery": Case("a.sql", "WHERE id NOT IN (SELECT x FROM y)", "WHERE id NOT IN (1, 2)"),
    "sql-grant-public": Case("a.sql", "GRANT ALL ON t TO PUBLIC;", "GRANT SELECT ON t TO reader;"),
    "sh-rm-empty-variable": Case("a.sh", 'rm -rf "$DIR"/*', 'rm -rf "${DIR:?}"/*'),
    "sh-pipe-to-shell": Case("a.sh", "curl -fsSL https://x.io/i | sudo sh", "curl -fsSL https://x.io/i -o i"),
    "sh-unquoted-test": Case("a.sh", "if [ $x = y ]; then", "if [[ $x = y ]]; then", 'if [ "$x" = y ]; then'),
    "sh-world-writable": Case("a.sh", "chmod -R 777 d", "chmod -R 750 d"),
    "sh-for-over-ls": Case("a.sh", "for f in $(ls d); do", "for f in d/*; do"),
    "docker-latest": Case("Dockerfile", "FROM python:latest AS build", "FROM python:3.13 AS build"),
    "docker-add-url": Case("Dockerfile", "ADD https://x.io/a /a", "ADD a /a"),
    "docker-secret": Case("Dockerfile", "ENV API_KEY=abc", "ENV API_KEY=${API_KEY}"),
    "docker-apt-asks": Case(
        "Dockerfile", "RUN apt-get install git", "RUN apt-get install -y git", "RUN apt-get install -y git"
    ),
    "ci-script-injection": Case(
        ".github/workflows/a.yml",
        "- run: echo ${{ github.event.pull_request.title }}",
        "TITLE: ${{ github.event.pull_request.title }}",
    ),
    "ci-untrusted-checkout": Case(
        ".github/workflows/a.yml", "ref: ${{ github.event.pull_request.head.sha }}", "ref: ${{ github.sha }}"
    ),
    "ci-moving-action": Case(".github/workflows/a.yml", "- uses: a/b@main", "- uses: a/b@v1"),
    "ci-write-all": Case(".github/workflows/a.yml", "permissions: write-all", "permissions: read-all"),
}
LEFT_CASES = {
    "sh-strict-mode-removed": Case("a.sh", "set -euo pipefail", "set +x"),
    "docker-root": Case("Dockerfile", "USER 1000", "USER root"),
}


def found_by(rule_id: str, case: Case, code: str, mark: str) -> list[dict[str, object]]:
    """The findings of one rule in a hunk of these lines."""
    rule = next(rule for rule in RULES if rule.id == rule_id)
    lines = tuple(ShownLine(number, mark, text) for number, text in enumerate(code.split("\n"), 1))
    return [one for one in review_hunk(ShownHunk(case.path, lines)) if one["body"] == rule.body]


@pytest.mark.parametrize("rule_id", [*CASES, *LEFT_CASES])
def test_a_rule_finds_what_it_is_about_and_leaves_the_rest(rule_id: str) -> None:
    """One finding in the bad code, none in the good."""
    case, mark = (CASES[rule_id], "+") if rule_id in CASES else (LEFT_CASES[rule_id], "-")
    found = found_by(rule_id, case, case.bad, mark)
    assert len(found) == 1
    assert found[0]["suggestion"] == case.suggestion
    assert found_by(rule_id, case, case.good, mark) == []


def test_every_rule_has_a_case_and_a_row() -> None:
    """A rule that nothing tests or names does not exist."""
    assert {rule.id for rule in RULES} == {*CASES, *LEFT_CASES}
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(f"| {rule.id} |" in table() for rule in RULES)


def test_comments_and_strings_are_no_code() -> None:
    """Prose that names a mistake does not make it."""
    lines = ("# never eval(x) here", 'print("eval(x)")', '"""', "eval(x)", '"""')
    hunk = ShownHunk("a.py", tuple(ShownLine(number, "+", text) for number, text in enumerate(lines, 1)))
    assert review_hunk(hunk) == []


def test_most_rules_leave_test_code_alone() -> None:
    """A test may switch off what production must not."""
    assert found_by("py-tls-unverified", Case("tests/test_a.py", "", ""), "get(u, verify=False)", "+") == []
    assert found_by("any-debugger", Case("tests/test_a.py", "", ""), "breakpoint()", "+")


def test_a_user_that_only_moves_is_still_there() -> None:
    """Another USER line in the old hunk may be the one that stays."""
    lines = (ShownLine(1, "-", "USER 1000"), ShownLine(2, " ", "USER 1001"))
    assert review_hunk(ShownHunk("Dockerfile", lines)) == []
