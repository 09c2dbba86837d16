"""Whose budget a change counts against, when several could be meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.teams import Team, team_of

PAYMENTS = Team("payments", ("ada", "@Ben"), ("@acme/payments",))
SEARCH = Team("search", (), ("acme/Search", "find@acme.example"))
TEAMS = (PAYMENTS, SEARCH)


def base(**files: bytes) -> Callable[[str], bytes | None]:
    """The base's texts: the keywords root, github and docs are the places of a CODEOWNERS file."""
    places = {"root": "CODEOWNERS", "github": ".github/CODEOWNERS", "docs": "docs/CODEOWNERS"}
    texts = {places[name]: text for name, text in files.items()}
    return texts.get


def nothing_is_read(path: str) -> bytes | None:
    """A base that must not be asked: each look costs a request on GitHub."""
    raise AssertionError(path)


@pytest.mark.parametrize("author", ["ada", "ADA", "ben"])
def test_an_author_belongs_to_a_team_by_login(author: str) -> None:
    """Logins compare as GitHub compares them, and win over what is touched, without a look at it."""
    assert team_of(TEAMS, author, ["search/index.py"], nothing_is_read) == "payments"


def test_without_owners_no_file_is_read() -> None:
    """Teams that go by logins alone cost no request."""
    assert team_of((Team("payments", ("ada",)),), "eve", ["a.py"], nothing_is_read) == ""


def test_the_owner_of_most_files_has_the_change() -> None:
    """Two files of one team outweigh one of another, whichever comes first."""
    owners = base(root=b"* @acme/payments\nsearch/ @acme/search\n")
    assert team_of(TEAMS, "eve", ["a.py", "search/b.py", "search/c.py"], owners) == "search"
    assert team_of(TEAMS, "eve", ["a.py", "d.py", "search/c.py"], owners) == "payments"


def test_of_equals_the_first_named_has_it() -> None:
    """A tie is decided by the settings, not by the order of a diff."""
    owners = base(root=b"a/ @acme/payments\nb/ find@acme.example\n")
    assert team_of(TEAMS, "eve", ["b/1", "a/1"], owners) == "payments"
    assert team_of((SEARCH, PAYMENTS), "eve", ["a/1", "b/1"], owners) == "search"


def test_the_first_place_counts_alone() -> None:
    """As on GitHub: the file in .github hides the one at the root, and that the one in docs."""
    owners = base(github=b"* @acme/search", root=b"* @acme/payments", docs=b"* @acme/payments")
    assert team_of(TEAMS, "", ["a"], owners) == "search"
    assert team_of(TEAMS, "", ["a"], base(docs=b"* @acme/payments")) == "payments"


@pytest.mark.parametrize("text", [b"", b"* @someone/else", b"/docs/ @acme/payments", b"a.py # @acme/payments"])
def test_nobody_owns_it(text: bytes) -> None:
    """No owner, an owner without a budget, another folder, a remark: none of them is a team's file."""
    assert team_of(TEAMS, "eve", ["a.py"], base(root=text)) == ""
    assert team_of(TEAMS, "eve", ["a.py"], base()) == ""


@pytest.mark.parametrize("broken", [b"src/[ab @acme/search", b"[z-a] @acme/search", b"\xff\xfe @acme/search"])
def test_a_broken_line_is_passed_over(broken: bytes) -> None:
    """A line that cannot be read neither ends the run nor takes the others away."""
    assert team_of(TEAMS, "eve", ["a.py"], base(root=b"*.py @acme/payments\n" + broken)) == "payments"


def test_the_last_line_that_fits_counts() -> None:
    """As on GitHub, and a line without owners takes a file away from everybody."""
    assert team_of(TEAMS, "eve", ["a.py"], base(root=b"* @acme/search\na.py @acme/payments @acme/x")) == "payments"
    assert team_of(TEAMS, "eve", ["a.py"], base(root=b"* @acme/search\na.py\n")) == ""
