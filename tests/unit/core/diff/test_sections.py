from __future__ import annotations

import pytest

from bot.core.diff.read import read_diff
from bot.errors import NotADiff

ONE_FILE = b"diff --git a/real.py b/real.py\nindex 1..2 100644\n--- a/real.py\n+++ b/real.py\n@@ -1 +1 @@\n-a\n+b\n"
PHANTOM = ONE_FILE.replace(b"real", b"phantom")
BARE_PHANTOM = PHANTOM[PHANTOM.index(b"---") :]
SHA = b"0123456789012345678901234567890123456789"
MAIL_HEAD = b"From " + SHA + b" Mon Sep 17 00:00:00 2001\nFrom: A <a@b.c>\nSubject: [PATCH] it\n\n"
MAIL_STAT = b"---\n real.py | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n\n"
SIGNATURE = b"-- \n2.39.5\n\n"


def paths(data: bytes) -> list[str]:
    """The paths of all files of a diff."""
    return [file.path for file in read_diff(data).files]


def test_only_zero_bytes_are_an_empty_diff() -> None:
    """'Nothing changed' and 'nothing was understood' must never look alike."""
    assert read_diff(b"").files == ()


@pytest.mark.parametrize(
    "data",
    [
        b"\n",
        b" ",
        b"<!DOCTYPE html><html><body>Sign in</body></html>\n",
        b'{"message": "Not Found", "documentation_url": "x"}',
        b"[]",
        b"Everything up to date\n",
        b"  diff --git a/x b/x\n",
        BARE_PHANTOM,
        b"Index: x\n=====\n--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n",
        b"\x1b[1mdiff --git a/x b/x\x1b[m\n",
        "diff --git a/x b/x\n".encode("utf-16"),
        b"\0\xff" * 40,
    ],
)
def test_what_is_no_git_diff_is_an_error_with_a_way_out(data: bytes) -> None:
    """A login page read as an empty diff would be a green check with nothing reviewed."""
    with pytest.raises(NotADiff) as caught:
        read_diff(data)
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"<html>", "web page"),
        (b'{"message": "Not Found"}', "JSON"),
        ("diff".encode("utf-16"), "UTF-16"),
        (b"\x1b[1mdiff --git a/x b/x\x1b[m\n", "coloured"),
        (BARE_PHANTOM, "not made by git"),
    ],
)
def test_the_error_says_what_the_input_looks_like(data: bytes, word: str) -> None:
    """The reader of the error did not see the input."""
    with pytest.raises(NotADiff, match=word):
        read_diff(data)


@pytest.mark.parametrize("kind", [b"--cc", b"--combined"])
def test_a_combined_diff_is_refused_as_a_whole_or_as_a_part(kind: bytes) -> None:
    """Its lines count in two old files at once, so no number for them would be right."""
    combined = b"diff " + kind + b" merged.py\nindex 1,2..3\n--- a/merged.py\n+++ b/merged.py\n"
    combined += b"@@@ -1,1 -1,1 +1,2 @@@\n- a\n -b\n++c\n++d\n"
    with pytest.raises(NotADiff, match="combined"):
        read_diff(combined)
    merged, real = read_diff(combined + ONE_FILE).files
    assert merged.path == "merged.py"
    assert merged.unreadable is not None
    assert "combined" in merged.unreadable
    assert merged.hunks == ()
    assert real.path == "real.py"
    assert real.unreadable is None


@pytest.mark.parametrize(
    "message", [b"Say why.\n", PHANTOM, BARE_PHANTOM, b"---\n text\n" + PHANTOM, b"---\n text\n\n" + PHANTOM]
)
def test_a_mailed_patch_has_only_the_files_behind_its_message(message: bytes) -> None:
    """A commit message may quote a diff; a file made of it would be a phantom."""
    (file,) = read_diff(MAIL_HEAD + message + MAIL_STAT + ONE_FILE + SIGNATURE).files
    assert file.path == "real.py"
    assert file.unreadable is None


def test_a_mail_without_a_table_of_files_is_read() -> None:
    """`git format-patch --no-stat`."""
    assert paths(MAIL_HEAD + b"Say why.\n---\n\n" + ONE_FILE + SIGNATURE) == ["real.py"]


def test_a_deleted_rule_in_a_mail_is_not_taken_for_its_separator() -> None:
    """Files before it would vanish: `--` deleted, context, an empty line that lost its blank, the next file."""
    lookalike = ONE_FILE.replace(b"@@ -1 +1 @@\n-a\n+b\n", b"@@ -1,3 +1,2 @@\n---\n a\n\n").replace(b"real", b"first")
    assert paths(MAIL_HEAD + MAIL_STAT + lookalike + ONE_FILE + SIGNATURE) == ["first.py", "real.py"]


def test_a_mail_of_several_commits_is_refused() -> None:
    """The line numbers of the first commit are not those of the last."""
    mail = MAIL_HEAD + MAIL_STAT + ONE_FILE + SIGNATURE
    with pytest.raises(NotADiff, match="2 commits"):
        read_diff(mail + mail)


def test_a_mail_without_a_patch_is_refused() -> None:
    """A diff inside a message alone is not what the mail changes."""
    with pytest.raises(NotADiff, match="no patch"):
        read_diff(MAIL_HEAD + PHANTOM)


def test_prose_before_the_first_file_is_passed_over() -> None:
    """`git show` puts the commit, its message indented, before the diff."""
    show = b"commit " + SHA + b"\nAuthor: A <a@b.c>\n\n    diff --git a/no b/no\n\n"
    assert paths(show + ONE_FILE) == ["real.py"]


def test_hunks_that_belong_to_no_git_file_are_an_error() -> None:
    """Passing over them would be leaving changes out without a word."""
    with pytest.raises(NotADiff, match="before the first"):
        read_diff(BARE_PHANTOM + ONE_FILE)


def test_what_editors_add_to_a_diff_does_no_harm() -> None:
    """A byte order mark, empty lines at the end or a missing last newline change nothing in it."""
    plain = read_diff(ONE_FILE)
    assert read_diff(b"\xef\xbb\xbf" + ONE_FILE) == plain
    assert read_diff(ONE_FILE + b"\n\n") == plain
    assert read_diff(ONE_FILE.rstrip(b"\n")) == plain
