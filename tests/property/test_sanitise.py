"""Whatever a model writes, what is published of it does nothing; an independent Markdown parser is the judge."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.core.sanitise import safe_fence, sanitise_line, sanitise_markdown, table_cell, terminal

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

CALLS = (
    "@user",
    "@org/team",
    "#12",
    "o/r#3",
    "GH-4",
    "https://e.x/y",
    "www.e.x",
    "/lgtm",
    "\\@user",
    "\\#12",
    "&#64;user",
    "&#35;12",
)
CODE = (
    "`",
    "``",
    "```",
    "````",
    "~~~",
    "```py",
    "```suggestion",
    "```\n@user",
    "- a\n\n  ```\n  b\n@user\n",
    "\\",
    "    ",
    "  ",
    "\t",
)
HTML = (
    "<b>",
    "</b>",
    "<img src=x>",
    "<div",
    ">",
    "<",
    "<https://e.x>",
    "<a@b.c>",
    "<!--",
    "-->",
    "hunkwise",
    "<!-- hunkwise:",
)
LINKS = (
    "![x](http://e.x/i.png)",
    "[a](b)",
    "[",
    "]",
    "(",
    ")",
    "](",
    "][",
    "]:",
    "[r]: http://e.x",
    "![r]",
    "[r]",
    "&num;",
)
BLOCKS = (
    "|",
    "|-|-|",
    "|---|",
    ":-:",
    "a | b\n-|-\n`x | @user`",
    "-",
    "- ",
    "1. ",
    "> ",
    "# ",
    "***",
    "_",
    "\n",
    "\n\n",
    "\r\n",
)
REST = (
    "::error::",
    "##[group]",
    "\x1b[31m",
    "\x00",
    "\u200b",
    "\u202e",
    "\ufe0f",
    "\r",
    " ",
    "a",
    "word",
    "é",
    "🎉",
    ".",
)
HOSTILE = st.one_of(*map(st.sampled_from, (CALLS, CODE, HTML, LINKS, BLOCKS, REST)))
MARKDOWN = st.one_of(
    st.lists(HOSTILE, max_size=25).map("".join),
    st.text(alphabet="`~@a#1<>!-[](): |\n\\&;/.", max_size=40),
    st.text(max_size=60),
)
LIMITS = st.one_of(st.integers(0, 60), st.just(10_000))

ACTIVE_TEXT = re.compile(
    r"(?<![a-z0-9_])@[a-z0-9]|#\d+(?![a-z0-9])|(?<![a-z0-9])GH-\d+(?![a-z0-9])|(?:https?|ftp)://\w|(?<![a-z0-9])www\.\w",
    re.IGNORECASE | re.ASCII,
)
ACTIVE_TOKENS = {"html_block", "html_inline", "image", "link_open", "table_open"}
FORGED_MARKER = re.compile(r"<!--[\s-]*hunkwise", re.IGNORECASE)
WORKFLOW_COMMAND = re.compile(r"^\s*::(?:error|add-mask|set-output)|##\[", re.IGNORECASE | re.MULTILINE)


def what_acts(markdown: str) -> list[str]:
    """List what a reader's page would act on: active tokens, and runs of text that become links or mentions."""
    found = [FORGED_MARKER.pattern] if FORGED_MARKER.search(markdown) else []
    found += [WORKFLOW_COMMAND.pattern] if WORKFLOW_COMMAND.search(markdown) else []
    for block in PARSER.parse(markdown):
        found += [block.type] if block.type in ACTIVE_TOKENS else []
        text = ""
        for token in block.children or []:
            found += [token.type] if token.type in ACTIVE_TOKENS else []
            text += token.content if token.type in {"text", "text_special"} else "\n"
        found += ACTIVE_TEXT.findall(text)
    return found


def last_paragraph(markdown: str) -> str:
    """The text of the last paragraph at the margin: what a comment says after a foreign text."""
    blocks = PARSER.parse(markdown)
    texts = [inside.content for block, inside in pairwise(blocks) if block.type == "paragraph_open" and not block.level]
    return texts[-1] if texts else ""


@settings(max_examples=400, deadline=None)
@given(MARKDOWN, LIMITS)
def test_nothing_acts_in_sanitised_markdown(text: str, limit: int) -> None:
    """No mention, reference, link, image, HTML, marker or command is left outside code, cut short or not."""
    safe = sanitise_markdown(text, limit=limit)
    assert what_acts(safe) == []
    assert len(safe) <= limit
    assert last_paragraph(f"{safe}\n\nafter") == "after"


@settings(max_examples=400, deadline=None)
@given(MARKDOWN, LIMITS)
def test_sanitising_twice_changes_nothing(text: str, limit: int) -> None:
    """What was sanitised is read back, merged and sanitised again without piling up escapes."""
    once = sanitise_markdown(text, limit=limit)
    assert sanitise_markdown(once, limit=limit) == once
    line = sanitise_line(text, limit=limit)
    assert sanitise_line(line, limit=limit) == line
    assert table_cell(table_cell(text)) == table_cell(text)


@settings(max_examples=400, deadline=None)
@given(MARKDOWN, LIMITS)
def test_nothing_acts_in_a_line(text: str, limit: int) -> None:
    """A title is one line, and inert both alone and inside the emphasis it is shown in."""
    line = sanitise_line(text, limit=limit)
    assert "\n" not in line
    assert len(line) <= limit
    assert what_acts(line) == []
    assert what_acts(f"**{line}**  \nnext") == []
    assert last_paragraph(f"{line}\n\nafter") == "after"


@settings(max_examples=400, deadline=None)
@given(MARKDOWN)
def test_a_cell_stays_in_its_column(text: str) -> None:
    """No text of one cell makes a column, a row or anything active in the table around it."""
    tokens = PARSER.parse(f"| a | b |\n| --- | --- |\n| {table_cell(text)} | beside |\n| last | row |")
    assert [token.content for token in tokens if token.type == "inline"][-3:] == ["beside", "last", "row"]
    inside = [child for token in tokens for child in token.children or []]
    assert not {child.type for child in inside} & ACTIVE_TOKENS


@given(st.text(alphabet="`~\n a", max_size=40))
def test_code_cannot_close_its_fence(code: str) -> None:
    """A suggestion is one code block, exactly the code, however many backticks it holds."""
    tokens = PARSER.parse(safe_fence(code, "suggestion"))
    assert [(token.type, token.content) for token in tokens] == [("fence", f"{code}\n")]


@settings(max_examples=300, deadline=None)
@given(st.one_of(MARKDOWN, st.text(alphabet=st.characters(max_codepoint=0x9F), max_size=40)))
def test_a_terminal_gets_no_controls(text: str) -> None:
    """No escape sequence or control character of a path or a line of code reaches a terminal, tabs excepted."""
    shown = terminal(text)
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b\u202e]", shown)
    assert not WORKFLOW_COMMAND.search(shown)
