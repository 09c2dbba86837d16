from __future__ import annotations

from collections.abc import Mapping

from bot.core.finding import Place, Severity, Unplaced
from bot.core.kept import held_in, held_mark, hunks_of, keep, kept_in, name_of
from bot.core.known_diff import KnownDiff
from bot.core.reuse import hunk_key
from tests.unit.core.pushed import Hunks, diff_of, finding_at

A: Hunks = {1: ["+one = first(1)"]}
B: Hunks = {20: ["+two = second(2)"]}
BOTH: Hunks = {**A, **B}
BEFORE = diff_of({"x.py": BOTH})
FINDING = finding_at(BEFORE.files[0].hunks[0], 1)
KEPT = keep(FINDING, "**A title**  \nand its text", BEFORE)
KEYS = {name: hunk_key(hunk) for name, hunk in zip("AB", BEFORE.files[0].hunks, strict=True)}


def known(files: Mapping[str, Hunks], fresh: str = "", earlier: str = "", *, whole: bool = True) -> KnownDiff:
    """What is known of the hunks A and B in a diff."""
    return KnownDiff(
        diff_of(files), frozenset(KEYS[one] for one in fresh), frozenset(KEYS[one] for one in earlier), whole
    )


def test_what_is_kept_is_read_as_it_was_written() -> None:
    """GitHub may hand the lines back with CRLF."""
    page = f"Something before\n\n{KEPT.written()}\n\n{KEPT.written()}\nand after"
    assert kept_in(page) == (KEPT, KEPT)
    assert kept_in(page.replace("\n", "\r\n")) == (KEPT, KEPT)
    assert kept_in("nothing") == ()


def test_it_stands_while_its_hunk_is_left_as_it_was() -> None:
    """Reused: nobody was asked, so nothing has changed about it."""
    assert KEPT.stands(known({"x.py": BOTH}, earlier="AB"))
    assert not KEPT.stands(known({"x.py": BOTH}, fresh="A", earlier="B"))
    assert not KEPT.stands(known({"x.py": B}, earlier="B"))
    assert not KEPT.stands(known({"y.py": A}))


def test_it_stands_while_part_of_its_file_was_not_reviewed() -> None:
    """It may live on in what a budget left out, or in what the host withheld."""
    assert KEPT.stands(known({"x.py": {1: ["+one = first(11)"], **B}}, earlier="B"))
    assert KEPT.stands(known({"y.py": A}, whole=False))


def test_without_a_line_the_whole_file_decides() -> None:
    """Its hunk is not known."""
    unplaced = Unplaced("x.py", Severity.ERROR, "c", "t", "b", 0.9, "why")
    kept = keep(unplaced, "text", BEFORE)
    assert kept.fingerprint == name_of(unplaced)
    assert kept.stands(known({"x.py": BOTH}, earlier="AB"))
    assert not kept.stands(known({"x.py": BOTH}, fresh="B", earlier="A"))


def test_the_hunks_of_a_finding_are_those_of_all_its_places() -> None:
    """Each of them holds what is wrong."""
    finding = finding_at(BEFORE.files[0].hunks[0], 1, also_at=(Place("x.py", 20), Place("gone.py", 1)))
    assert hunks_of(finding, BEFORE) == [KEYS["A"], KEYS["B"]]


def test_the_list_of_holding_hunks_is_bounded_and_read_again() -> None:
    """The newest stay."""
    keys = [f"{number:012}" for number in range(400)]
    assert held_in(f"page\n{held_mark([*keys, *keys])}\n") == keys[-300:]
    assert held_mark([]) == ""
    assert held_in("page") == []
