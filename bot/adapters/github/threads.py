"""Finds the thread an inline comment began: GitHub's REST API knows none, its GraphQL API no comment by number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.adapters.github.api import Api
from bot.adapters.github.failures import Doing

Json = dict[str, Any]

# fullDatabaseId, for databaseId is a 32-bit number and comments have outgrown it.
_THREADS = """
query Threads($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id isResolved comments(first: 1) { nodes { fullDatabaseId } } }
      }
    }
  }
}
"""

_RESOLVE = """
mutation Resolve($input: ResolveReviewThreadInput!) {
  resolveReviewThread(input: $input) { thread { isResolved } }
}
"""


def find_thread(api: Api, repo: str, number: int, comment_id: int, doing: Doing) -> Json | None:
    """The thread (`id`, `isResolved`) whose first comment this is, or None."""
    return next((thread for thread in _threads(api, repo, number, doing) if _began(thread) == str(comment_id)), None)


def resolve(api: Api, thread_id: str, doing: Doing) -> None:
    """Mark a thread as resolved."""
    api.graphql(_RESOLVE, {"input": {"threadId": thread_id}}, doing)


def _threads(api: Api, repo: str, number: int, doing: Doing) -> Iterator[Json]:
    owner, _, name = repo.partition("/")
    after = None
    while True:
        data = api.graphql(_THREADS, {"owner": owner, "name": name, "number": number, "after": after}, doing)
        threads = data["repository"]["pullRequest"]["reviewThreads"]
        yield from threads["nodes"]
        if not threads["pageInfo"]["hasNextPage"]:
            return
        after = threads["pageInfo"]["endCursor"]


def _began(thread: Mapping[str, Any]) -> str:
    """The number of a thread's first comment; empty where the comment was deleted."""
    first: Json = next(iter(thread["comments"]["nodes"]), {})
    return str(first.get("fullDatabaseId", ""))
