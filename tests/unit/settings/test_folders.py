"""A folder of a monorepo narrows what the whole repository says, within itself and never beyond."""

from __future__ import annotations

import pytest

from bot.errors import BadConfiguration
from bot.settings.file import RepositoryFile, read_file
from bot.settings.folders import narrowed

ROOT = read_file("folders: [services/api, web/]\nexclude: [docs/**]", "root")
API = b"exclude: ['*.snap', /old/, legacy/x.py]\ninstructions: [{paths: ['*.py'], text: Money is Decimal.}]"


def with_files(files: dict[str, bytes], *paths: str) -> RepositoryFile:
    """The settings of a change to `paths`, with these files in the base."""
    return narrowed(ROOT, paths, files.get)


def test_a_folder_leaves_out_its_own_paths_only() -> None:
    """Its globs mean what they would mean in a .gitignore that lies in the folder."""
    file = with_files({"services/api/.hunkwise.yml": API}, "services/api/a.py")
    assert file.exclude == [
        "docs/**",
        "/services/api/**/*.snap",
        "/services/api/old/",
        "/services/api/legacy/x.py",
    ]


def test_a_folder_has_words_for_its_own_paths() -> None:
    """They join the repository's instructions."""
    (own,) = with_files({"services/api/.hunkwise.yml": API}, "services/api/a.py").instructions
    assert (own.paths, own.text) == (["/services/api/**/*.py"], "Money is Decimal.")


def test_a_folder_that_is_not_touched_is_not_read() -> None:
    """Each file costs a call on GitHub."""
    read = list[str]()

    def text_of(path: str) -> bytes | None:
        read.append(path)
        return None

    narrowed(ROOT, ["web/a.ts", "services/api2/b.py"], text_of)
    assert read == ["web/.hunkwise.yml"]


def test_a_folder_that_is_not_named_says_nothing() -> None:
    """Whoever may write one folder does not decide what others are reviewed by."""
    assert with_files({"tools/.hunkwise.yml": API}, "tools/a.py").exclude == ["docs/**"]


@pytest.mark.parametrize("text", [b"exclude: ['!vendor/**']", b"budget: {usd: 100}", b"exclude: 1"])
def test_a_folder_cannot_widen(text: bytes) -> None:
    """Budgets, models and what rules leave out are the repository's business; the message names the file."""
    with pytest.raises(BadConfiguration, match=r"services/api/\.hunkwise\.yml"):
        with_files({"services/api/.hunkwise.yml": text}, "services/api/a.py")
