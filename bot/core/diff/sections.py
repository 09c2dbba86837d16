"""Where the files of a diff begin and end, and whether the input is a git diff at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import NotADiff

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_COMBINED = (b"diff --cc ", b"diff --combined ")

_MAIL = re.compile(rb"From [0-9a-f]{40,64} |(?:From|Subject|Date|Message-I[dD]): ")
_MAIL_START = re.compile(rb"^From [0-9a-f]{40,64} \w{3} \w{3} ", re.MULTILINE)
# A commit message may hold anything, `diff --git` lines too. What git itself puts before the patch is `---`,
# the table of changed files, each line of it indented, and one empty line.
_MAIL_PATCH = re.compile(rb"^---\r?\n(?: [^\n]*\n)*\r?\n(?=diff --git )", re.MULTILINE)
_MAIL_SIGNATURE = re.compile(rb"^-- \r?\n[^\n]*\n\s*\Z", re.MULTILINE)
_BARE_HUNK = re.compile(rb"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@", re.MULTILINE)

_NEXT_STEP = "Make the input with `git diff --no-color BASE...HEAD`, or give --base and --head instead."


@dataclass(frozen=True, slots=True)
class Section:
    """One file's part of the input: bytes `start` to `end`, from its `diff --git` line on."""

    start: int
    end: int
    combined: bool


def normalised(data: bytes) -> bytes:
    """The input with what editors and shells add to a diff taken away: a byte order mark, a missing last newline."""
    data = data.removeprefix(_BYTE_ORDER_MARK)
    return data if data.endswith(b"\n") else data + b"\n"


def sections(data: bytes) -> list[Section]:
    """The files' parts of a normalised diff, in order. Raises NotADiff where it is none."""
    begin, end = _patch_of_mail(data) if _MAIL.match(data) else (0, _without_blank_end(data))
    marks = sorted(
        (at, prefix != b"diff --git ")
        for prefix in (b"diff --git ", *_COMBINED)
        for at in line_starts(data, prefix, begin, end)
    )
    if not marks:
        raise _not_a_diff(data)
    if all(combined for _, combined in marks):
        raise NotADiff(
            "This is a combined diff of a merge, whose lines belong to several old files at once.",
            next_step="Compare the merge with one parent: `git diff MERGE^1 MERGE`.",
        )
    if not _MAIL.match(data) and _BARE_HUNK.search(data, 0, marks[0][0]):
        raise NotADiff(
            "There are hunks before the first `diff --git` line, so no file can be named for them.",
            next_step=_NEXT_STEP,
        )
    ends = [at for at, _ in marks[1:]] + [end]
    return [Section(at, stop, combined) for (at, combined), stop in zip(marks, ends, strict=True)]


def line_starts(data: bytes, prefix: bytes, begin: int, end: int) -> Iterator[int]:
    """Where lines that start with `prefix` begin. `begin` is itself the beginning of a line."""
    if data.startswith(prefix, begin, end):
        yield begin
    wanted = b"\n" + prefix
    at = data.find(wanted, begin, end)
    while at >= 0:
        yield at + 1
        at = data.find(wanted, at + 1, end)


def _without_blank_end(data: bytes) -> int:
    """Where the input ends when empty lines behind the last hunk are not counted."""
    end = len(data)
    while data.endswith(b"\n\n", 0, end):
        end -= 1
    return end


def _patch_of_mail(data: bytes) -> tuple[int, int]:
    """The patch inside a mail as `git format-patch` writes it: behind the message, before the signature."""
    mails = len(_MAIL_START.findall(data))
    patches = [found for found in _MAIL_PATCH.finditer(data) if b" changed, " in found[0] or b"\n " not in found[0]]
    if mails > 1 or not patches:
        what = f"{mails} commits, each with line numbers of its own" if mails > 1 else "no patch that could be found"
        raise NotADiff(f"This is a mailed patch with {what}.", next_step=_NEXT_STEP)
    signature = _MAIL_SIGNATURE.search(data, patches[-1].end())
    return patches[-1].end(), signature.start() if signature else _without_blank_end(data)


def _not_a_diff(data: bytes) -> NotADiff:
    """The error for input without a single `diff --git` line, as exact as its first bytes allow."""
    start = data[:512].lstrip()
    if data.startswith(_UTF16_MARKS):
        return NotADiff(
            "The input is UTF-16 text, as PowerShell's `>` writes it.",
            next_step="Use `git diff --output=FILE` instead of a redirection.",
        )
    if b"\x1b[" in start:
        return NotADiff("The diff is coloured.", next_step=_NEXT_STEP)
    if start.startswith((b"<", b"{", b"[")):
        return NotADiff(
            "The input is a web page or JSON, perhaps a server's error message, and no diff.",
            next_step="Look at the input: an address that needs a login answers like this.",
        )
    if start.startswith((b"--- ", b"Index: ", b"diff ")):
        return NotADiff("The diff was not made by git: it has no `diff --git` lines.", next_step=_NEXT_STEP)
    return NotADiff("The input holds no `diff --git` line, so it is not a git diff.", next_step=_NEXT_STEP)
