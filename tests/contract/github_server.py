"""GitHub's REST and GraphQL shapes over a FakeCodeHost, on loopback: just enough for the adapter's contract.

It is served as GitHub Enterprise Server serves: REST under /api/v3, GraphQL at /api/graphql.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

from bot.core.diff.model import Side
from bot.core.pull_request import CheckDraft, InlineDraft, PostedComment, ReviewDraft
from bot.errors import CodeHostError, DiffTooLarge, HostRefused, HostUnavailable, NoSuchThing, NotPermitted
from tests.contract.github_shapes import (
    comment_json,
    file_json,
    inline_json,
    pull_json,
    read_annotations,
    review_json,
)
from tests.fakes_host import FakeCodeHost

Json = dict[str, Any]
Route = Callable[..., Any]

REST = "/api/v3"
GRAPHQL = "/api/graphql"

_STATUSES: dict[type[CodeHostError], int] = {
    NotPermitted: 403,
    NoSuchThing: 404,
    DiffTooLarge: 406,
    HostRefused: 422,
    HostUnavailable: 502,
}


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    verb: str
    path: str
    query: dict[str, str]
    accept: str
    body: Any


@dataclass(frozen=True)
class Answer:
    """What goes back; bytes go as they are, everything else as JSON."""

    body: Any
    status: int = 200
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class GitHubServer:
    """Serves while its block runs; `requests` is what came in, in order."""

    def __init__(self, host: FakeCodeHost) -> None:
        self.host = host
        self.requests: list[Request] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _connection(self))
        self._loop = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        repo = f"/repos/{re.escape(host.repo)}"
        self._routes = [
            (verb, re.compile(path if path == GRAPHQL else REST + path.replace("{repo}", repo)), method, route)
            for verb, path, method, route in self._table()
        ]

    @property
    def url(self) -> str:
        """The address of the REST API."""
        return f"http://127.0.0.1:{self._server.server_port}{REST}"

    def __enter__(self) -> Self:
        self._loop.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._loop.join()
        self._server.server_close()

    def answer(self, request: Request) -> Answer:
        """Route one request; the fake's errors become GitHub's."""
        self.requests.append(request)
        for verb, path, method, route in self._routes:
            match = path.fullmatch(request.path)
            if match and verb == request.verb:
                if self.host.is_limited(method):
                    self.host.waits += 1
                    said = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
                    return Answer({"message": said}, 403, headers={"Retry-After": "7"})
                return self._run(route, request, *match.groups())
        return Answer({"message": "Not Found"}, 404)

    def _run(self, route: Route, request: Request, *groups: str) -> Answer:
        try:
            result = route(request, *(int(group) if group.isdigit() else group for group in groups))
        except CodeHostError as error:
            return Answer({"message": error.message}, _STATUSES[type(error)])
        return result if isinstance(result, Answer) else Answer(result)

    def _table(self) -> list[tuple[str, str, str, Route]]:
        """Verb, path, the port's method that a fault may name, and what answers."""
        host = self.host
        return [
            ("GET", "/user", "own_login", lambda _: {"login": host.own_login()}),
            ("GET", r"{repo}/pulls/(\d+)", "pull_request", self._pull),
            ("GET", r"{repo}/pulls/(\d+)/files", "files", _listing(file_json, host.files)),
            ("GET", r"{repo}/pulls/(\d+)/reviews", "reviews", _listing(review_json, host.reviews)),
            ("GET", r"{repo}/pulls/(\d+)/comments", "inline_comments", _listing(inline_json, host.inline_comments)),
            ("GET", r"{repo}/issues/(\d+)/comments", "comments", _listing(comment_json, host.comments)),
            ("GET", r"{repo}/issues/comments", "recent_comments", self._recent_comments),
            ("GET", r"{repo}/contents/(.+)", "text", self._text),
            ("GET", r"{repo}/collaborators/([^/]+)/permission", "may_write", self._permission),
            ("POST", r"{repo}/pulls/(\d+)/reviews", "create_review", self._create_review),
            ("DELETE", r"{repo}/pulls/(\d+)/reviews/(\d+)", "delete_pending_review", self._delete_review),
            ("POST", r"{repo}/issues/(\d+)/comments", "create_comment", self._create_comment),
            ("PATCH", r"{repo}/issues/comments/(\d+)", "edit_comment", self._edit_comment),
            ("POST", r"{repo}/pulls/(\d+)/comments/(\d+)/replies", "reply", self._reply),
            ("POST", r"{repo}/statuses/(\w+)", "set_status", self._status),
            ("POST", r"{repo}/check-runs", "create_check", self._create_check),
            ("PATCH", r"{repo}/check-runs/(\d+)", "create_check", self._update_check),
            ("POST", r"{repo}/code-scanning/sarifs", "upload_sarif", self._sarif),
            ("POST", GRAPHQL, "resolve_thread", self._graphql),
        ]

    def _pull(self, request: Request, number: int) -> Any:
        if request.accept.endswith(".diff"):
            return Answer(self.host.diff(number), media_type=f"{request.accept}; charset=utf-8")
        return pull_json(self.host.pull_request(number))

    def _text(self, request: Request, path: str | int) -> Answer:
        name = unquote_to_bytes(str(path)).decode("utf-8", "surrogateescape")
        text = self.host.text(name, request.query["ref"])
        if text is None:
            raise NoSuchThing("Not Found")
        return Answer(text, media_type=f"{request.accept}; charset=utf-8")

    def _permission(self, _: Request, login: str) -> Json:
        if login not in self.host.roles:
            raise NoSuchThing("Not Found")
        return {"permission": self.host.roles[login] if self.host.may_write(login) else "read"}

    def _create_review(self, request: Request, number: int) -> Json:
        body = request.body
        comments = tuple(
            InlineDraft(one["path"], Side(one["side"]), one.get("start_line"), one["line"], one["body"])
            for one in body["comments"]
        )
        draft = ReviewDraft(body["commit_id"], body["body"], body["event"], comments)
        return review_json(self.host.create_review(number, draft))

    def _delete_review(self, _: Request, number: int, review_id: int) -> Json:
        self.host.delete_pending_review(number, review_id)
        return {"id": review_id}

    def _recent_comments(self, request: Request) -> Answer:
        since = datetime.fromisoformat(request.query["since"])
        return _page(request, [_numbered(number, one) for number, one in self.host.recent_comments(since)])

    def _create_comment(self, request: Request, number: int) -> Answer:
        return Answer(comment_json(self.host.create_comment(number, request.body["body"])), 201)

    def _edit_comment(self, request: Request, comment_id: int) -> Json:
        return comment_json(self.host.edit_comment(comment_id, request.body["body"]))

    def _reply(self, request: Request, number: int, comment_id: int) -> Answer:
        self.host.reply(number, comment_id, request.body["body"])
        return Answer(inline_json(self.host.inline_comments(number)[-1]), 201)

    def _status(self, request: Request, sha: str | int) -> Answer:
        body = request.body
        self.host.set_status(str(sha), body["state"], body["description"])
        return Answer({"state": body["state"], "context": body["context"]}, 201)

    def _create_check(self, request: Request) -> Answer:
        body = request.body
        output = body["output"]
        annotations = read_annotations(output)
        url = self.host.create_check(
            CheckDraft(body["head_sha"], body["conclusion"], output["title"], output["summary"], annotations)
        )
        return Answer({"id": len(self.host.checks), "html_url": url}, 201)

    def _update_check(self, request: Request, check_id: int) -> Json:
        self.host.add_annotations(check_id, read_annotations(request.body["output"]))
        return {"id": check_id}

    def _sarif(self, request: Request) -> Answer:
        body = request.body
        self.host.upload_sarif(body["commit_sha"], body["ref"], gzip.decompress(base64.b64decode(body["sarif"])))
        return Answer({"id": "47177e22"}, 202)

    def _graphql(self, request: Request) -> Json:
        variables = request.body["variables"]
        if "resolveReviewThread" in request.body["query"]:
            number, _, comment = variables["input"]["threadId"].removeprefix("thread-").partition("-")
            try:
                self.host.resolve_thread(int(number), int(comment))
            except NotPermitted as error:
                return {"data": None, "errors": [{"type": "FORBIDDEN", "message": error.message}]}
            return {"data": {"resolveReviewThread": {"thread": {"isResolved": True}}}}
        number = variables["number"]
        began = [one for one in self.host.inline_comments(number) if one.reply_to is None]
        after = int(variables["after"] or 0)
        page = [self._thread(number, one.id) for one in began[after : after + 2]]
        info = {"hasNextPage": after + 2 < len(began), "endCursor": str(after + 2)}
        threads = {"pageInfo": info, "nodes": page}
        return {"data": {"repository": {"pullRequest": {"reviewThreads": threads}}}}

    def _thread(self, number: int, comment_id: int) -> Json:
        return {
            "id": f"thread-{number}-{comment_id}",
            "isResolved": comment_id in self.host.resolved,
            "comments": {"nodes": [{"fullDatabaseId": str(comment_id)}]},
        }


