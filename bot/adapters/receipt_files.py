"""Looks for receipts in files, folders, standard input and zip archives. Nothing is ever unpacked onto a disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from bot.core.ledger.documents import Document, Unread

MOST_BYTES = 64 << 20
"""Bytes of one receipt, unpacked: a hundred times the largest that a review writes."""

MOST_MEMBERS = 10_000
MOST_UNPACKED = 256 << 20
"""Bytes of everything that one archive unpacks to."""

_ZIP = b"PK\x03\x04"
_TOO_LARGE = f"It is larger than {MOST_BYTES >> 20} MiB."
_NO_RECEIPT = "No receipt is that large; give the file that the review wrote."
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What a damaged, encrypted or strangely packed archive makes zipfile raise."""


def documents(places: Sequence[str], stdin: BinaryIO) -> Iterator[Document | Unread]:
    """The files in these places, in order: '-' is standard input, folders are looked through for .json and .zip."""
    for place in places:
        path = Path(place)
        if place == "-":
            yield from _of_bytes("standard input", stdin.read(MOST_BYTES + 1), is_named=True)
        elif path.is_dir():
            yield from _in_folder(path)
        else:
            yield from _in_file(path, is_named=True)


def documents_in_zip(name: str, archive: BinaryIO) -> Iterator[Document | Unread]:
    """The .json files in an archive, read in memory and never further than their limits, whatever it says of them."""
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [one for one in opened.infolist() if not one.is_dir()]
            if len(members) > MOST_MEMBERS:
                yield Unread(name, f"It holds more than {MOST_MEMBERS:,} files.", _NO_RECEIPT)
                return
            yield from _members(name, opened, members)
    except _BROKEN:
        yield Unread(name, "It is a zip archive that cannot be read.", "Download it again.")


def _members(name: str, opened: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> Iterator[Document | Unread]:
    left = MOST_UNPACKED
    for one in members:
        if not one.filename.lower().endswith(".json"):
            continue
        # The name is only shown: it leads to no file, wherever it points.
        shown = f"{name}: {one.filename}"
        try:
            with opened.open(one) as member:
                content = member.read(min(MOST_BYTES, left) + 1)
        except _BROKEN:
            yield Unread(shown, "It cannot be unpacked.", "Download the archive again.")
            continue
        left -= len(content)
        if left < 0:
            yield Unread(shown, f"The archive unpacks to more than {MOST_UNPACKED >> 20} MiB.", _NO_RECEIPT)
            return
        if len(content) > MOST_BYTES:
            yield Unread(shown, _TOO_LARGE, _NO_RECEIPT)
            continue
        yield Document(shown, content, is_named=False)


def _in_folder(folder: Path) -> Iterator[Document | Unread]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in {".json", ".zip"} and path.is_file():
            yield from _in_file(path, is_named=False)


def _in_file(path: Path, *, is_named: bool) -> Iterator[Document | Unread]:
    try:
        with path.open("rb") as file:
            if file.read(len(_ZIP)) == _ZIP:
                yield from documents_in_zip(str(path), file)
                return
            file.seek(0)
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        yield Unread(str(path), f"It cannot be read: {error.strerror}.", "Check the path.")
        return
    yield from _of_bytes(str(path), content, is_named=is_named)


def _of_bytes(name: str, content: bytes, *, is_named: bool) -> Iterator[Document | Unread]:
    if len(content) > MOST_BYTES:
        yield Unread(name, _TOO_LARGE, _NO_RECEIPT)
    elif content.startswith(_ZIP):
        yield from documents_in_zip(name, io.BytesIO(content))
    else:
        yield Document(name, content, is_named)
