from __future__ import annotations

import pytest
from jinja2 import Environment, UndefinedError, meta, nodes

from bot.core.prompt.claims import Asked, render_claims
from bot.core.prompt.facts import render_facts
from bot.core.prompt.hunk import render_hunk
from bot.core.prompt.system import render_system
from bot.core.prompt.templates import Templates, prompt_hash
from bot.core.prompt.triage import render_triage, render_triage_facts, render_triage_system
from tests.unit.core.prompt.prompts import BOUNDARY, TEMPLATES, RecordingTemplates, show


def variables_of(name: str) -> set[str]:
    """Collect what a template, with all it includes, asks for."""
    tree = Environment(autoescape=True).parse(TEMPLATES.texts[name])
    included = [each.template.value for each in tree.find_all(nodes.Include) if isinstance(each.template, nodes.Const)]
    return meta.find_undeclared_variables(tree).union(*(variables_of(each) for each in included))


def test_every_variable_is_provided_and_every_provided_one_is_used() -> None:
    """Neither a forgotten variable nor a forgotten placeholder survives a change of the prompts."""
    templates = RecordingTemplates(TEMPLATES.texts)
    render_system(templates, {"python"})
    render_facts(templates, BOUNDARY, "title", "description", ())
    render_hunk(templates, BOUNDARY, show(b"+x\n"))
    render_claims(templates, BOUNDARY, Asked.DRAFT, ())
    render_triage_system(templates)
    render_triage_facts(templates, BOUNDARY, "title")
    render_triage(templates, BOUNDARY, ())
    rendered_on_their_own = {name for name in TEMPLATES.texts if name.endswith(".j2")} - {"review/core.md.j2"}
    assert templates.given == {name: variables_of(name) for name in rendered_on_their_own}


def test_a_missing_variable_is_an_error() -> None:
    """A placeholder nobody fills breaks a test, not a prompt."""
    with pytest.raises(UndefinedError):
        Templates({"a.j2": "{% if x %}{% endif %}"}).render("a.j2")


def test_the_hash_covers_names_and_texts() -> None:
    """A receipt's prompt hash changes with any prompt, and with nothing else."""
    first = prompt_hash(Templates({"a": "1", "b": "2"}))
    assert first == prompt_hash(Templates({"b": "2", "a": "1"}))
    others = [{"a": "1", "b": "3"}, {"a": "1", "c": "2"}, {"a": "1b", "": "2"}, {"a": "1"}]
    assert len({first, *(prompt_hash(Templates(texts)) for texts in others)}) == 5
