"""Holds a request against GitHub's own OpenAPI description, by the client that GitHubKit generates from it.

Each generated method is one operation: its docstring names verb and address, its parameters are those of the path and
the query, and it validates a body by its model before it sends anything. So the request is looked up, bound and
"sent" to nowhere; what the description does not know has no parameter or is lost on the way through the model.
"""

from __future__ import annotations

import builtins
import datetime as dt
import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from types import ModuleType, SimpleNamespace
from typing import Any, get_args
from urllib.parse import unquote

from pydantic import TypeAdapter, ValidationError

_VERSION = "v2022_11_28"
"""What GitHub takes a request for that names no version."""

_PARTS = ("actions", "pulls", "issues", "repos", "checks", "code_scanning", "users")
_ADDRESS = re.compile(r"^\s*(GET|POST|PUT|PATCH|DELETE) (/\S*)$", re.MULTILINE)
_NOT_OF_THE_QUERY = {"self", "headers", "stream", "data", "kwargs"}


@dataclass(frozen=True)
class _Operation:
    """One operation: `call` binds and validates what `method`, the same unbound, declares in `module`."""

    verb: str
    pattern: re.Pattern[str]
    module: ModuleType
    method: Callable[..., Any]
    call: Callable[..., Any]

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The parameters of path and query with the types they may have."""
        declared = inspect.signature(self.method, locals=_Names(self.module), eval_str=True).parameters
        return {name: get_args(one.annotation) or (one.annotation,) for name, one in declared.items()}

    def takes(self, name: str, value: str) -> bool:
        """Whether the query may have this parameter with this value."""
        known = name in self.parameters and name not in _NOT_OF_THE_QUERY and name not in self.pattern.groupindex
        return known and any(_is_a(kind, value) for kind in self.parameters[name])


def violation(verb: str, path: str, query: dict[str, str], body: Any) -> str | None:
    """How a request breaks the description, or None."""
    found = next(_fitting(verb, path), None)
    if found is None:
        return f"{verb} {path}: GitHub describes no such operation"
    operation, parts = found
    wrong = [f"{name}={value}" for name, value in query.items() if not operation.takes(name, value)]
    if wrong:
        return f"{verb} {path}: the query {', '.join(wrong)} is not described"
    return _body_violation(f"{verb} {path}", operation, parts, body)


def misshapen(verb: str, path: str, answer: Any) -> list[str]:
    """What in an answer is of another type than the description has; what the stand-in leaves out is no matter."""
    operation, parts = next(_fitting(verb, path))
    data: dict[str, Any] = {"data": {}} if "data" in operation.parameters else {}
    lenient = SimpleNamespace(request=_Nowhere.request, config=SimpleNamespace(rest_api_validate_body=False))
    model = operation.method(SimpleNamespace(_github=lenient, _REST_API_VERSION=""), **parts, **data).answer
    try:
        TypeAdapter(model).validate_python(answer)
    except ValidationError as error:
        return [f"{one['loc']}: {one['msg']}" for one in error.errors() if one["type"] != "missing"]
    return []


def _body_violation(what: str, operation: _Operation, parts: dict[str, str], body: Any) -> str | None:
    if "data" not in operation.parameters:
        return None if body is None else f"{what}: takes no body"
    if _holds_null(body):
        return f"{what}: a null in the body {body!r}"
    sent = {} if body is None else {"data": body}
    try:
        understood = operation.call(**parts, **sent).body
    except ValidationError as error:
        return f"{what}: {error}"
    lost = json.loads(json.dumps(understood, default=str))
    return None if body is None or lost == body else f"{what}: of the body {body!r} the description knows {lost!r}"


def _holds_null(body: Any) -> bool:
    """The generated models take null for whatever may be left out; GitHub takes it in no body that we know."""
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return any(value is None or _holds_null(value) for value in inner)


def _fitting(verb: str, path: str) -> Iterator[tuple[_Operation, dict[str, str]]]:
    for operation in _operations():
        found = operation.pattern.fullmatch(path) if operation.verb == verb else None
        if found:
            yield operation, {name: unquote(value) for name, value in found.groupdict().items()}


@cache
def _operations() -> list[_Operation]:
    """Every operation of the parts in use; where two fit an address, the one with fewer variables comes first."""
    found = [operation for part in _PARTS for operation in _operations_of(part)]
    return sorted(found, key=lambda operation: operation.pattern.groups)


def _operations_of(part: str) -> Iterator[_Operation]:
    module = importlib.import_module(f"githubkit_schemas.{_VERSION}.rest.{part}")
    clients: list[Any] = [
        one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__
    ]
    for client in clients:
        bound = client(_Nowhere)
        for name, method in vars(client).items():
            address = _ADDRESS.search(getattr(method, "__doc__", None) or "")
            if address and not inspect.iscoroutinefunction(method):
                yield _Operation(address[1], _pattern(address[2]), module, method, getattr(bound, name))


def _pattern(template: str) -> re.Pattern[str]:
    words = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(
            (f"(?P<{word}>.+)" if word == "path" else f"(?P<{word}>[^/]+)") if place % 2 else re.escape(word)
            for place, word in enumerate(words)
        )
    )


def _is_a(kind: Any, value: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


class _Names(dict[str, Any]):
    """The names an annotation may use; those that the module imports for type checkers alone may be anything."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__(vars(builtins) | {"_dt": dt} | vars(module))

    def __missing__(self, name: str) -> Any:
        return _Anything


class _Anything:
    """In place of a type that only type checkers need: the query has none of those."""

    def __class_getitem__(cls, _: Any) -> Any:
        return cls


class _Nowhere:
    """The wire under a generated client: hands back the body that would have been sent, and the answer's model."""

    config = SimpleNamespace(rest_api_validate_body=True)

    @staticmethod
    def request(*_: Any, json: Any = None, response_model: Any = None, **__: Any) -> _Call:
        """The body as its model understood it."""
        return _Call(json, response_model)


@dataclass(frozen=True)
class _Call:
    body: Any
    answer: Any
