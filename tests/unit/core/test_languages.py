from __future__ import annotations

import pytest

from bot.core.languages import GUIDES, FileKind, kind_of, language_of


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("bot/app.py", "python"),
        ("web/app.tsx", "javascript"),
        ("web/lib.mts", "javascript"),
        ("web/Card.vue", "javascript"),
        ("cmd/main.go", "go"),
        ("src/main/java/App.java", "jvm"),
        ("app/build.gradle.kts", "jvm"),
        ("src/lib.rs", "rust"),
        ("include/ring.h", "c"),
        ("src/ring.cpp", "c"),
        ("db/001_users.sql", "sql"),
        ("bin/deploy.sh", "shell"),
        ("Dockerfile", "dockerfile"),
        ("images/api/Dockerfile.prod", "dockerfile"),
        (".github/workflows/test.yml", "ci"),
        ("ci/action.yaml", "ci"),
        (".gitlab-ci.yml", "ci"),
        ("azure-pipelines.yml", "ci"),
        (".circleci/config.yml", "ci"),
        ("Jenkinsfile", "ci"),
    ],
)
def test_every_guide_is_found_by_the_paths_of_its_language(path: str, language: str) -> None:
    """A file whose language is missed would be reviewed without its style guide."""
    assert language_of(path) == language
    assert language in GUIDES


@pytest.mark.parametrize(
    ("path", "language"),
    [("README.md", "markdown"), ("a.yaml", "yaml"), ("logo.svg", "svg"), ("bin/run", ""), ("\udcff.xyz", "")],
)
def test_other_files_keep_their_own_names(path: str, language: str) -> None:
    """A language without a guide must not borrow another's."""
    assert language_of(path) == language


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("bot/app.py", FileKind.SOURCE),
        ("bin/run", FileKind.SOURCE),
        ("docs/conf.py", FileKind.SOURCE),
        ("src/latest.java", FileKind.SOURCE),
        ("tests/test_app.py", FileKind.TEST),
        ("pkg/ring_test.go", FileKind.TEST),
        ("web/app.spec.ts", FileKind.TEST),
        ("src/RingTest.java", FileKind.TEST),
        ("README", FileKind.DOCS),
        ("docs/guide.rst", FileKind.DOCS),
        ("requirements-dev.txt", FileKind.CONFIG),
        ("pyproject.toml", FileKind.CONFIG),
        ("shop/migrations/0003_price.py", FileKind.MIGRATION),
        ("logo.svg", FileKind.DATA),
        (".github/workflows/test.yml", FileKind.CI),
        ("web/yarn.lock", FileKind.LOCK),
        ("api/user_pb2.py", FileKind.GENERATED),
        ("vendor/x/y.go", FileKind.VENDORED),
    ],
)
def test_the_path_tells_what_a_file_is_for(path: str, kind: FileKind) -> None:
    """Risk and routing rest on the kind; in doubt a file is source, which gets most care."""
    assert kind_of(path) is kind
