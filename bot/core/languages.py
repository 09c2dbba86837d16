"""What a file is, by its path alone: the language it is written in, and what kind of file it is.

A language is the name of a style guide where there is one (GUIDES), else what pre-commit's `identify` calls the
file ('markdown', 'yaml', …), else ''. The path decides and never the text, so that nothing a pull request
writes into a file changes how the file is treated.
"""

from __future__ import annotations

import re
from enum import StrEnum

from identify.identify import tags_from_filename

from bot.core.excerpt import SkipReason
from bot.core.path_rules import path_rule

GUIDES = ("python", "javascript", "go", "jvm", "rust", "c", "sql", "shell", "dockerfile", "ci")
"""Languages with a style guide, in the order the guides stand in the prompt."""


class FileKind(StrEnum):
    """What a file is for."""

    SOURCE = "source"
    MIGRATION = "migration"
    CI = "ci"
    CONFIG = "config"
    TEST = "test"
    DATA = "data"
    DOCS = "docs"
    LOCK = "lock"
    GENERATED = "generated"
    VENDORED = "vendored"


_GUIDE_OF_TAG = {
    "python": "python",
    "cython": "python",
    "pyi": "python",
    "javascript": "javascript",
    "jsx": "javascript",
    "ts": "javascript",
    "tsx": "javascript",
    "vue": "javascript",
    "svelte": "javascript",
    "astro": "javascript",
    "go": "go",
    "java": "jvm",
    "kotlin": "jvm",
    "scala": "jvm",
    "groovy": "jvm",
    "rust": "rust",
    "c": "c",
    "c++": "c",
    "objective-c": "c",
    "objective-c++": "c",
    "cuda": "c",
    "sql": "sql",
    "shell": "shell",
    "dockerfile": "dockerfile",
}
# identify goes by the last ending and has no entry for these.
_GUIDE_OF_ENDING = {"mts": "javascript", "cts": "javascript"}

_SAYS_NOTHING = frozenset({"text", "binary", "file", "image", "header"})

_CI = re.compile(
    r"""(?:^|/)(?:
        \.github/workflows/[^/]+\.ya?ml
      | action\.ya?ml
      | (?:[^/]+)?\.gitlab-ci\.ya?ml
      | \.gitlab/ci/.+\.ya?ml
      | \.circleci/.+\.ya?ml
      | \.buildkite/.+\.ya?ml
      | \.woodpecker(?:/.+)?\.ya?ml
      | \.?azure-pipelines[^/]*\.ya?ml
      | \.azure-pipelines/.+\.ya?ml
      | bitbucket-pipelines\.ya?ml
      | cloudbuild\.ya?ml
      | \.?appveyor\.ya?ml
      | \.travis\.ya?ml
      | \.drone\.ya?ml
      | \.cirrus\.ya?ml
      | Jenkinsfile(?:\.[^/]+)?
    )$""",
    re.VERBOSE,
)
_MIGRATION = re.compile(r"(?:^|/)(?:migrations?|migrate|alembic/versions|flyway|liquibase)/")
_TEST = re.compile(
    r"""(?:^|/)(?:
        (?:tests?|__tests__|testing|test[-_]?data|specs?|e2e|cypress|fixtures|__mocks__)/
      | (?:test_[^/]*|conftest)\.py$
      | [^/]+[._-](?:tests?|spec|e2e|stories)\.[^/]+$
      | [^/]*[a-z0-9](?:Test|Tests|TestCase|IT|Spec)\.[a-z]+$
    )""",
    re.VERBOSE,
)
_CONFIG_TEXT = re.compile(r"(?:^|/)(?:requirements|constraints)[^/]*\.(?:txt|in)$|(?:^|/)(?:robots|CMakeLists)\.txt$")

_PROSE = frozenset({"markdown", "mdx", "myst", "quarto", "rst", "asciidoc", "plain-text", "tex"})
_CONFIG = frozenset(
    {
        "yaml",
        "json",
        "json5",
        "toml",
        "ini",
        "xml",
        "java-properties",
        "go-mod",
        "makefile",
        "cmake",
        "dotenv",
        "gitignore",
    }
    | {"gitattributes", "editorconfig", "dockerignore", "dockerfile", "npmignore", "csproj", "sln", "bazel"}
)
_DATA = frozenset({"csv", "tsv", "svg", "css", "scss", "sass", "less", "jupyter", "geojson", "pofile", "diff"})

_KIND_OF_RULE = {
    SkipReason.LOCK: FileKind.LOCK,
    SkipReason.GENERATED: FileKind.GENERATED,
    SkipReason.VENDORED: FileKind.VENDORED,
}


def language_of(path: str) -> str:
    """The guide's name (one of GUIDES), else another language's name, else '' where the path does not tell."""
    if _CI.search(path):
        return "ci"
    name = path.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower()
    if ending in _GUIDE_OF_ENDING:
        return _GUIDE_OF_ENDING[ending]
    tags = tags_from_filename(name)
    guides = sorted({_GUIDE_OF_TAG[tag] for tag in tags if tag in _GUIDE_OF_TAG})
    # A .svg is also 'xml' and a pyproject.toml also 'pyproject': the tag that decides the kind goes first.
    others = sorted(
        tags - _SAYS_NOTHING, key=lambda tag: (tag not in _DATA, tag not in _CONFIG, tag not in _PROSE, tag)
    )
    return next(iter(guides or others), "")


def kind_of(path: str) -> FileKind:
    """What the file is for: the first kind that fits, else source, which is reviewed with most care."""
    rule = path_rule(path)
    if rule is not None:
        return _KIND_OF_RULE[rule.reason]
    language = language_of(path)
    lists_packages = _CONFIG_TEXT.search(path) is not None
    holds = {
        FileKind.CI: language == "ci",
        FileKind.DOCS: language in _PROSE and not lists_packages,
        FileKind.TEST: _TEST.search(path) is not None,
        FileKind.DATA: language in _DATA,
        FileKind.MIGRATION: language not in _CONFIG and _MIGRATION.search(path) is not None,
        FileKind.CONFIG: language in _CONFIG or lists_packages,
    }
    return next((kind for kind, true in holds.items() if true), FileKind.SOURCE)
