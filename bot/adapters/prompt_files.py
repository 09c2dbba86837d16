"""The prompt files: beside the package in a source checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

from bot.errors import HunkwiseError

_PACKAGE = Path(__file__).resolve().parents[1]
_SUFFIXES = (".j2", ".md")


def load_prompts(package: Path = _PACKAGE) -> dict[str, str]:
    """Read every template and guide by its name, such as `review/core.md.j2`.

    The wheel's own folder is looked for first: what lies beside an installed package belongs to someone else.
    Raises HunkwiseError where the prompts are missing.
    """
    for folder in (package / "_prompts", package.parent / "prompts"):
        if (folder / "review").is_dir():
            return {
                path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
                for path in sorted(folder.rglob("*"))
                if path.suffix in _SUFFIXES
            }
    raise HunkwiseError(
        f"The prompts are missing from the installation in {package}.", next_step="Install Hunkwise again."
    )
