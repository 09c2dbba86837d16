from __future__ import annotations

import difflib

import pytest

from bot.core.diff.model import FileDiff, FileStatus, Hunk
from bot.core.enclosing import context, enclosing_of
from bot.core.enclosing.outline import Definition
from bot.core.excerpt import Enclosing
from bot.core.tokens import estimate_tokens

PATH = "shop/cart.py"
BEFORE = """\
import tax

class Cart:
    limit = 100

    def total(self, items):
        result = 0
        rate = tax.rate()

        check(rate)
        for item in items:
            result += item.price
        if result > self.limit:
            warn()
        result = round(result)
        log(result)
        return result * rate

    def clear(self):
        self.items = []
        self.saved = False

def main():
    Cart()
    one()
    two()
    three()
"""


def changed(*changes: tuple[str, str], before: str = BEFORE, context_lines: int = 1) -> tuple[FileDiff, bytes]:
    """Make a file's diff, and its text after these replacements."""
    after = before
    for was, now in changes:
        assert was in after
        after = after.replace(was, now, 1)
    rows = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=context_lines, lineterm=""))[2:]
    hunks: list[Hunk] = []
    starts = [index for index, row in enumerate(rows) if row.startswith("@@")]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        (old, old_count), (new, new_count) = (
            [int(number) for number in (part[1:] + ",1").split(",")[:2]] for part in rows[start].split()[1:3]
        )
        body = "\n".join(rows[start + 1 : end]) + "\n"
        hunks.append(Hunk(PATH, old, old_count, new, new_count, b"", body.encode()))
    return FileDiff(PATH, None, FileStatus.MODIFIED, tuple(hunks)), after.encode()


def around(*changes: tuple[str, str], budget: int = 300) -> list[Enclosing | None]:
    """Find what encloses each hunk of such a change."""
    file, text = changed(*changes)
    found = enclosing_of(file, "python", text, file.hunks, budget)
    return [found.get((PATH, hunk.header)) for hunk in file.hunks]


PRICE = ("+= item.price", "+= item.price * item.amount")


def test_the_function_around_a_hunk_is_named_and_shown() -> None:
    """What the hunk does not show of its function, blank lines and the signature aside, in the file's order."""
    assert around(PRICE) == [
        Enclosing(
            "class Cart / def total(self, items)",
            (
                (7, "        result = 0"),
                (8, "        rate = tax.rate()"),
                (10, "        check(rate)"),
                (14, "            warn()"),
                (15, "        result = round(result)"),
                (16, "        log(result)"),
                (17, "        return result * rate"),
            ),
        )
    ]


def test_the_nearest_lines_are_kept_when_the_budget_is_small() -> None:
    """The budget counts names, lines and their numbers."""
    (enclosing,) = around(PRICE, budget=40)
    assert enclosing is not None
    assert [number for number, _ in enclosing.lines] == [10, 14]
    size = estimate_tokens(enclosing.title) + sum(estimate_tokens(text) + 3 for _, text in enclosing.lines)
    assert size <= 40


def test_a_budget_too_small_for_a_line_gives_the_name() -> None:
    """The name is what a reviewer needs first."""
    assert around(PRICE, budget=5) == [Enclosing("class Cart / def total(self, items)")]


def test_lines_of_other_hunks_are_not_repeated() -> None:
    """Every line of a diff is sent once: what another hunk shows is left out here."""
    first, second = around(("rate = tax.rate()", "rate = tax.rate(self)"), ("log(result)", "log(result, rate)"))
    assert first is not None
    assert second is not None
    assert [number for number, _ in first.lines] == [10, 11, 12, 13, 14]
    assert first.lines == second.lines


def test_a_signature_that_another_hunk_adds_is_not_repeated() -> None:
    """A changed line in a title would be sent twice all the same."""
    _, second = around(("def total(self, items)", "def total(self, goods)"), ("log(result)", "log(result, rate)"))
    assert second is not None
    assert second.title == "class Cart"


def test_a_signature_that_the_hunk_shows_is_not_repeated() -> None:
    """The name is in front of the reader already."""
    (enclosing,) = around(("result = 0", "result = 0.0"))
    assert enclosing is not None
    assert enclosing.title == "class Cart"
    assert enclosing.lines[0] == (10, "        check(rate)")


