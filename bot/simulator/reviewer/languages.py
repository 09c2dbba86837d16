"""Which language a file is written in, by its name alone."""

from __future__ import annotations

import re

_BY_EXTENSION = {
    "py": "python",
    "pyi": "python",
    "js": "javascript",
    "jsx": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "ts": "javascript",
    "tsx": "javascript",
    "go": "go",
    "java": "java",
    "kt": "kotlin",
    "kts": "kotlin",
    "rs": "rust",
    "c": "c",
    "h": "c",
    "cc": "c",
    "cpp": "c",
    "cxx": "c",
    "hpp": "c",
    "sql": "sql",
    "sh": "shell",
    "bash": "shell",
    "dockerfile": "docker",
}
_WORKFLOW = re.compile(r"(^|/)\.github/workflows/[^/]+\.ya?ml$|(^|/)action\.ya?ml$")
_TEST = re.compile(
    r"(^|/)(tests?|testing|spec|__tests__|testdata|fixtures?)/|(^|/)(test_|conftest)|[._-](test|spec)\.\w+$"
)


def language_of(path: str) -> str:
    """The language's name in the rules, or an empty string."""
    name = path.rsplit("/", 1)[-1].lower()
    if _WORKFLOW.search(path):
        return "workflow"
    if name.startswith("dockerfile") and not name.endswith((".md", ".txt")):
        return "docker"
    return _BY_EXTENSION.get(name.rsplit(".", 1)[-1], "") if "." in name else ""


def is_test(path: str) -> bool:
    """Whether a path names test code, where most rules do not apply."""
    return _TEST.search(path) is not None
