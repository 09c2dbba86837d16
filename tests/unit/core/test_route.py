from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.excerpt import Route, Tier
from bot.core.route import STRONG_FROM_RISK, Routing, route, route_all
from tests.unit.core.changes import excerpt, hunk

_PROSE = ["+Some words about the shop and its till."] * 40


def test_fixed_routing_sends_everything_to_the_standard_tier() -> None:
    """Whoever wants one model gets one model."""
    found = route_all([excerpt("a.md", *_PROSE * 20), excerpt("a.py", "+x = 1")], Routing.FIXED)
    assert {one.tier for one in found} == {Tier.STANDARD}


@pytest.mark.parametrize(
    ("path", "rows", "expected"),
    [
        ("a.md", ("+words",), Route(Tier.CHEAP, "docs")),
        ("a.svg", ("+<path/>",), Route(Tier.CHEAP, "data")),
        ("a.go", ("-a", "+  a"), Route(Tier.CHEAP, "whitespace only")),
        ("a.py", ("+import os",), Route(Tier.CHEAP, "imports only")),
        ("a.py", (" x", "-y"), Route(Tier.CHEAP, "deletions only")),
        ("tests/test_a.py", ("+assert f() == 1",), Route(Tier.CHEAP, "test of low risk")),
        ("a.py", ("+x = 1",), Route(Tier.STANDARD, "source")),
        ("a.toml", ("+x = 1",), Route(Tier.STANDARD, "config")),
        (".github/workflows/a.yml", ("+run: make",), Route(Tier.STANDARD, "ci")),
    ],
)
def test_the_rules_are_those_of_the_table(path: str, rows: tuple[str, ...], expected: Route) -> None:
    """The reason on the receipt is the rule that decided."""
    assert route(excerpt(path, *rows)) == expected


def test_a_deleted_check_is_not_cheap() -> None:
    """Taking out a password check is deletions only, and still the riskiest thing in the change."""
    rows = ("-    if not verify(password, token):", "-        raise Denied", " return open_session()")
    assert route(excerpt("auth/login.py", *rows)).tier is Tier.STANDARD


def test_only_very_risky_source_is_worth_the_strong_tier() -> None:
    """The strong model is rare: a high score, and a kind of file where it matters."""
    source, test = excerpt("a.py", "+x = 1"), excerpt("tests/test_a.py", "+x = 1")
    assert route(replace(source, risk=STRONG_FROM_RISK)) == Route(Tier.STRONG, "high risk")
    assert route(replace(source, risk=STRONG_FROM_RISK - 1)).tier is Tier.STANDARD
    assert route(replace(test, risk=STRONG_FROM_RISK)).tier is Tier.STANDARD


def test_a_twin_in_source_keeps_a_test_from_the_cheap_tier() -> None:
    """The answer serves the source too."""
    both = replace(excerpt("tests/test_a.py", "+x = 1"), twins=(hunk("a.py", "+x = 1"),))
    assert route(both).tier is Tier.STANDARD


def test_a_little_cheap_work_is_not_worth_a_second_prefix() -> None:
    """A second model writes the prompt to its own cache, which costs more than it saves here."""
    docs, source = route_all([excerpt("a.md", "+words"), excerpt("a.py", "+x = 1")], Routing.RULES)
    assert source == Route(Tier.STANDARD, "source")
    assert docs == Route(Tier.STANDARD, "docs, too little for the cheap tier")


def test_much_cheap_work_goes_to_the_cheap_tier() -> None:
    """From a few thousand tokens on the cheaper model pays for its prefix."""
    docs, source = route_all([excerpt("a.md", *_PROSE * 20), excerpt("a.py", "+x = 1")], Routing.RULES)
    assert (docs.tier, source.tier) == (Tier.CHEAP, Tier.STANDARD)


def test_a_change_of_documentation_alone_is_cheap_however_small() -> None:
    """There is no second prefix to pay where no other tier is used."""
    (only,) = route_all([excerpt("a.md", "+words")], Routing.RULES)
    assert only.tier is Tier.CHEAP


def test_a_little_strong_work_is_not_worth_its_prefix() -> None:
    """One short line does not buy a whole prompt at the highest price."""
    risky = replace(excerpt("a.py", "+x = 1"), risk=100)
    large = replace(excerpt("a.py", *["+password = read_from(somewhere)"] * 100), risk=100)
    assert [one.tier for one in route_all([risky], Routing.RULES)] == [Tier.STANDARD]
    assert [one.tier for one in route_all([large], Routing.RULES)] == [Tier.STRONG]


def test_a_family_goes_to_one_tier() -> None:
    """Hunks with equal changed lines share a cause, so they must be able to share a request."""
    changed = ["+value = compute()"] * 600
    test, source = excerpt("tests/test_a.py", " a", *changed), excerpt("a.py", " b", *changed)
    assert route(replace(test, risk=10)).tier is Tier.CHEAP
    assert {one.tier for one in route_all([replace(test, risk=10), source], Routing.RULES)} == {Tier.STANDARD}
