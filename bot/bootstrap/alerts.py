"""Whom alerts go to: the addresses in variables, and issues on GitHub."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from bot.adapters.clock import SystemClock
from bot.app.cost.alert_issue import IssueTarget
from bot.errors import BadConfiguration
from bot.ports import AlertTarget
from bot.settings.inputs import GITHUB_API_URL


@contextmanager
def alert_targets(
    environment: Mapping[str, str], variables: Sequence[str], issues_of: str
) -> Iterator[tuple[AlertTarget, ...]]:
    """Everybody to be told, while the block runs: the addresses that `variables` hold, and the issues of a repository.

    Raises BadConfiguration for an address or a repository that cannot be used.
    """
    targets: list[AlertTarget] = []
    for variable in dict.fromkeys(variables):
        if value := environment.get(variable, "").strip():
            # Imported here: Apprise brings a hundred services along.
            from bot.adapters.notify import addresses_in

            targets += addresses_in(value, variable)
    if not issues_of:
        yield _told_apart(targets)
        return
    with _issues(environment, issues_of) as target:
        yield _told_apart([*targets, target])


@contextmanager
def _issues(environment: Mapping[str, str], repo: str) -> Iterator[IssueTarget]:
    token = environment.get("GITHUB_TOKEN", "")
    if not token:
        raise BadConfiguration("There is no GitHub token to open issues with.", next_step="Set GITHUB_TOKEN.")
    # Imported here: only who opens issues pays for GitHub's SDK.
    from bot.adapters.github.api import Pace
    from bot.adapters.github.host import GitHubHost

    url = environment.get("GITHUB_API_URL", "") or GITHUB_API_URL
    login = environment.get("HUNKWISE_BOT_LOGIN", "") or None
    with closing(GitHubHost(token, repo, url, login, Pace(sleep=SystemClock(threading.Event()).sleep))) as host:
        yield IssueTarget(host, repo)


def _told_apart(targets: Sequence[AlertTarget]) -> tuple[AlertTarget, ...]:
    """The targets, no two of one name: what one was told would count as told to the other."""
    labels = [target.label for target in targets]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise BadConfiguration(
            f"{twice[0]} stands in two of the variables with addresses.",
            next_step="Put all addresses into one variable, each once.",
        )
    return tuple(targets)