def test_a_hunk_over_two_methods_gets_their_class_in_outline() -> None:
    """Of what the class defines, the signatures are context; the bodies of other methods are not."""
    file, text = changed(
        ("        return result * rate\n\n    def clear(self):", "        return result\n\n    def clean(self):")
    )
    (enclosing,) = enclosing_of(file, "python", text, file.hunks).values()
    assert enclosing == Enclosing("class Cart", ((4, "    limit = 100"), (6, "    def total(self, items):")))


@pytest.mark.parametrize(
    "change",
    [("import tax", "import taxes"), ("    one()\n    two()", "    one(1)\n    two(2)")],
    ids=["top of the module", "shown whole"],
)
def test_nothing_is_said_where_nothing_is_missing(change: tuple[str, str]) -> None:
    """An empty title also says that git's guess of a heading would be wrong."""
    before = BEFORE.replace("    Cart()\n", "").replace("    three()\n", "")
    file, text = changed(change, before=before, context_lines=1)
    assert list(enclosing_of(file, "python", text, file.hunks).values()) == [Enclosing("")]


def test_deleted_lines_belong_to_where_they_stood() -> None:
    """The last statement of a function is deleted: its function is meant, not the next one."""
    (enclosing,) = around(("        return result * rate\n", ""))
    assert enclosing is not None
    assert enclosing.title == "class Cart / def total(self, items)"


def test_a_hunk_without_context_may_only_delete() -> None:
    """Git gives such a hunk the number of the line before it."""
    file, text = changed(("        log(result)\n", ""), context_lines=0)
    (enclosing,) = enclosing_of(file, "python", text, file.hunks, 40).values()
    assert enclosing.title == "class Cart / def total(self, items)"
    assert [number for number, _ in enclosing.lines] == [15, 16]


def test_a_text_that_is_not_the_diffs_is_not_trusted() -> None:
    """Another revision of the file has other lines at these numbers."""
    file, _ = changed(PRICE)
    assert enclosing_of(file, "python", BEFORE.encode(), file.hunks) == {}
    assert enclosing_of(file, "python", b"", file.hunks) == {}


def test_line_endings_of_the_working_tree_do_not_matter() -> None:
    """Git may turn CRLF into LF in a diff, and the file still has them."""
    file, text = changed(PRICE)
    windows = enclosing_of(file, "python", text.replace(b"\n", b"\r\n"), file.hunks)
    assert windows == enclosing_of(file, "python", text, file.hunks)


def test_text_that_is_not_utf8_is_shown_as_well_as_it_can_be() -> None:
    """A latin-1 file is parsed all the same."""
    file, text = changed(PRICE)
    (enclosing,) = enclosing_of(
        file, "python", text.replace(b"check(rate)", b"check('\xe9t\xe9')"), file.hunks
    ).values()
    assert (10, "        check('\ufffdt\ufffd')") in enclosing.lines


def test_a_new_file_has_nothing_around_its_hunk() -> None:
    """The hunk is the file, and parsing it would be work for nothing."""
    rows = BEFORE.splitlines()
    hunk = Hunk(PATH, 0, 0, 1, len(rows), b"", "".join(f"+{row}\n" for row in rows).encode())
    file = FileDiff(PATH, None, FileStatus.ADDED, (hunk,))
    assert enclosing_of(file, "python", BEFORE.encode(), file.hunks) == {}


def test_thousands_of_hunks_cost_a_bounded_look_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines looked at for a hunk do not grow with the file."""
    looks = 0
    is_own = context._Source._is_own

    def counting(source: context._Source, number: int, definition: Definition) -> bool:
        nonlocal looks
        looks += 1
        return is_own(source, number, definition)

    monkeypatch.setattr(context._Source, "_is_own", counting)
    text = "def f():\n" + "".join(f"    step({number}{', 1' if number % 4 == 0 else ''})\n" for number in range(4_000))
    hunks = tuple(
        Hunk(PATH, line, 1, line, 1, b"", f"-    step({line - 2})\n+    step({line - 2}, 1)\n".encode())
        for line in range(2, 4_002, 4)
    )
    file = FileDiff(PATH, None, FileStatus.MODIFIED, hunks)
    assert len(enclosing_of(file, "python", text.encode(), hunks, 10_000)) == len(hunks) == 1_000
    assert looks <= 2 * context.REACH_LINES * len(hunks)
