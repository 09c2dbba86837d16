"""The template and the style sheet of the page on costs: they lie beside the code that fills them."""

from __future__ import annotations

from pathlib import Path

from bot.errors import HunkwiseError

_FOLDER = Path(__file__).resolve().parents[1] / "core" / "cost_page"
_SUFFIXES = (".j2", ".css")


def load_page_files(folder: Path = _FOLDER) -> dict[str, str]:
    """Template and style sheet by their names, such as `page.html.j2`; raises HunkwiseError where they are missing."""
    texts = {
        path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*")) if path.suffix in _SUFFIXES
    }
    if not texts:
        raise HunkwiseError(
            f"The page's template is missing from the installation in {folder}.", next_step="Install Hunkwise again."
        )
    return texts
