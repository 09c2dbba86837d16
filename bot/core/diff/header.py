"""What the header of one file says: its names, its modes, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.diff.model import FileDiff, FileStatus
from bot.core.diff.quoting import quoted_pair, unquote
from bot.core.diff.unreadable import Unreadable

_OPENING = b"diff --git "
_NOWHERE = b"/dev/null"
# Every line that git writes between `diff --git` and the first hunk.
_FIELDS = (
    b"old mode ",
    b"new mode ",
    b"deleted file mode ",
    b"new file mode ",
    b"rename from ",
    b"rename to ",
    b"copy from ",
    b"copy to ",
    b"similarity index ",
    b"dissimilarity index ",
    b"index ",
    b"--- ",
    b"+++ ",
    b"Binary files ",
)
# What git puts before names: a/ and b/, the letters of diff.mnemonicPrefix, the digits of --no-index.
_PREFIXES = frozenset({b"a/", b"b/", b"c/", b"i/", b"o/", b"w/", b"1/", b"2/"})
_EMPTY_BLOBS = (b"e69de29", b"473a0f4")


@dataclass(frozen=True, slots=True)
class Header:
    """One file as its header tells it, without hunks; `changes_text` is True where hunks have to follow."""

    file: FileDiff
    changes_text: bool


def read_header(lines: list[bytes]) -> Header:
    """The header whose first line is `diff --git …`. Raises Unreadable where it contradicts itself."""
    fields = _fields(lines[1:])
    old, new = _names(lines[0].removeprefix(_OPENING), fields)
    status = _status(fields, renamed=old != new)
    file = FileDiff(
        path=_text(old if status is FileStatus.REMOVED else new),
        old_path=_text(old) if status in {FileStatus.RENAMED, FileStatus.COPIED} else None,
        status=status,
        binary=b"Binary files " in fields,
        old_mode=_mode(fields, b"old mode ", b"deleted file mode ", absent=b"new file mode "),
        new_mode=_mode(fields, b"new mode ", b"new file mode ", absent=b"deleted file mode "),
    )
    promised = b"--- " in fields or b"+++ " in fields or _blobs_differ(fields)
    return Header(file, changes_text=promised and not file.binary)


def likely_path(line: bytes) -> str:
    """A name to show for a file whose header cannot be read: the likeliest one in its `diff` line."""
    _, _, tokens = line.removeprefix(b"diff ").partition(b" ")
    try:
        _, path = _without_prefixes(*_halves(tokens))
    except Unreadable:
        path = tokens
    return _text(path)


def _fields(lines: list[bytes]) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    for line in lines:
        field = next((known for known in _FIELDS if line.startswith(known)), None)
        if field is None:
            raise Unreadable("its header holds a line that git does not write there")
        if field in fields:
            raise Unreadable(f"its header holds two lines '{field.decode().strip()}'")
        fields[field] = line.removeprefix(field)
    return fields


def _names(tokens: bytes, fields: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    """Old and new name, without prefixes, from the most explicit lines; all lines have to agree."""
    source, target = _name_of(fields, b"--- "), _name_of(fields, b"+++ ")
    moved = _moved(fields)
    if moved:
        prefixes = _prefixes_around(tokens, *moved)
        full = prefixes[0] + moved[0], prefixes[1] + moved[1]
        names = moved
    else:
        full = (source, target) if source and target else _halves(tokens)
        names = _without_prefixes(*full)
        if not (source and target) and names[0] != names[1]:
            raise Unreadable("its header names two files and no rename")
    if not _stands_for(tokens, full) or source not in {None, full[0]} or target not in {None, full[1]}:
        raise Unreadable("the lines of its header name different files")
    if not names[0] or not names[1]:
        raise Unreadable("its header names no file")
    return names


def _name_of(fields: dict[bytes, bytes], field: bytes) -> bytes | None:
    """The name in a `---` or `+++` line, which a TAB may end; None where there is none or it is /dev/null."""
    if field not in fields:
        return None
    name = unquote(fields[field].partition(b"\t")[0])
    return None if name == _NOWHERE else name


def _moved(fields: dict[bytes, bytes]) -> tuple[bytes, bytes] | None:
    for verb in (b"rename", b"copy"):
        source, target = fields.get(verb + b" from "), fields.get(verb + b" to ")
        if source is not None and target is not None:
            return unquote(source), unquote(target)
        if source is not None or target is not None:
            raise Unreadable("its header names only one side of a rename or copy")
    return None


def _prefixes_around(tokens: bytes, old: bytes, new: bytes) -> tuple[bytes, bytes]:
    """The prefixes that `diff --git` puts before names known from other lines, which never have any."""
    for pair in ((b"a/", b"b/"), (b"", b"")):
        if _stands_for(tokens, (pair[0] + old, pair[1] + new)):
            return pair
    for first in _PREFIXES:
        for second in _PREFIXES:
            if _stands_for(tokens, (first + old, second + new)):
                return first, second
    raise Unreadable("the lines of its header name different files")


def _stands_for(tokens: bytes, names: tuple[bytes, bytes]) -> bool:
    return (quoted_pair(tokens) or tokens) in {names, b" ".join(names)}


def _halves(tokens: bytes) -> tuple[bytes, bytes]:
    """Both names of a `diff --git` line that names one file twice: it has no other blank in its middle."""
    pair = quoted_pair(tokens)
    if pair:
        return pair
    middle = len(tokens) // 2
    if tokens[middle : middle + 1] != b" " or len(tokens) % 2 == 0:
        raise Unreadable("its header does not say where the first file name ends")
    return tokens[:middle], tokens[middle + 1 :]


def _without_prefixes(first: bytes, second: bytes) -> tuple[bytes, bytes]:
    """Both names without prefixes. Equal beginnings are folders: git's prefixes differ from each other."""
    if first[:2] != second[:2] and first[:2] in _PREFIXES and second[:2] in _PREFIXES:
        return first[2:], second[2:]
    return first, second


def _status(fields: dict[bytes, bytes], *, renamed: bool) -> FileStatus:
    if b"new file mode " in fields or fields.get(b"--- ", b"").rstrip() == _NOWHERE:
        return FileStatus.ADDED
    if b"deleted file mode " in fields or fields.get(b"+++ ", b"").rstrip() == _NOWHERE:
        return FileStatus.REMOVED
    if b"copy to " in fields:
        return FileStatus.COPIED
    return FileStatus.RENAMED if renamed else FileStatus.MODIFIED


def _mode(fields: dict[bytes, bytes], *names: bytes, absent: bytes) -> str | None:
    """The mode one of the lines gives, else that of the index line, which holds for both sides."""
    for name in names:
        if name in fields:
            return fields[name].decode("ascii", "replace")
    _, _, both = fields.get(b"index ", b"").partition(b" ")
    return both.decode("ascii", "replace") if both and absent not in fields else None


def _blobs_differ(fields: dict[bytes, bytes]) -> bool:
    """Whether the index line names two contents; no content (zeros) and the empty one count as the same."""
    blobs = fields.get(b"index ", b"").partition(b" ")[0]
    before, _, after = blobs.partition(b"..")
    return _content(before) != _content(after)


def _content(blob: bytes) -> bytes:
    return b"" if not blob.strip(b"0") or blob.startswith(_EMPTY_BLOBS) else blob


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
