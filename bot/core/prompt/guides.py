"""Which style guide a language needs, and the order guides stand in."""

from __future__ import annotations

from collections.abc import Collection

_LANGUAGES_BY_GUIDE = {
    "python": ("python", "python3", "pyi", "cython", "jupyter"),
    "javascript": ("javascript", "typescript", "js", "ts", "jsx", "tsx", "vue", "svelte"),
    "go": ("go",),
    "jvm": ("java", "kotlin"),
    "rust": ("rust",),
    "c": ("c", "c++", "cpp", "objective-c", "objective-c++", "cuda"),
    "sql": ("sql", "plsql", "plpgsql", "tsql"),
    "shell": ("shell", "bash", "sh", "zsh", "ksh", "dash", "bats"),
    "dockerfile": ("dockerfile", "containerfile"),
    "ci": ("ci", "github-actions", "gitlab-ci"),
}
_GUIDE_BY_LANGUAGE = {language: guide for guide, languages in _LANGUAGES_BY_GUIDE.items() for language in languages}


def guides_for(languages: Collection[str]) -> tuple[str, ...]:
    """Name the guides that these languages need, in the fixed order; a language without a guide needs none."""
    needed = {_GUIDE_BY_LANGUAGE.get(language.lower()) for language in languages}
    return tuple(guide for guide in _LANGUAGES_BY_GUIDE if guide in needed)
