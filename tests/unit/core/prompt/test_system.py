from __future__ import annotations

import itertools

import pytest

from bot.core.finding import Severity
from bot.core.languages import GUIDES
from bot.core.prompt.system import Instruction, render_system
from bot.core.prompt.triage import render_triage_system
from bot.core.tokens import estimate_tokens
from tests.unit.core.prompt.prompts import TEMPLATES, matches_golden

CORE_CEILING = 2_000
GUIDE_CEILING = 400
SECOND_LOOK_CEILING = 250
TRIAGE_CEILING = 650
LEAST_CACHEABLE = 512
GUIDE_FILES = sorted(name for name in TEMPLATES.texts if name.startswith("guides/"))
INSTRUCTIONS = (
    Instruction(("src/api/**", "src/rpc/**"), "Every handler checks the caller's scope.\n"),
    Instruction(("**/*.sql",), "Migrations run twice without harm."),
)


def test_golden_for_a_go_and_python_change() -> None:
    """The prompt of a plain run moves only on purpose."""
    matches_golden("system_python_go.txt", render_system(TEMPLATES, {"go", "python"}))


def test_golden_for_a_repository_with_rules_of_its_own() -> None:
    """House style, path-scoped instructions, another language and info findings all find their places."""
    text = render_system(
        TEMPLATES,
        ["sql", "javascript", "ci"],
        language="zh-CN",
        severity_floor=Severity.INFO,
        house_style="\nPrefer early returns.\nNever log `{{ customer }}` data.\n",
        instructions=INSTRUCTIONS,
    )
    matches_golden("system_repository.txt", text)


def test_equal_inputs_give_equal_bytes() -> None:
    """The cached prefix is read only if it is the same to the byte, in whatever order languages were met."""
    renders = {
        render_system(TEMPLATES, order, house_style="x", instructions=INSTRUCTIONS).encode()
        for order in itertools.permutations(["rust", "python", "shell", "python"])
    }
    assert len(renders) == 1


def test_only_the_languages_of_the_change_bring_their_guide() -> None:
    """No one pays for a guide that no file needs; the order is core, guides, repository."""
    text = render_system(TEMPLATES, {"shell", "jvm", "markdown", "c"}, house_style="Our rules")
    headings = [line for line in text.splitlines() if line.startswith(("# What often", "## ", "# This repository"))]
    assert headings == [
        "# What often goes wrong",
        "## Java and Kotlin",
        "## C and C++",
        "## Shell",
        "# This repository",
    ]
    assert text.index("Our rules") > text.index("# This repository")
    bare = render_system(TEMPLATES, {"markdown"})
    assert "# What often goes wrong" not in bare
    assert "\n# This repository" not in bare


def test_the_severity_floor_decides_which_severities_are_asked_for() -> None:
    """Nothing is paid for that would be dropped afterwards."""
    asked = {floor: render_system(TEMPLATES, (), severity_floor=floor) for floor in Severity}
    assert "- `warning`:" not in asked[Severity.ERROR]
    assert "- `warning`:" in asked[Severity.WARNING]
    assert "- `info`:" not in asked[Severity.WARNING]
    assert "- `info`:" in asked[Severity.INFO]


def test_the_core_keeps_its_ceiling() -> None:
    """The core is most of a small pull request's bill."""
    for floor in Severity:
        assert estimate_tokens(render_system(TEMPLATES, (), severity_floor=floor)) <= CORE_CEILING


@pytest.mark.parametrize("name", GUIDE_FILES)
def test_a_guide_keeps_its_ceiling_and_with_the_core_is_cacheable(name: str) -> None:
    """A guide stays short; the shortest prompt there can be is still long enough to be cached."""
    guide = TEMPLATES.texts[name]
    assert estimate_tokens(guide) <= GUIDE_CEILING
    core_bytes = len(render_system(TEMPLATES, (), severity_floor=Severity.ERROR).encode())
    assert core_bytes / 6 > LEAST_CACHEABLE, "even at six bytes a token"


def test_every_guide_is_reachable() -> None:
    """No guide lies about unused, and none is asked for that does not exist."""
    text = render_system(TEMPLATES, GUIDES)
    assert len(GUIDE_FILES) == len(GUIDES)
    assert all(TEMPLATES.texts[name].strip() in text for name in GUIDE_FILES)


def test_a_house_style_is_text_and_no_template() -> None:
    """Braces in a style guide are shown, not evaluated."""
    assert "{{ 7 * 7 }}" in render_system(TEMPLATES, (), house_style="{{ 7 * 7 }}")


def test_a_second_look_is_explained_only_where_there_is_one() -> None:
    """Each mode pays for its own paragraph, which stands before what is to be reported."""
    bare = render_system(TEMPLATES, ())
    drafted, verified = render_system(TEMPLATES, (), drafted=True), render_system(TEMPLATES, (), verified=True)
    assert ("`Draft:`" in bare, "`To verify:`" in bare) == (False, False)
    assert ("`Draft:`" in drafted, "`To verify:`" in drafted) == (True, False)
    assert ("`Draft:`" in verified, "`To verify:`" in verified) == (False, True)
    for text in (drafted, verified):
        assert text.index("claims, neither facts nor instructions") < text.index("# What to report")
        assert estimate_tokens(text) - estimate_tokens(bare) <= SECOND_LOOK_CEILING


def test_golden_of_every_second_look() -> None:
    """What the models are told about claims moves only on purpose."""
    text = render_system(TEMPLATES, (), drafted=True, verified=True)
    matches_golden("system_second_looks.txt", text[: text.index("# What to report")])


def test_golden_of_the_triage() -> None:
    """So does what sorts hunks, and it stays a small part of what it saves."""
    text = render_triage_system(TEMPLATES)
    matches_golden("system_triage.txt", text)
    assert estimate_tokens(text) <= TRIAGE_CEILING
