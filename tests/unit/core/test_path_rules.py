from __future__ import annotations

import pytest

from bot.core.excerpt import SkipReason
from bot.core.path_rules import path_rule


@pytest.mark.parametrize(
    ("reason", "path"),
    [
        *[
            (SkipReason.LOCK, path)
            for path in (
                "package-lock.json", "web/yarn.lock", "pnpm-lock.yaml", "bun.lockb", "Cargo.lock", "poetry.lock",
                "uv.lock", "Pipfile.lock", "Gemfile.lock", "composer.lock", "go.sum", "mix.lock", "pubspec.lock",
                "ios/Podfile.lock", "Package.resolved", "flake.lock", ".terraform.lock.hcl", "gradle.lockfile",
                "packages.lock.json", "deno.lock", "pylock.dev.toml",
            )
        ],
        *[
            (SkipReason.GENERATED, path)
            for path in (
                "api/user_pb2.py", "api/user_pb2_grpc.pyi", "api/user.pb.go", "api/user_grpc.pb.go", "js/app.min.js",
                "css/a.min.css", "lib/model.g.dart", "web/__snapshots__/a.test.js.snap", "dist/index.js",
                "js/app.js.map", "src/__generated__/types.ts", "pkg/zz_generated.deepcopy.go", "Form.Designer.cs",
            )
        ],
        *[
            (SkipReason.VENDORED, path)
            for path in (
                "vendor/github.com/a/b.go", "web/node_modules/x/index.js", "third_party/zlib/inflate.c", "gradlew",
                "ios/Pods/A/a.m", ".yarn/releases/yarn-4.cjs", "vendor/x/Cargo.lock",
            )
        ],
    ],
)  # fmt: skip
def test_paths_that_say_what_they_are_are_not_reviewed(reason: SkipReason, path: str) -> None:
    """Each of these costs tokens in real pull requests and was written by a program or by somebody else."""
    rule = path_rule(path)
    assert rule is not None
    assert rule.reason is reason


@pytest.mark.parametrize(
    "path",
    [
        "src/lock.py", "locks/yarn.py", "src/vendor.py", "vendors.md", "build/deploy.py", "generated/report.py",
        "src/distance.js", "dist/README.md", "dist/setup.py", "src/admin.js", "map.py", "snap.go", "package.json",
        "src/pb2.py", "requirements.txt", "node_modules.py",
    ],
)  # fmt: skip
def test_paths_that_only_look_alike_are_reviewed(path: str) -> None:
    """A rule that is too wide would leave hand-written code unread without a gap in the status."""
    assert path_rule(path) is None


def test_the_detail_names_what_gave_the_path_away() -> None:
    """A reader of the summary must be able to see which rule to overrule."""
    assert [getattr(path_rule(path), "detail", None) for path in ("a/vendor/b.go", "x/go.sum", "a/u_pb2.py")] == [
        "vendor/",
        "go.sum",
        "*_pb2.py",
    ]
