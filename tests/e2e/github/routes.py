"""Which function answers which address, and the permission it takes of a job's token."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tests.e2e.github.exchange import Answer, Refused, Request, not_found, not_permitted
from tests.e2e.github.state import Pull, State, Token

Respond = Callable[..., Answer]


@dataclass(frozen=True)
class Desk:
    """What an answer is made from. `base` is the stand-in's own address, which all its URLs begin with."""

    state: State
    base: str
    token: Token
    request: Request

    def pull(self, number: str) -> Pull:
        """A pull request by number; raises Refused where there is none."""
        found = self.state.pulls.get(int(number)) if number.isdigit() else None
        if found is None:
            raise not_found()
        return found

    def conversation(self, number: str) -> int:
        """The number of a pull request or an issue, both of which are commented on alike; raises Refused."""
        return int(number) if number.isdigit() and int(number) in self.state.issues else self.pull(number).number

    def page(self, entries: list[Any], view: Callable[[Any], Any]) -> Answer:
        """One page of a listing, with the Link header that leads to the next."""
        size = min(int(self.request.query.get("per_page", "30")), 100)
        page = max(int(self.request.query.get("page", "1")), 1)
        shown = [view(entry) for entry in entries[(page - 1) * size : page * size]]
        last = max(-(-len(entries) // size), 1)
        here = f"{self.base}{self.request.path}?per_page={size}&page="
        links = [f'<{here}{page + 1}>; rel="next"', f'<{here}{last}>; rel="last"'] if page < last else []
        return Answer(200, shown, {"Link": ", ".join(links)} if links else {})


@dataclass(frozen=True)
class _Route:
    verb: str
    pattern: re.Pattern[str]
    permissions: tuple[str, ...]
    level: str
    respond: Respond


_ROUTES: list[_Route] = []


def route(verb: str, template: str, permissions: str, level: str = "read") -> Callable[[Respond], Respond]:
    """Register the function below. `permissions`: any one of these words is enough."""
    words = re.split(r"\{(\w+)\}", template.replace("{repo}", "{owner}/{name}"))
    pattern = "".join(
        (f"(?P<{word}>.+)" if word == "path" else f"(?P<{word}>[^/]+)") if place % 2 else re.escape(word)
        for place, word in enumerate(words)
    )

    def register(respond: Respond) -> Respond:
        _ROUTES.append(_Route(verb, re.compile(pattern), tuple(permissions.split()), level, respond))
        return respond

    return register


def respond(state: State, base: str, token: Token, request: Request) -> Answer:
    """Answer a request; raises Refused."""
    for one in _ROUTES:
        found = one.pattern.fullmatch(request.path)
        if found is None or one.verb != request.verb:
            continue
        parts = {name: unquote(value, errors="surrogateescape") for name, value in found.groupdict().items()}
        named = f"{parts.pop('owner', '')}/{parts.pop('name', '')}"
        if named not in {"/", state.repo}:
            raise not_found()
        if one.permissions and not any(token.may(permission, one.level) for permission in one.permissions):
            raise not_permitted()
        return one.respond(Desk(state, base, token, request), **parts)
    raise not_found()


def text_of(desk: Desk, resource: str, most: int = 65_536) -> str:
    """The body of something that is said; raises Refused where there is none, or too much of it."""
    body = (desk.request.body or {}).get("body")
    if not body:
        raise Refused(422, "Validation Failed", [{"resource": resource, "code": "missing_field", "field": "body"}])
    return within(str(body), resource, most)


def within(text: str, resource: str, most: int = 65_536) -> str:
    """The text; raises Refused where it is too long."""
    if len(text) > most:
        told = f"body is too long (maximum is {most} characters)"
        error = {"resource": resource, "code": "unprocessable", "field": "data", "message": told}
        raise Refused(422, "Validation Failed", [error])
    return text