def _connection(server: GitHubServer) -> type[BaseHTTPRequestHandler]:
    class Connection(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body leave together

        def _serve(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            query = {name: values[-1] for name, values in parse_qs(url.query).items()}
            accept = self.headers.get("Accept", "")
            request = Request(self.command, url.path, query, accept, json.loads(body) if body else None)
            self._send(server.answer(request), url.path)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815  # the names that http.server calls

        def _send(self, answer: Answer, path: str) -> None:
            content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(content)))
            for name, value in answer.headers.items():
                self.send_header(name, value.replace("{path}", path))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the base class
            """Nothing: pytest shows what a test asserts."""

    return Connection


def _numbered(number: int, comment: PostedComment) -> Json:
    return {**comment_json(comment), "issue_url": f"https://api.github.com/repos/acme/shop/issues/{number}"}


def _listing(shape: Callable[[Any], Json], entries: Callable[[int], Iterable[Any]]) -> Route:
    return lambda request, number: _page(request, [shape(entry) for entry in entries(number)])


def _page(request: Request, entries: Sequence[Json]) -> Answer:
    """One page, with the Link header that leads to the next."""
    per_page, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
    link = {"Link": f'<http://127.0.0.1{{path}}?page={page + 1}>; rel="next"'} if len(entries) > page * per_page else {}
    return Answer(list(entries[(page - 1) * per_page : page * per_page]), headers=link)
