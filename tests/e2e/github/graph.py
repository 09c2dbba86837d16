"""The part of GitHub's GraphQL schema that knows of review threads, executed by a real GraphQL engine."""

from __future__ import annotations

from functools import cache
from typing import Any

from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync

from tests.e2e.github.exchange import Answer, Refused
from tests.e2e.github.routes import Desk, route
from tests.e2e.github.state import Inline

_SCHEMA = """
scalar BigInt
type Query {
  viewer: User!
  repository(owner: String!, name: String!, followRenames: Boolean = true): Repository
}
type Mutation {
  resolveReviewThread(input: ResolveReviewThreadInput!): ResolveReviewThreadPayload
}
input ResolveReviewThreadInput { clientMutationId: String, threadId: ID! }
type ResolveReviewThreadPayload { clientMutationId: String, thread: PullRequestReviewThread }
type User { login: String! }
type Repository { pullRequest(number: Int!): PullRequest }
type PullRequest {
  number: Int!
  reviewThreads(after: String, before: String, first: Int, last: Int): PullRequestReviewThreadConnection!
}
type PullRequestReviewThreadConnection {
  nodes: [PullRequestReviewThread]
  pageInfo: PageInfo!
  totalCount: Int!
}
type PullRequestReviewThread {
  id: ID!
  isResolved: Boolean!
  isOutdated: Boolean!
  path: String!
  comments(after: String, before: String, first: Int, last: Int): PullRequestReviewCommentConnection!
}
type PullRequestReviewCommentConnection { nodes: [PullRequestReviewComment], pageInfo: PageInfo!, totalCount: Int! }
type PullRequestReviewComment { id: ID!, databaseId: Int, fullDatabaseId: BigInt, body: String!, author: User }
type PageInfo { hasNextPage: Boolean!, endCursor: String }
"""
_THREAD = "PRRT_"


@cache
def _schema() -> GraphQLSchema:
    return build_schema(_SCHEMA)


@route("POST", "/graphql", "")
def graphql(desk: Desk) -> Answer:
    """Execute a query; errors come with status 200 and a type, as GitHub's do."""
    asked: dict[str, Any] = desk.request.body or {}
    if "query" not in asked:
        raise Refused(400, "A query attribute must be specified and must be a string.")
    result = graphql_sync(_schema(), asked["query"], _Root(desk), variable_values=asked.get("variables"))
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [_error(error) for error in result.errors]
    return Answer(200, answer)


def _error(error: GraphQLError) -> dict[str, Any]:
    return {"message": error.message, "path": error.path, **(error.extensions or {})}


class _Root:
    """What the queries and mutations begin with."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.viewer = {"login": desk.token.login}

    def repository(self, _: Any, owner: str, name: str, **__: Any) -> dict[str, Any]:
        if f"{owner}/{name}" != self._desk.state.repo:
            told = f"Could not resolve to a Repository with the name '{owner}/{name}'."
            raise GraphQLError(told, extensions={"type": "NOT_FOUND"})
        return {"pullRequest": self._pull}

    def _pull(self, _: Any, number: int) -> dict[str, Any]:
        if number not in self._desk.state.pulls:
            told = f"Could not resolve to a PullRequest with the number of {number}."
            raise GraphQLError(told, extensions={"type": "NOT_FOUND"})
        return {"number": number, "reviewThreads": lambda _, **page: self._threads(number, **page)}

    def _threads(self, number: int, first: int = 100, after: str | None = None, **_: Any) -> dict[str, Any]:
        begun = [one for one in self._desk.state.inlines if one.number == number and one.reply_to is None]
        return _page([self._thread(one) for one in begun], first, after)

    def _thread(self, begun: Inline) -> dict[str, Any]:
        said = [one for one in self._desk.state.inlines if begun.id in (one.id, one.reply_to)]
        return {
            "id": f"{_THREAD}{begun.id}",
            "isResolved": begun.id in self._desk.state.resolved,
            "isOutdated": False,
            "path": begun.path,
            "comments": lambda _, first=100, after=None, **__: _page([_comment(one) for one in said], first, after),
        }

    def resolveReviewThread(self, _: Any, **arguments: Any) -> dict[str, Any]:  # noqa: N802 - GitHub's name for it
        """Mark a thread as resolved, which takes `contents: write` of a job's token."""
        begun = arguments["input"]["threadId"].removeprefix(_THREAD)
        found = next((one for one in self._desk.state.inlines if str(one.id) == begun), None)
        if not self._desk.token.may("contents", "write"):
            raise GraphQLError("Resource not accessible by integration", extensions={"type": "FORBIDDEN"})
        if found is None:
            raise GraphQLError("Could not resolve to a node.", extensions={"type": "NOT_FOUND"})
        self._desk.state.resolved.add(found.id)
        return {"thread": self._thread(found)}


def _comment(one: Inline) -> dict[str, Any]:
    """GitHub's databaseId is a 32-bit number, which the ids of comments have outgrown."""
    author = {"login": one.author.removesuffix("[bot]")}
    return {"id": f"PRRC_{one.id}", "fullDatabaseId": str(one.id), "body": one.body, "author": author}


def _page(nodes: list[Any], first: int, after: str | None) -> dict[str, Any]:
    start = int(after or 0)
    end = start + first
    info = {"hasNextPage": end < len(nodes), "endCursor": str(min(end, len(nodes)))}
    return {"nodes": nodes[start:end], "pageInfo": info, "totalCount": len(nodes)}
