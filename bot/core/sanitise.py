r"""What others wrote, made safe to publish: for GitHub's Markdown, and for terminals.

Outside code, whatever would act is made inert: mentions, references and addresses become code, links and HTML
are escaped. Code in backticks stays as it is. All of it is idempotent, `safe_fence` apart.

What is code must be decided as GitHub decides it, or else an attack hides in what only we take for code. So the
ambiguous cases are removed: fences move to the margin and are closed, a code span ends on its own line, every
other backtick is escaped, and no line can be the ruler that makes a table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.core.prompt.visible import make_visible, strip_hidden

_ELLIPSIS = "…"

_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_FENCE = re.compile(r"(?P<indent>[ \t]*)(?:(?P<ticks>`{3,})(?P<info>[^`]*)|(?P<tildes>~{3,})(?P<about>.*))")
_LANGUAGE = re.compile(r"[ \t]*([\w+#.-]+)")
_RENDERED = frozenset({"suggestion", "mermaid", "math", "geojson", "topojson", "stl"})
"""Fences that GitHub turns into something else than code: a button, a drawing."""

_MARKER = re.compile(r"<!(?=--[\s-]*hunkwise)", re.IGNORECASE)
_COMMAND_NAMES = (
    "add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|internal-|notice|remove-matcher|save-state|set-env"
    "|set-output|stop-commands|warning"
)
_COMMAND = re.compile(rf"^([^\S\n]*):(?=:(?:{_COMMAND_NAMES}))", re.IGNORECASE | re.MULTILINE)
_SLASH_COMMAND = re.compile(r"(\s*)(/[A-Za-z][\w-]*)(?=\s|$)")
_TABLE_RULER = re.compile(r"(?=.*-)(?=.*[|:])[\s>*+\d.)|:-]*$")
_BACKTICKS = re.compile(r"\\[!-/:-@\[-`{-~]|(?P<run>`+)")
_ACTIVE = re.compile(
    r"""
    (?P<needless>\\(?=@[A-Z0-9]|\#\d))                  # an escape that is gone before mentions are looked for
    | (?P<escaped>\\[!-/:-@\[-`{-~])
    | <(?P<autolink>[A-Z][A-Z0-9+.-]{1,31}:[^\s<>`\\]*)>
    | (?P<word>://[^\s<>`\\\[\]]+                       # an address; its scheme stands before
        | (?<![A-Z0-9])www\.[^\s<>`\\\[\]]+
        | @[A-Z0-9][\w./-]*                             # a mention; a mail address or a commit where more stands before
        | \#\d+(?![A-Z0-9])                                       # a reference, perhaps with its repository before
        | (?<![A-Z0-9])GH-\d+(?![A-Z0-9]))
    | (?P<entity>&(?=\#|(?!(?:amp|lt|gt|quot|apos|nbsp);)[A-Z][A-Z0-9]*;))
    | (?P<html><(?=[A-Z/!?]))
    | (?P<bracket>\](?=[(\[:]))                         # the end of a link's text, or of what a definition names
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_BEFORE_A_WORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+/-"
_AFTER_A_WORD = ".,;:!?)\"'*_~-"

_Piece = tuple[bool, str]
"""A part of a line: whether it is a code span, and its text."""


def sanitise_markdown(text: str, *, limit: int) -> str:
    """Make Markdown of several lines inert, at most `limit` characters of it; a cut ends in an ellipsis."""
    return _within(limit, text, _inert)


def sanitise_line(text: str, *, limit: int) -> str:
    """Make a title, a category or a name inert, on one line of at most `limit` characters."""
    return _within(limit, text, _inert_line)


def table_cell(text: str) -> str:
    """Make text fit for a cell of a Markdown table: inert, on one line, its pipes escaped."""
    return re.sub(r"(?<!\\)((?:\\\\)*)\|", r"\1\\|", _inert_line(text))


def safe_fence(code: str, info: str = "") -> str:
    """Put code into a fenced block that it cannot close: its fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{info}\n{code}\n{fence}"


def terminal(text: str) -> str:
    r"""Make one line of foreign text printable: escape sequences go, other hidden characters show as `\u{…}`.

    Workflow commands, which GitHub's runner reads from the output of a step, are broken by a blank.
    """
    return make_visible(_without_commands(_ANSI.sub("", text)))[0]


def _within(limit: int, text: str, inert: Callable[[str], str]) -> str:
    """Apply `inert`, and again to ever shorter beginnings until the result fits: escapes and fences take room."""
    whole = safe = inert(text)
    keep = limit
    while len(safe) > limit and keep > 0:
        safe = inert(whole[: keep - 1] + _ELLIPSIS)
        keep -= max(1, len(safe) - limit)
    return safe if len(safe) <= limit else ""


def _inert(text: str) -> str:
    text = _clean(text).strip("\n").rstrip()
    html_can_close = ">" in text
    out: list[str] = []
    fence: _Fence | None = None
    for line in text.split("\n"):
        if fence:
            out.append(fence.inside(line))
            fence = None if out[-1] == fence.mark else fence
        elif opening := _FENCE.fullmatch(line):
            fence = _Fence(opening["ticks"] or opening["tildes"], len(opening["indent"]))
            out.append(fence.mark + _language(opening["info"] or opening["about"] or ""))
        else:
            out.append(_inline(line, html_can_close=html_can_close))
    return "\n".join([*out, fence.mark] if fence else out)


def _inert_line(text: str) -> str:
    line = " ".join(_clean(text).split())
    return _inline(f"\\{line}" if line.startswith("~~~") else line, html_can_close=">" in line)


@dataclass(frozen=True, slots=True)
class _Fence:
    """An open code fence: its mark, and how far it and its content stood from the margin."""

    mark: str
    indent: int

    def inside(self, line: str) -> str:
        """A line of the content moved along with the fence, or the mark itself where the line closes it."""
        margin = line[: self.indent]
        line = line[len(margin) - len(margin.lstrip(" \t")) :]
        closing = re.fullmatch(rf" {{0,3}}{self.mark[0]}{{{len(self.mark)},}}[ \t]*", line)
        return self.mark if closing else line


def _language(info: str) -> str:
    named = _LANGUAGE.match(info)
    return named[1] if named and named[1].lower() not in _RENDERED else ""


def _clean(text: str) -> str:
    """Text without what is hidden, and without what is read by machines wherever it stands, code included."""
    text = strip_hidden(_ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return _MARKER.sub("<! ", _without_commands(text))


def _without_commands(text: str) -> str:
    return _COMMAND.sub(r"\1: ", text).replace("##[", "## [")


def _inline(line: str, *, html_can_close: bool) -> str:
    """One line outside fences. A comparison such as `i<n` stays while no `>` anywhere can make it a tag."""
    if _TABLE_RULER.match(line):
        return re.sub(r"[|:]", r"\\\g<0>", line)
    if command := _SLASH_COMMAND.match(line):
        line = f"{command[1]}`{command[2]}`{line[command.end() :]}"
    pieces: list[_Piece] = []
    for is_code, text in _spans(line):
        pieces.extend([(True, text)] if is_code else _neutral(text, html_can_close=html_can_close))
    return _joined(pieces)


def _spans(line: str) -> Iterator[_Piece]:
    """Split a line into code spans and text, as CommonMark pairs backticks; those without a partner are escaped."""
    plain = ""
    at = 0
    while found := _BACKTICKS.search(line, at):
        plain += line[at : found.start()]
        at = found.end()
        run = found["run"]
        closing = re.compile(rf"(?<!`){run}(?!`)").search(line, at) if run else None
        if closing:
            yield False, plain
            yield True, line[found.start() : closing.end()]
            plain, at = "", closing.end()
        else:
            plain += "\\`" * len(run) if run else found[0]
    yield False, plain + line[at:]


def _neutral(text: str, *, html_can_close: bool) -> Iterator[_Piece]:
    """Text without code spans, in which what would act has become code or is escaped."""
    at = 0
    for found in _ACTIVE.finditer(text):
        before, at = text[at : found.start()], found.end()
        if found["word"] or found["autolink"]:
            yield from _as_code(before, found)
            continue
        yield False, before
        if found["escaped"]:
            yield False, found[0]
        elif found["entity"]:
            yield False, "&amp;"
        elif found["bracket"]:
            yield False, "\\]"
        elif found["html"]:
            comparison = not html_can_close and before[-1:].isalnum() and text[at] not in "!?"
            yield False, "<" if comparison else "&lt;"
    yield False, text[at:]


def _as_code(before: str, found: re.Match[str]) -> Iterator[_Piece]:
    """An address, a mention or a reference as a code span, with what belongs to it before but no closing mark."""
    if found["autolink"]:
        yield from ((False, before), (True, f"`{found['autolink']}`"))
        return
    plain = before.rstrip(_BEFORE_A_WORD)
    whole = before[len(plain) :] + found["word"]
    word = whole.rstrip(_AFTER_A_WORD)
    yield False, plain
    yield bool(word), word and f"`{word}`"
    yield False, whole[len(word) :]


def _joined(pieces: Iterable[_Piece]) -> str:
    """Put the pieces together; a blank keeps a code span from a backtick or a backslash before it."""
    line = ""
    for is_code, text in pieces:
        line += " " if is_code and (line.endswith("`") or _ends_in_escape(line)) else ""
        line += text
    return line


def _ends_in_escape(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1
