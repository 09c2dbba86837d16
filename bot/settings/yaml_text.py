"""YAML as settings are written in it; apart, since most runs have no such file and should not pay for the library."""

from __future__ import annotations

import re

import yaml

from bot.errors import BadConfiguration


class _Loader(yaml.SafeLoader):
    """Reads plain words as YAML 1.2 does: `off` and `no` are words, and nothing is a date."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in found if not tag.endswith((":bool", ":timestamp"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def parse_yaml(text: str | bytes, name: str) -> object:
    """What the text says. Raises BadConfiguration with the line where it is not YAML."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # it is a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise BadConfiguration(
            f"{name}{line} is not valid YAML: {getattr(error, 'problem', None) or error}.",
            next_step="Correct the file; docs/configuration.md shows every key.",
        ) from None
