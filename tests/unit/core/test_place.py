from __future__ import annotations

import pytest

from bot.core.diff.model import Side
from bot.core.finding import Finding, Severity, Unplaced
from bot.core.fingerprint import fingerprint
from bot.core.place import place
from bot.core.shown import ShownHunk
from tests.unit.core.placing import PATH, a_hunk, a_raw, shown

# Old lines 10 to 14, new lines 20 to 25.
CART = shown(
    a_hunk(
        """
 def total(items):
-    result = sum(item.price for item in items)
-    return result
+    result = 0
+    for item in items:
+        result += item.price
     log(result)
+    return result
 # the end
""",
        old=10,
        new=20,
    )
)
# New lines 90 to 93; two lines are equal but for their indentation.
TAX = shown(a_hunk("+rate = lookup(country)\n+if rate is None:\n+    rate = lookup(country)\n+\n", old=80, new=90))
LOOP = "    for item in items:"


def placed(*args: object, within: tuple[ShownHunk, ...] = (CART, TAX), **changes: object) -> Finding:
    """Place a finding that must find its place."""
    finding = place(a_raw(*args, **changes), within)  # type: ignore[arg-type]  # keywords of a_raw, passed on
    assert isinstance(finding, Finding)
    return finding


def why_not(*args: object, within: tuple[ShownHunk, ...] = (CART, TAX), **changes: object) -> str:
    """Say why a finding that must not be placed is not."""
    finding = place(a_raw(*args, **changes), within)  # type: ignore[arg-type]  # keywords of a_raw, passed on
    assert isinstance(finding, Unplaced)
    return finding.why


def test_line_and_quote_that_agree_are_the_place() -> None:
    """The usual case: everything the model said is kept."""
    assert placed(22, LOOP) == Finding(
        path=PATH,
        side=Side.RIGHT,
        start_line=None,
        line=22,
        severity=Severity.ERROR,
        category="bug",
        title="The total ignores quantities",
        body="An item with quantity 3 is charged once.",
        suggestion=None,
        confidence=0.9,
        fingerprint=fingerprint(PATH, Side.RIGHT, [LOOP]),
        quote=LOOP,
    )


@pytest.mark.parametrize("line", [20, 21, 25])
def test_the_quote_wins_inside_the_hunk(line: int) -> None:
    """Models count badly and copy well."""
    assert placed(line, LOOP).line == 22


@pytest.mark.parametrize(
    "quote",
    ["for item in items:", "\t\tfor  item in items: ", "+    for item in items:", "+for item in items:", f"\n{LOOP}\n"],
    ids=["no indentation", "other white space", "with its mark", "mark and no indentation", "blank lines around"],
)
def test_a_quote_is_compared_without_its_white_space(quote: str) -> None:
    """White space is what models copy worst, and the mark stands right before the text."""
    assert placed(22, quote).line == 22


def test_a_line_outside_every_hunk_is_found_by_a_unique_quote() -> None:
    """The quote alone proves a place only where it fits one line of the file's hunks."""
    assert (
        placed(500, "rate = lookup(country", within=(CART, shown(a_hunk("+rate = lookup(country)", new=7)))).line == 7
    )
    assert "several" in why_not(500, "rate = lookup(country)")


def test_a_quote_from_another_hunk_does_not_win() -> None:
    """Only the hunk that the line number names is searched: elsewhere it would be a guess."""
    assert why_not(22, "if rate is None:") == "its quote is not in the hunk that holds its line"


@pytest.mark.parametrize("line", [22, 500])
def test_a_quote_that_fits_nothing_is_unplaced(line: int) -> None:
    """A line number alone proves nothing."""
    assert "its quote" in why_not(line, "while True:")


def test_of_equal_lines_the_stated_one_is_meant() -> None:
    """A line may stand twice in a hunk; the number decides."""
    assert [placed(line, "rate = lookup(country)").line for line in (90, 92)] == [90, 92]


def test_of_equal_lines_the_nearest_is_meant_unless_two_are() -> None:
    """Half way between two equal lines there is no proof for either."""
    assert placed(93, "rate = lookup(country)").line == 92
    assert "several" in why_not(91, "rate = lookup(country)")


def test_further_quoted_lines_tell_equal_lines_apart() -> None:
    """A quote of several lines is held against the lines that follow."""
    assert placed(92, "rate = lookup(country)\nif rate is None:").line == 90


def test_a_quote_of_several_lines_stands_at_its_first() -> None:
    """Deleted lines between do not belong to the new text."""
    finding = placed(20, "def total(items):\n    result = 0")
    assert (finding.start_line, finding.line) == (None, 20)


def test_a_whole_line_is_better_than_a_part_of_one() -> None:
    """`x1 = 1` also stands inside `x1 = 10`."""
    hunk = shown(a_hunk("+value_1 = 10\n+value_1 = 1\n", new=30))
    assert placed(30, "value_1 = 1", within=(hunk,)).line == 31


@pytest.mark.parametrize(("quote", "line"), [("lookup(country)", 90), ("in items:", 22)])
def test_a_telling_part_of_a_line_is_enough(quote: str, line: int) -> None:
    """Models leave out the ends of long lines."""
    assert placed(line, quote).line == line


def test_a_part_that_says_little_is_not_enough() -> None:
    """A name of a few characters stands nearly everywhere."""
    assert "its quote" in why_not(22, "item")


