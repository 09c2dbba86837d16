from __future__ import annotations

import pytest

from bot.core.diff.model import FileDiff, FileStatus
from bot.core.diff.read import read_diff

HUNK = b"@@ -1 +1 @@\n-a\n+b\n"


def only_file(*lines: bytes) -> FileDiff:
    """The one file of a diff given line by line."""
    (file,) = read_diff(b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines)).files
    return file


def modified(source: bytes, target: bytes) -> FileDiff:
    """A modified file, its two names as the diff writes them."""
    return only_file(b"diff --git " + source + b" " + target, b"--- " + source, b"+++ " + target, HUNK)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (b"x.py", "x.py"),
        (b"x b/y.py", "x b/y.py"),
        (b"a/b b/a b/c", "a/b b/a b/c"),
        (b" lead and trail ", " lead and trail "),
        (b"\xff\xe9.py", "\udcff\udce9.py"),
        ("π.py".encode(), "π.py"),
        (b"a", "a"),
        (b"dev/null", "dev/null"),
    ],
)
@pytest.mark.parametrize("tab", [b"", b"\t"])
def test_a_modified_file_has_its_own_path(name: bytes, path: str, tab: bytes) -> None:
    """A name with ` b/` in it kills a review that splits at blanks; git ends such names with a TAB."""
    pair = b"diff --git a/" + name + b" b/" + name
    file = only_file(pair, b"--- a/" + name + tab, b"+++ b/" + name + tab, HUNK)
    assert (file.path, file.old_path, file.status, file.unreadable) == (path, None, FileStatus.MODIFIED, None)
    assert file.hunks[0].path == path


def test_quoted_names_are_read_as_the_file_is_called() -> None:
    """Escapes left in a path would get every comment on it refused."""
    assert modified(rb'"a/\303\251 b/\".py"', rb'"b/\303\251 b/\".py"').path == 'é b/".py'


@pytest.mark.parametrize("name", [b"x", b"x b/y", b"x b/x b/x"])
@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ((b"old mode 100644", b"new mode 100755"), FileStatus.MODIFIED),
        ((b"new file mode 100644", b"index 0000000..e69de29"), FileStatus.ADDED),
        ((b"deleted file mode 100644", b"index e69de29..0000000"), FileStatus.REMOVED),
    ],
)
def test_a_header_alone_names_its_file(name: bytes, lines: tuple[bytes, ...], status: FileStatus) -> None:
    """Without ---/+++ the name is one half of the first line, however many ` b/` it holds."""
    file = only_file(b"diff --git a/" + name + b" b/" + name, *lines)
    assert (file.path.encode(), file.status, file.unreadable, file.hunks) == (name, status, None, ())


def test_a_removed_file_keeps_its_path() -> None:
    """Cut at the first ` b/`, comments would go to another file."""
    name = b"x b/y"
    head = (b"diff --git a/" + name + b" b/" + name, b"deleted file mode 100644", b"index 7898192..0000000")
    file = only_file(*head, b"--- a/" + name + b"\t", b"+++ /dev/null", b"@@ -1 +0,0 @@\n-a\n")
    assert (file.path, file.status, file.old_mode, file.new_mode) == ("x b/y", FileStatus.REMOVED, "100644", None)


def test_an_added_file_has_no_old_path() -> None:
    """Only what was moved or copied came from somewhere."""
    head = (b"diff --git a/n b/n", b"new file mode 100755", b"index 0000000..7898192")
    file = only_file(*head, b"--- /dev/null", b"+++ b/n", b"@@ -0,0 +1 @@\n+a\n")
    assert (file.path, file.old_path, file.status) == ("n", None, FileStatus.ADDED)
    assert (file.old_mode, file.new_mode) == (None, "100755")


@pytest.mark.parametrize(("verb", "status"), [(b"rename", FileStatus.RENAMED), (b"copy", FileStatus.COPIED)])
@pytest.mark.parametrize(
    ("old", "new"), [(b"x", b"y"), (b"x b/y", b"x"), (b"a/q", b"b/q"), (rb'"\t"', b"t b/t"), (b"n b/n", rb'"\303\251"')]
)
def test_renames_and_copies_name_both_sides(verb: bytes, status: FileStatus, old: bytes, new: bytes) -> None:
    """A copy read as a rename would tell the model that its source is gone."""
    pair = prefixed(b"a/", old) + b" " + prefixed(b"b/", new)
    file = only_file(b"diff --git " + pair, b"similarity index 100%", verb + b" from " + old, verb + b" to " + new)
    spelled = {rb'"\t"': "\t", rb'"\303\251"': "é"}
    assert file.status is status
    assert file.old_path == spelled.get(old, old.decode())
    assert file.path == spelled.get(new, new.decode())


def prefixed(prefix: bytes, name: bytes) -> bytes:
    """A name with its prefix, inside the quotes where there are some."""
    return b'"' + prefix + name[1:] if name.startswith(b'"') else prefix + name


@pytest.mark.parametrize(
    ("before", "after", "hunk"),
    [(b"e69de29", b"7898192", b"@@ -0,0 +1 @@\n+a\n"), (b"7898192", b"e69de29", b"@@ -1 +0,0 @@\n-a\n")],
)
def test_filling_or_emptying_an_existing_file_modifies_it(before: bytes, after: bytes, hunk: bytes) -> None:
    """Its hunk looks like that of a new or removed file; only the header tells them apart."""
    index = b"index " + before + b".." + after + b" 100644"
    file = only_file(b"diff --git a/x b/x", index, b"--- a/x", b"+++ b/x", hunk)
    assert (file.status, file.old_mode, file.new_mode) == (FileStatus.MODIFIED, "100644", "100644")


