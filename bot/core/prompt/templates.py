"""The texts prompts are made of: Jinja2 templates, and style guides that stand as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from jinja2 import DictLoader, Environment, StrictUndefined


@dataclass(frozen=True)
class Templates:
    """All prompt texts by name, such as `review/core.md.j2` or `guides/python.md`.

    Only names that end in `.j2` are templates. Everything else, and every value put into a template, is text that
    is never read as a template itself.
    """

    texts: Mapping[str, str]

    def render(self, name: str, **variables: object) -> str:
        """Fill a template; raises jinja2.UndefinedError where it asks for a variable that is not given."""
        return self._environment.get_template(name).render(variables)

    def guide(self, name: str) -> str:
        """A style guide's text, without the newline at its end."""
        return self.texts[f"guides/{name}.md"].rstrip()

    @cached_property
    def _environment(self) -> Environment:
        return Environment(  # noqa: S701 - prompts are plain text; escaping HTML would garble the code in them
            loader=DictLoader({name: text for name, text in self.texts.items() if name.endswith(".j2")}),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )


def prompt_hash(templates: Templates) -> str:
    """SHA-256 over all names and texts, in hex: it changes whenever any prompt does."""
    digest = hashlib.sha256()
    for name, text in sorted(templates.texts.items()):
        for part in (name.encode(), text.encode()):
            digest.update(b"%d:%b" % (len(part), part))
    return digest.hexdigest()
