"""Small checks that together say what a JSON body must look like; each raises the API's own 400.

A check takes a value and its path in the body (`messages.0.content`), and is made of smaller ones:
`record({"type": literal("text"), "text": string}, {"citations": anything})`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.simulator.api_error import invalid

Check = Callable[[Any, str], None]


def anything(value: object, path: str) -> None:
    """Accept every value."""


def string(value: object, path: str) -> None:
    """Accept a string."""
    if not isinstance(value, str):
        raise invalid(f"{path}: Input should be a valid string")


def integer(value: object, path: str) -> None:
    """Accept an integer; a boolean is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(f"{path}: Input should be a valid integer")


def boolean(value: object, path: str) -> None:
    """Accept true or false."""
    if not isinstance(value, bool):
        raise invalid(f"{path}: Input should be a valid boolean")


def mapping(value: object, path: str) -> None:
    """Accept any object."""
    _fields(value, path)


def literal(*allowed: str) -> Check:
    """Accept one of some strings."""
    expected = ", ".join(f"'{value}'" for value in allowed)

    def check(value: object, path: str) -> None:
        if value not in allowed:
            raise invalid(f"{path}: Input should be {expected}")

    return check


def nullable(inner: Check) -> Check:
    """Accept null, or what `inner` accepts."""

    def check(value: object, path: str) -> None:
        if value is not None:
            inner(value, path)

    return check


def array(item: Check) -> Check:
    """Accept an array whose every item `item` accepts."""

    def check(value: object, path: str) -> None:
        if not isinstance(value, list):
            raise invalid(f"{path}: Input should be a valid array")
        for index, entry in enumerate(value):
            item(entry, f"{path}.{index}")

    return check


def string_or(inner: Check) -> Check:
    """Accept a string, or what `inner` accepts."""

    def check(value: object, path: str) -> None:
        if not isinstance(value, str):
            inner(value, path)

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Accept an object with all the required fields, any of the optional ones, and no other."""
    known = {**required, **(optional or {})}

    def check(value: object, path: str) -> None:
        fields = _fields(value, path or "body")
        for name in required:
            if name not in fields:
                raise invalid(f"{_join(path, name)}: Field required")
        for name, field in fields.items():
            if name not in known:
                raise invalid(f"{_join(path, name)}: Extra inputs are not permitted")
            known[name](field, _join(path, name))

    return check


def tagged(variants: Mapping[str, Check]) -> Check:
    """Accept an object whose `type` names one of the variants, and which that variant accepts."""

    def check(value: object, path: str) -> None:
        tag = _fields(value, path).get("type")
        if not isinstance(tag, str) or tag not in variants:
            expected = ", ".join(f"'{name}'" for name in variants)
            raise invalid(f"{path}: Input tag '{tag}' found using 'type' does not match any of: {expected}")
        variants[tag](value, path)

    return check


def _fields(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(f"{path}: Input should be an object")
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
