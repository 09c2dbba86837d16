"""Foreign text, published."""

from __future__ import annotations

import pytest

from bot.core.sanitise import safe_fence, sanitise_line, sanitise_markdown, table_cell, terminal


def markdown(text: str) -> str:
    """Sanitise with room to spare."""
    return sanitise_markdown(text, limit=10_000)


@pytest.mark.parametrize(
    "prose",
    [
        "The loop runs *n* times; use `len(items) - 1` (see **below**), 100 % of the time.",
        "1. first\n2. second\n\n> quoted\n\n---\n\n# Heading\n\n- [ ] task",
        "``a ` b`` and `List<String>` and `@decorator` stay code",
        "if i<n and j < m, then a & b &lt; c",
        "```python\n@cache\ndef f(x): ...  # see #12\n```",
        "~~~\nplain\n~~~\nafter",
        "naïve Größe 数量 🎉",
    ],
)
def test_ordinary_prose_and_code_stay_as_they_are(prose: str) -> None:
    """A comment that attacks nothing is not touched."""
    assert markdown(prose) == prose


@pytest.mark.parametrize(
    ("text", "inert"),
    [
        ("ping @user and @org/team.", "ping `@user` and `@org/team`."),
        ("mail a@b.com", "mail `a@b.com`"),
        ("\\@user", "`@user`"),
        ("fixes #12, o/r#3 and GH-4", "fixes `#12`, `o/r#3` and `GH-4`"),
        ("_#12_ *GH-4*", "`_#12`_ *`GH-4`*"),
        ("&commat;user", "&amp;commat;user"),
        ("see https://e.x/y). www.e.x", "see `https://e.x/y`). `www.e.x`"),
        ("\\https://e.x", "\\ `https://e.x`"),
        ("<https://e.x>", "`https://e.x`"),
        ("[text](javascript:alert(1))", "[text\\](javascript:alert(1))"),
        ("![x](http://e.x/i.png)", "![x\\](`http://e.x/i.png`)"),
        ("[a][b]\n\n[b]: /c", "[a\\][b]\n\n[b\\]: /c"),
        ("<img src=x onerror=y>", "&lt;img src=x onerror=y>"),
        ("a <!-- comment -->", "a &lt;!-- comment -->"),
        ("<div", "&lt;div"),
        ("/merge\n/path/to it", "`/merge`\n/path/to it"),
        ("a `b", "a \\`b"),
        ("`a`@user", "`a` `@user`"),
        ("::error file=x::boo", ": :error file=x::boo"),
        ("##[group]", "## [group]"),
        ("\x1b[31mred\x1b[0m \u202eabc\x07", "red abc"),
        ("a | b\n--|--\n`x | @y`", "a | b\n--\\|--\n`x | @y`"),
    ],
)
def test_what_acts_is_made_inert(text: str, inert: str) -> None:
    """Each known way out of a comment is closed, and the reader still sees what was written."""
    assert markdown(text) == inert


@pytest.mark.parametrize("comment", ["<!-- hunkwise:state -->", "<!--hunkwise", "<!--\n  HUNKWISE x"])
@pytest.mark.parametrize("around", ["{}", "`{}`", "```html\n{}\n```"])
def test_no_forged_marker_is_left_anywhere(comment: str, around: str) -> None:
    """A marker read back by machine must be ours, so not even code may hold one."""
    assert "<!--" not in markdown(around.format(comment))


def test_an_unclosed_fence_is_closed() -> None:
    """What Hunkwise writes below a body must not become part of its code."""
    assert markdown("````py\nx = 1\n```") == "````py\nx = 1\n```\n````"


def test_a_fence_in_a_list_moves_to_the_margin() -> None:
    """A line that falls out of a list would close the list's fence on the page, and be text there."""
    assert markdown("- a\n\n  ```js\n  b\n@user\n  ```\n@user") == "- a\n\n```js\nb\n@user\n```\n`@user`"


@pytest.mark.parametrize("rendered", ["suggestion", "Mermaid", "math"])
def test_a_fence_that_is_rendered_becomes_plain_code(rendered: str) -> None:
    """Only Hunkwise offers suggestions, and no drawing of the model's is run by the page."""
    assert markdown(f"```{rendered}\nx\n```") == "```\nx\n```"


def test_a_cut_is_marked_and_leaves_nothing_open() -> None:
    """The limit holds for the result, closing fence included."""
    cut = sanitise_markdown("```\n" + "a" * 100, limit=40)
    assert cut.endswith("a…\n```")
    assert len(cut) <= 40


@pytest.mark.parametrize("limit", [0, 1, 2, 5])
def test_a_tiny_limit_holds_too(limit: int) -> None:
    """No limit makes the result longer than itself, or the cut endless."""
    assert len(sanitise_markdown("```\n`@user` <b> #1", limit=limit)) <= limit


def test_a_line_is_one_line() -> None:
    """A title with line breaks stays a title, and cannot open a fence."""
    assert sanitise_line(" a\n\n`b` \t@user ", limit=100) == "a `b` `@user`"
    assert sanitise_line("~~~", limit=100) == "\\~~~"


def test_a_cell_escapes_pipes() -> None:
    """Pipes would start a column, inside code as well; an escaped one is not escaped twice."""
    assert table_cell("a|b `c|d`\n\\| \\\\|") == "a\\|b `c\\|d` \\| \\\\\\|"


def test_a_fence_is_longer_than_what_it_holds() -> None:
    """Code with backticks cannot close its block."""
    assert safe_fence("a\n````b", "suggestion") == "`````suggestion\na\n````b\n`````"
    assert safe_fence("a") == "```\na\n```"


def test_a_terminal_is_not_steered() -> None:
    """A path with escape sequences or a workflow command in it is only text."""
    assert terminal("a\x1b]0;title\x07b\x1b[2Jc\td\n\u202e") == "abc\td\\u{a}\\u{202e}"
    assert terminal("::set-output name=x::y") == ": :set-output name=x::y"
    assert terminal("##[error]x") == "## [error]x"
    assert terminal("std::error") == "std::error"
