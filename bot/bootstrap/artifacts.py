"""A repository's workflow artifacts, as a laptop or a job reaches them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from bot.app.cost.fetching import ArtifactStore
from bot.bootstrap.pull_request import host_access
from bot.errors import BadConfiguration


@contextmanager
def artifact_store(environment: Mapping[str, str], repo: str) -> Iterator[ArtifactStore]:
    """GitHub's artifacts of OWNER/REPO, while the block runs. Raises BadConfiguration."""
    access = host_access(environment, repo)
    if not access.token:
        raise BadConfiguration(
            "There is no GitHub token.", next_step="Set GITHUB_TOKEN to one with the permission `actions: read`."
        )
    # Imported here: only who asks GitHub pays for its SDK.
    from bot.adapters.github.artifacts import GitHubArtifacts

    with closing(GitHubArtifacts(access.token, access.repo, access.api_url)) as store:
        yield store
