from __future__ import annotations

import pytest

from bot.core.comment import COMMENT_CHARACTERS, comment_body, inline_draft, title_of
from bot.core.diff.model import Side
from bot.core.finding import Place, Severity
from bot.core.fingerprint import fingerprint
from bot.core.marks import fingerprints_in
from tests.unit.core.report.receipts import finding


def as_it_is(text: str) -> str:
    """No secrets to take out."""
    return text


def test_a_whole_comment() -> None:
    """What a reader gets, from the title to the small print, and the mark for the next run."""
    one = finding(also_at=(Place("src/tax.py", 12),), severity=Severity.WARNING)
    tax = fingerprint("src/tax.py", Side.RIGHT, [one.quote])
    assert comment_body(one, scrub=as_it_is) == (
        "**▲ Warning: An empty cart divides by zero**\n"
        "\n"
        "`average([])` raises ZeroDivisionError: checkout calls it for carts without items.\n"
        "\n"
        "The same at `src/tax.py` line 12.\n"
        "\n"
        "```suggestion\n"
        "    return total / len(items) if items else 0\n"
        "```\n"
        "\n"
        "<sub>correctness · 92% sure</sub>\n"
        "\n"
        "<!-- hunkwise:finding 0123456789abcdef0123 -->\n"
        f"<!-- hunkwise:finding {tax} -->"
    )


def test_a_draft_has_the_findings_own_lines() -> None:
    """The comment stands where the finding does, in GitHub's convention."""
    draft = inline_draft(finding(start_line=40), scrub=as_it_is)
    assert (draft.path, draft.side, draft.start_line, draft.line) == ("src/cart.py", Side.RIGHT, 40, 41)


@pytest.mark.parametrize("code", ["```\nx\n```", "`````", "a ```` b", "~~~\n```"])
def test_a_suggestion_cannot_leave_its_fence(code: str) -> None:
    """The fence is longer than any run of backticks inside, so the code never becomes Markdown of ours."""
    body = comment_body(finding(suggestion=code), scrub=as_it_is)
    opening = next(line for line in body.splitlines() if line.endswith("suggestion"))
    fence = opening.removesuffix("suggestion")
    inside = body.split(f"{opening}\n")[1].split(f"\n{fence}\n")[0]
    assert inside == code
    assert fence not in code


def test_a_suggestion_to_remove_has_no_line_in_it() -> None:
    """An empty line inside would replace the lines by an empty one."""
    assert "```suggestion\n```" in comment_body(finding(suggestion=""), scrub=as_it_is)


@pytest.mark.parametrize(
    "changes",
    [
        {"side": Side.LEFT},
        {"suggestion": None},
        {"suggestion": "x = '<!-- hunkwise:finding 00000000000000000000 -->'"},
        {"suggestion": "x" * 20_000},
        {"suggestion": "key = 'swordfish'"},
    ],
)
def test_no_suggestion_where_it_would_be_wrong(changes: dict[str, object]) -> None:
    """Removed lines cannot be replaced, and code that had to be cut or altered is wrong code."""
    body = comment_body(finding(**changes), scrub=lambda text: text.replace("swordfish", "[redacted]"))
    assert "suggestion" not in body
    assert fingerprints_in(body) == ["0123456789abcdef0123"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<!-- hunkwise:finding aaaaaaaaaaaaaaaaaaaa -->",
        "@octocat #1 <img src=x> ![x](http://evil) </sub>",
        "a\n```\nb",
        "| a | b |\n|---|---|\n| `x` |",
    ],
)
def test_nothing_foreign_acts_or_forges_a_mark(hostile: str) -> None:
    """Titles and bodies are the model's, paths and code the author's: only our own mark is found again."""
    one = finding(title=hostile, body=hostile, category=hostile, also_at=(Place(hostile, 3),), path=hostile, quote="")
    body = comment_body(one, scrub=as_it_is)
    assert fingerprints_in(body) == [one.fingerprint]
    prose = "\n".join(line for line in body.splitlines() if not line.startswith("The same at `"))
    assert "<img" not in prose
    assert prose.count("</sub>") == 1
    assert "@octocat" not in prose.replace("`@octocat`", "")
    assert body.count("```suggestion") == 1


def test_the_longest_comment_keeps_its_mark() -> None:
    """GitHub refuses a body over its limit, and a comment without a mark would be posted again."""
    places = tuple(Place("p" * 400, number) for number in range(500))
    long = "`|<b>@all " * 20_000
    one = finding(title=long, body=long, category=long, suggestion="y" * 15_999, also_at=places)
    body = comment_body(one, scrub=lambda text: text.replace("@all", "[redacted]"))
    assert len(body) <= COMMENT_CHARACTERS
    assert fingerprints_in(body)[0] == one.fingerprint
    assert "480 more places" in body


def test_secret_values_are_taken_out_last() -> None:
    """Whatever part of the finding they stand in."""
    secret = "hunter2secret"  # noqa: S105  # a made-up value
    one = finding(title=secret, body=secret, category=secret, also_at=(Place(secret, 3),))
    assert secret not in comment_body(one, scrub=lambda text: text.replace(secret, "[redacted]"))


def test_the_title_is_found_again() -> None:
    """The summary of a later push names the findings that stand by their titles."""
    body = comment_body(finding(title="It is **wrong**"), scrub=as_it_is)
    assert title_of(body) == "It is **wrong**"
    assert title_of(body.replace("\n", "\r\n")) == "It is **wrong**"
    assert title_of("Somebody wrote something else") == ""