def test_an_empty_quote_proves_only_a_blank_line() -> None:
    """Nothing but a blank line reads like nothing."""
    assert placed(93, "").line == 93
    assert why_not(22, " \n") == "it quotes no code"


def test_deleted_lines_are_counted_in_the_old_file() -> None:
    """LEFT anchors at the old number."""
    finding = placed(12, "    return result", side="LEFT")
    assert (finding.side, finding.line) == (Side.LEFT, 12)


def test_a_context_line_is_always_on_the_right() -> None:
    """GitHub takes LEFT for deleted lines only."""
    finding = placed(13, "log(result)", side="LEFT")
    assert (finding.side, finding.line) == (Side.RIGHT, 24)


def test_the_stated_side_comes_first() -> None:
    """`return result` was deleted at 12 and added at 25; the side says which is meant."""
    assert placed(20, "return result").line == 25
    assert placed(10, "return result", side="LEFT").line == 12


def test_a_wrong_side_is_corrected_by_the_quote() -> None:
    """Text that stands on one side only can mean no other."""
    finding = placed(21, "result = sum(item.price for item in items)")
    assert (finding.side, finding.line) == (Side.LEFT, 11)


@pytest.mark.parametrize("path", ["other.py", f"./{PATH}", ""])
def test_only_a_file_of_the_request_has_a_place(path: str) -> None:
    """The model never chooses what is commented on."""
    assert why_not(22, LOOP, path=path) == "its file was not part of the request"


def test_a_path_is_known_as_it_was_shown() -> None:
    """A path with stray bytes is written out in the prompt; the finding has the real one."""
    hunk = shown(a_hunk("+value = compute()", path="caf\udce9.py"))
    finding = placed(10, "value = compute()", within=(hunk,), path="caf\\u{dce9}.py")
    assert finding.path == "caf\udce9.py"


def test_a_quote_is_compared_with_what_was_shown() -> None:
    """The model quotes the redacted line, not the one with the secret in it."""
    hunk = shown(a_hunk("+key = 'hunter2'\n+use(key)", new=5), altered={5: "key = '[redacted]'"})
    assert placed(5, "key = '[redacted]'", within=(hunk,)).quote == "key = '[redacted]'"
    assert "its quote" in why_not(5, "key = 'hunter2'", within=(hunk,))


def test_parts_of_one_hunk_are_one_hunk() -> None:
    """Two overlapping parts in one request show some lines twice; those are still one place."""
    hunk = a_hunk("\n".join(f"+line number {number}" for number in range(1, 9)), new=1)
    parts = (shown(hunk, part=slice(0, 5)), shown(hunk, part=slice(3, 8)))
    assert placed(4, "line number 5", within=parts).line == 5
    assert placed(2, "line number 7", within=parts).line == 7


def test_a_range_ends_with_its_last_line() -> None:
    """GitHub names a range by its end and gives the beginning apart."""
    finding = placed(22, LOOP, end_line=23)
    assert (finding.start_line, finding.line) == (22, 23)
    assert finding.quote == f"{LOOP}\n        result += item.price"


def test_a_range_moves_with_its_line() -> None:
    """Who counts one off at the beginning does so at the end."""
    finding = placed(21, LOOP, end_line=22)
    assert (finding.start_line, finding.line) == (22, 23)


@pytest.mark.parametrize("end", [21, 27, 10**30, -5, 91])
def test_a_range_that_leaves_the_hunk_is_its_first_line(end: int) -> None:
    """Better one sure line than a review that GitHub refuses whole."""
    finding = placed(22, LOOP, end_line=end, suggestion="x")
    assert (finding.start_line, finding.line, finding.suggestion) == (None, 22, None)


def test_a_range_of_deleted_lines_holds_deleted_lines_only() -> None:
    """A comment on the left side cannot begin or end on a context line."""
    quote = "result = sum(item.price for item in items)"
    assert placed(11, quote, side="LEFT", end_line=12).start_line == 11
    assert placed(11, quote, side="LEFT", end_line=13).start_line is None


def test_a_range_does_not_survive_a_change_of_side() -> None:
    """Its numbers were counted in the other file."""
    assert placed(13, "log(result)", side="LEFT", end_line=14).start_line is None


def test_a_finding_is_named_by_where_it_begins() -> None:
    """The same finding with another range, or moved to other lines, is the same finding."""
    moved = shown(a_hunk("+        for item in items:\n+            pass", old=300, new=400))
    names = [placed(22, LOOP), placed(22, LOOP, end_line=23), placed(400, LOOP, within=(moved,))]
    assert len({finding.fingerprint for finding in names}) == 1


def test_texts_are_sanitised() -> None:
    """What the model writes reaches nobody by name, whether it found a place or not."""
    finding = placed(22, LOOP, title="ask @admin", body="ask @admin", category="@x")
    lost = place(a_raw(22, "nowhere to be seen", title="ask @admin", body="ask @admin", path="@x\n@y"), [CART])
    for text in (finding.title, finding.body, finding.category, lost.title, lost.body, lost.path):
        assert text.partition("@")[0].endswith("`")  # a mention in a code span calls nobody
        assert "\n" not in text


def test_a_finding_without_a_title_is_called_by_its_category() -> None:
    """A comment needs a first line."""
    assert placed(22, LOOP, title=" ").title == "bug"
