"""A folder's own settings in a monorepo: `.hunkwise.yml` in a folder that the repository's file names.

They narrow what holds for the whole repository and never widen it: paths that are left out, and words for the
reviewer, both only within the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.errors import BadConfiguration
from bot.settings.file import FolderFile, InstructionSection, RepositoryFile, read_as

FOLDER_FILE = ".hunkwise.yml"


def narrowed(file: RepositoryFile, paths: Iterable[str], text_of: Callable[[str], bytes | None]) -> RepositoryFile:
    """The repository's file with those of the named folders that hold one of `paths`.

    `text_of` gives a file's bytes as they stand in the base. Raises BadConfiguration for a folder's file that does
    not hold.
    """
    changed = list(paths)
    exclude, instructions = list(file.exclude), list(file.instructions)
    for folder in (one.strip("/") for one in file.folders):
        if not any(path.startswith(f"{folder}/") for path in changed):
            continue
        name = f"{folder}/{FOLDER_FILE}"
        text = text_of(name)
        if text is None:
            continue
        own = read_as(FolderFile, text, name)
        exclude += [_within(folder, glob, name) for glob in own.exclude]
        instructions += [
            InstructionSection(paths=[_within(folder, glob, name) for glob in one.paths], text=one.text)
            for one in own.instructions
        ]
    return file.model_copy(update={"exclude": exclude, "instructions": instructions})


def _within(folder: str, glob: str, name: str) -> str:
    """A glob of the folder's file as one of the repository's: as in .gitignore, one without a slash is of any depth."""
    if glob.startswith("!"):
        raise BadConfiguration(
            f"{name}: '{glob}' would widen what is reviewed.", next_step="A folder's own file can only leave paths out."
        )
    anywhere = "/" not in glob.rstrip("/")
    return f"/{folder}/**/{glob}" if anywhere else f"/{folder}/{glob.lstrip('/')}"
