"""Receipts are found wherever they lie, and no archive can do harm."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from bot.adapters import receipt_files
from bot.adapters.receipt_files import documents, documents_in_zip
from bot.core.ledger.documents import Document, Unread


def zipped(**files: bytes) -> bytes:
    """An archive of these files; `__` in a name is a slash."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name.replace("__", "/") + ".json", content)
    return stream.getvalue()


def found(*places: Path | str, stdin: bytes = b"") -> list[Document | Unread]:
    """What lies in these places."""
    return list(documents([str(place) for place in places], io.BytesIO(stdin)))


def test_files_folders_archives_and_standard_input(tmp_path: Path) -> None:
    """Protects each way to hand in a receipt; only what was asked for by name must be one."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "b.json").write_bytes(b"2")
    (tmp_path / "in" / "a.zip").write_bytes(zipped(x=b"1"))
    (tmp_path / "in" / "notes.txt").write_bytes(b"no")
    (tmp_path / "named").write_bytes(b"3")
    told = found(tmp_path / "in", tmp_path / "named", "-", stdin=b"4")
    assert [(one.content, one.is_named) for one in told if isinstance(one, Document)] == [
        (b"1", False),
        (b"2", False),
        (b"3", True),
        (b"4", True),
    ]
    assert [one.content for one in found("-", stdin=zipped(y=b"5")) if isinstance(one, Document)] == [b"5"]


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """Protects from a mistyped path that imports nothing in silence."""
    [told] = found(tmp_path / "none.json")
    assert isinstance(told, Unread)
    assert "No such file" in told.why
    assert told.is_failure


def test_nothing_is_unpacked_wherever_a_name_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the disk from an archive whose names climb out of a folder."""
    monkeypatch.chdir(tmp_path)
    names = {"..__..__evil": b"1", "__etc__evil": b"2"}
    told = list(documents_in_zip("a.zip", io.BytesIO(zipped(**names))))
    assert [one.content for one in told if isinstance(one, Document)] == [b"1", b"2"]
    assert list(tmp_path.rglob("*")) == []


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects memory: of a member no more is read than a receipt can have, of an archive no more than its limit."""
    monkeypatch.setattr(receipt_files, "MOST_BYTES", 1_000)
    monkeypatch.setattr(receipt_files, "MOST_UNPACKED", 2_500)
    members = {"a": b"0" * 10_000_000, "b": b"1" * 900, "c": b"2" * 900, "d": b"3"}
    told = list(documents_in_zip("a.zip", io.BytesIO(zipped(**members))))
    assert [type(one) for one in told] == [Unread, Document, Unread]
    assert next(one.why for one in told if isinstance(one, Unread)).startswith("It is larger")


def test_too_many_files_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from an archive of a million names."""
    monkeypatch.setattr(receipt_files, "MOST_MEMBERS", 2)
    [told] = documents_in_zip("a.zip", io.BytesIO(zipped(a=b"1", b=b"2", c=b"3")))
    assert isinstance(told, Unread)
    assert "more than 2 files" in told.why


def _encrypted() -> bytes:
    """An archive whose only member says that it is encrypted."""
    content = bytearray(zipped(a=b"1"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


def _damaged() -> bytes:
    """An archive whose member is not what its checksum says."""
    content = bytearray(zipped(a=b"123456789" * 100))
    content[45] ^= 0xFF
    return bytes(content)


@pytest.mark.parametrize(
    "archive",
    [b"PK\x03\x04 and no more", zipped(a=b"1")[:-30], _encrypted(), _damaged()],
    ids=["a beginning", "cut off", "encrypted", "damaged"],
)
def test_a_broken_archive_is_said(archive: bytes, tmp_path: Path) -> None:
    """Protects from tracebacks over damaged, cut off and encrypted archives."""
    (tmp_path / "a.zip").write_bytes(archive)
    [told] = found(tmp_path / "a.zip")
    assert isinstance(told, Unread)
    assert told.next_step


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects memory from a file that is no receipt."""
    monkeypatch.setattr(receipt_files, "MOST_BYTES", 10)
    (tmp_path / "a.json").write_bytes(b"0" * 11)
    [told] = found(tmp_path / "a.json")
    assert isinstance(told, Unread)