def test_binary_files_are_binary() -> None:
    """Both forms git has for them."""
    differ = only_file(b"diff --git a/x b/x", b"index 1111111..2222222 100644", b"Binary files a/x and b/x differ")
    patch = only_file(
        *(b"diff --git a/x b/x", b"index 1111111..2222222 100644", b"GIT binary patch", b"literal 2"),
        *(b"Jc$@@ 0AX", b"", b"literal 1", b"Ic${MZ00031", b""),
    )
    for file in (differ, patch):
        assert (file.path, file.binary, file.hunks, file.unreadable) == ("x", True, (), None)


def test_a_submodule_is_a_file_of_one_line() -> None:
    """Its commit changes; the mode says what it is."""
    one, two = b"1" * 40, b"2" * 40
    file = only_file(
        *(b"diff --git a/sub b/sub", b"index 1111111..2222222 160000", b"--- a/sub", b"+++ b/sub"),
        *(b"@@ -1 +1 @@", b"-Subproject commit " + one, b"+Subproject commit " + two),
    )
    assert (file.path, file.status, file.new_mode) == ("sub", FileStatus.MODIFIED, "160000")
    assert [line.number for line in file.hunks[0].lines] == [1, 1]


@pytest.mark.parametrize("name", [b"src/x.py", b"a/x.py", b"b/x.py", b"x y"])
def test_without_prefixes_no_folder_is_cut_off(name: bytes) -> None:
    """diff.noprefix: both names begin alike, as git's own prefixes never do."""
    assert modified(name, name).path == name.decode()
    assert only_file(b"diff --git " + name + b" " + name, b"old mode 100644", b"new mode 100755").path == name.decode()


def test_a_rename_without_prefixes_is_not_mistaken() -> None:
    """From folder a to folder b it looks like git's prefixes; the rename lines know better."""
    file = only_file(b"diff --git a/x b/x", b"similarity index 100%", b"rename from a/x", b"rename to b/x")
    assert (file.old_path, file.path) == ("a/x", "b/x")


@pytest.mark.parametrize("pair", [(b"i/", b"w/"), (b"c/", b"i/"), (b"o/", b"w/"), (b"1/", b"2/"), (b"b/", b"a/")])
def test_other_prefixes_of_git_are_known(pair: tuple[bytes, bytes]) -> None:
    """diff.mnemonicPrefix, --no-index and -R."""
    assert modified(pair[0] + b"x y", pair[1] + b"x y").path == "x y"


def test_two_compared_files_are_a_rename() -> None:
    """`git diff --no-index old new` has no rename lines."""
    file = modified(b"a/old.py", b"b/new.py")
    assert (file.old_path, file.path, file.status) == ("old.py", "new.py", FileStatus.RENAMED)


def test_a_diff_saved_with_crlf_keeps_its_paths() -> None:
    """A CR at the end of a header line is never part of a name: git would quote it."""
    data = b"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n--- a/x\n+++ b/x\n" + HUNK
    (file,) = read_diff(data.replace(b"\n", b"\r\n")).files
    assert (file.path, file.new_mode, file.unreadable) == ("x", "100755", None)
    assert [line.raw for line in file.hunks[0].lines] == [b"a\r", b"b\r"]


@pytest.mark.parametrize(
    "lines",
    [
        (b"diff --git a/x b/x", b"--- a/x", b"+++ b/y", HUNK),
        (b"diff --git a/x b/x", b"--- a/y", b"+++ b/y", HUNK),
        (b"diff --git a/x b/y", b"old mode 100644", b"new mode 100755"),
        (b"diff --git a/x b/y", b"new file mode 100644", b"--- /dev/null", b"+++ b/y", b"@@ -0,0 +1 @@\n+a\n"),
        (b"diff --git a/x b/xyz", b"old mode 100644", b"new mode 100755"),
        (b"diff --git a/x b/x", b"new file mode 100644", b"--- /dev/null", b"+++ b/y", b"@@ -0,0 +1 @@\n+a\n"),
        (b"diff --git a/x b/x", b"deleted file mode 1", b"--- a/y", b"+++ /dev/null", b"@@ -1 +0,0 @@\n-a\n"),
        (b"diff --git a/x b/y", b"rename from x", b"rename to y", b"--- a/z", b"+++ b/y", HUNK),
        (b"diff --git a/x b/y", b"rename from x", b"rename to z"),
        (b"diff --git a/x b/y", b"rename from x"),
        (b"diff --git a/x b/x", b"old mode 100644", b"old mode 100644"),
        (b"diff --git a/x b/x", b"surprise"),
        (b"diff --git a/ b/", b"old mode 100644", b"new mode 100755"),
        (b'diff --git "a/x b/x', b"--- a/x", b"+++ b/x", HUNK),
        (b"diff --git a/x b/x", b'--- "a/x', b"+++ b/x", HUNK),
        (b"diff --git ", b"old mode 100644"),
    ],
)
def test_a_header_that_contradicts_itself_names_nothing(lines: tuple[bytes, ...]) -> None:
    """A wrong path is worse than none, and the next file does not suffer from it."""
    good = b"diff --git a/good b/good\n--- a/good\n+++ b/good\n" + HUNK
    bad, after = read_diff(b"".join(line.removesuffix(b"\n") + b"\n" for line in lines) + good).files
    assert bad.unreadable
    assert bad.hunks == ()
    assert (after.path, after.unreadable, len(after.hunks)) == ("good", None, 1)
