"""A request, an answer, and a refusal, without HTTP's details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DOCUMENTATION = "https://docs.github.com/rest"


@dataclass
class Request:
    """What was asked. `path` begins at /repos or /user, whatever stands before it at this address."""

    verb: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: Any
    login: str = ""

    @property
    def address(self) -> str:
        """The path; that of a diff ends as on the site."""
        return f"{self.path}.diff" if "diff" in self.accept else self.path

    @property
    def accept(self) -> str:
        """The media type that is asked for."""
        return self.headers.get("accept", "")


@dataclass
class Answer:
    """What is answered: JSON, or bytes of a media type of their own."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json; charset=utf-8"


@dataclass
class Exchange:
    """One line of the stand-in's log. `violation` says how the request breaks GitHub's description."""

    request: Request
    status: int | None
    violation: str | None


class Refused(Exception):
    """GitHub's no, in GitHub's words."""

    def __init__(self, status: int, message: str, errors: list[Any] | None = None, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}
        if errors is not None:
            self.body["errors"] = errors
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self) -> Answer:
        """The refusal as it is sent."""
        return Answer(self.status, self.body, self.headers)


def not_found() -> Refused:
    """There is no such thing, or the token may not see it."""
    return Refused(404, "Not Found")


def unprocessable(*errors: Any) -> Refused:
    """A review that does not hold: the words tell why, never which comment it was."""
    return Refused(422, "Unprocessable Entity", list(errors))


def not_permitted() -> Refused:
    """A job's token lacks a permission."""
    return Refused(403, "Resource not accessible by integration")
