"""Paths that are not worth a review wherever they stand: lock files, generated and vendored files.

Only names that say so beyond doubt are listed. A folder called `build/` or `generated/` may hold code written
by hand, so a repository names those itself, in its .gitattributes or its configuration.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.excerpt import SkipReason


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a file is skipped, and what says so: the part of its path, the pattern, the size."""

    reason: SkipReason
    detail: str


_LOCK = re.compile(
    r"""(?:^|/)(?P<why>
        package-lock\.json | npm-shrinkwrap\.json | yarn\.lock | pnpm-lock\.yaml | bun\.lockb? | deno\.lock
      | (?:Cargo|poetry|uv|pdm|pixi|Pipfile|Gemfile|composer|symfony|flake|mix|rebar|pubspec|Podfile|Chart|Berksfile
          |Puppetfile|helmfile|stack\.yaml|shard|conan|renv|packrat|paket|devbox|devenv|mise|yarn|MODULE\.bazel)\.lock
      | pylock(?:\.[^/]+)?\.toml | conda-lock\.ya?ml | requirements[^/]*\.lock | gems\.locked
      | go\.sum | go\.work\.sum | Cartfile\.resolved | Package\.resolved | packages\.lock\.json
      | \.terraform\.lock\.hcl | (?:buildscript-)?gradle\.lockfile | cabal\.project\.freeze | Manifest\.toml
      | vcpkg-lock\.json | dub\.selections\.json | maven_install\.json
    )$""",
    re.VERBOSE,
)
_VENDORED = re.compile(
    r"""(?:^|/)(?P<why>
        (?:vendor|vendored|_vendor|node_modules|third[-_]party|bower_components|jspm_packages|site-packages
          |Pods|Carthage|Godeps|\.venv)/
      | \.yarn/(?:releases|plugins|cache|sdks|unplugged|versions)/
      | gradlew(?:\.bat)?$ | gradle/wrapper/ | mvnw(?:\.cmd)?$ | \.mvn/wrapper/
    )""",
    re.VERBOSE,
)
_GENERATED = re.compile(
    r"""(?:^|/)(?P<why>
        __generated__/ | __snapshots__/ | dist/(?=.*\.(?:[cm]?js|css|map)$) | \.pnp\.(?:cjs|loader\.mjs)$
      | bindata\.go$ | wire_gen\.go$ | zz_generated[^/]*\.go$
      | [^/]+(?P<ending>
            _pb2(?:_grpc)?\.pyi? | (?:_grpc)?_pb\.(?:js|ts|d\.ts) | \.pb(?:\.gw|\.validate)?\.(?:go|cc|h|dart|swift)
          | \.pb(?:enum|json|grpc|server)\.dart | \.pbobjc\.[hm] | _grpc\.pb\.go | \.twirp\.go
          | [.-]min\.(?:[cm]?js|css) | \.(?:[cm]?js|css|d\.ts)\.map | \.snap | \.ambr
          | \.(?:g|freezed|gr|mocks)\.dart | \.(?:g|g\.i|designer|Designer)\.cs
          | _generated\.go | \.gen\.(?:go|[jt]sx?) | \.generated\.[^/]+ )$
    )""",
    re.VERBOSE,
)


def path_rule(path: str) -> Verdict | None:
    """The rule that says not to review this path, or None."""
    for reason, pattern in (
        (SkipReason.VENDORED, _VENDORED),
        (SkipReason.LOCK, _LOCK),
        (SkipReason.GENERATED, _GENERATED),
    ):
        match = pattern.search(path)
        if match:
            groups = match.groupdict()
            ending = groups.get("ending")
            return Verdict(reason, f"*{ending}" if ending else groups["why"])
    return None
