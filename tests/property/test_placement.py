from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.core.diff.model import Hunk, Side
from bot.core.finding import Finding
from bot.core.place import place
from tests.unit.core.placing import PATH, a_hunk, a_raw, shown

if TYPE_CHECKING:
    from bot.core.answer import RawFinding
    from bot.core.shown import ShownHunk

CODE = st.sampled_from(["", "}", "return total", "    return total", "value = compute(item)", "if value:", "# résumé"])
ROWS = st.lists(st.tuples(st.sampled_from(" +-"), CODE), min_size=1, max_size=12)


@st.composite
def hunks(draw: st.DrawFn) -> list[Hunk]:
    """A file's hunks in order, with gaps between them."""
    found: list[Hunk] = []
    old = new = 1
    for rows in draw(st.lists(ROWS, min_size=1, max_size=3)):
        gap = draw(st.integers(1, 5))
        found.append(a_hunk("\n".join(mark + code for mark, code in rows), old=old + gap, new=new + gap))
        old, new = old + gap + found[-1].old_count, new + gap + found[-1].new_count
    return found


@st.composite
def requests(draw: st.DrawFn) -> tuple[list[Hunk], list[ShownHunk], RawFinding]:
    """What was shown, and an answer to it: true, shifted, or garbage."""
    file = draw(hunks())
    seen = [shown(hunk, altered=draw(st.dictionaries(st.integers(1, 40), st.just("[redacted]")))) for hunk in file]
    lines = [line for hunk in seen for line in hunk.lines]
    line = draw(st.sampled_from(lines))
    others = st.integers(-3, 60)
    raw = a_raw(
        draw(st.just(line.number) | st.integers(line.number - 4, line.number + 4) | others),
        draw(st.just(line.text) | st.just(line.text[2:]) | CODE | st.text(max_size=9) | st.just(f"{line.text}\nx")),
        end_line=draw(st.none() | st.integers(line.number - 1, line.number + 5) | others),
        side=draw(st.just(line.side) | st.sampled_from(Side)),
        path=draw(st.just(PATH) | st.sampled_from(["x.py", ""])),
        suggestion=draw(st.none() | st.just("other()") | st.just(line.text)),
    )
    return file, seen, raw


@given(requests())
def test_whatever_is_placed_stands_on_lines_of_one_hunk(
    request: tuple[list[Hunk], list[ShownHunk], RawFinding],
) -> None:
    """GitHub refuses a whole review for one line off the diff."""
    file, seen, raw = request
    finding = place(raw, seen)
    if not isinstance(finding, Finding):
        return
    wanted = range(finding.start_line or finding.line, finding.line + 1)
    assert finding.start_line is None or finding.start_line < finding.line
    assert finding.path == PATH
    assert any(set(wanted) <= {line.number for line in hunk.lines if line.side is finding.side} for hunk in file)


@given(requests())
def test_the_place_reads_like_the_quote(request: tuple[list[Hunk], list[ShownHunk], RawFinding]) -> None:
    """No finding stands on a line that its quote does not name, and it stays in the hunk that holds its line."""
    _, seen, raw = request
    finding = place(raw, seen)
    if not isinstance(finding, Finding):
        return
    anchor = finding.quote.split("\n")[0].split()
    quoted = raw.quote.strip().split("\n")[0].split()
    assert "".join(quoted).lstrip("+- ") in "".join(anchor).lstrip("+- ") or "".join(quoted) in "".join(anchor)


@given(requests())
def test_a_suggestion_replaces_right_lines_shown_as_they_are(
    request: tuple[list[Hunk], list[ShownHunk], RawFinding],
) -> None:
    """One click would write over a secret, or over lines that were not meant."""
    _, seen, raw = request
    finding = place(raw, seen)
    if not isinstance(finding, Finding) or finding.suggestion is None:
        return
    wanted = range(finding.start_line or finding.line, finding.line + 1)
    lines = [line for hunk in seen for line in hunk.lines if line.side is Side.RIGHT and line.number in wanted]
    assert finding.side is Side.RIGHT
    assert len(lines) == len(wanted) == raw.length
    assert not any(line.altered for line in lines)
    assert finding.suggestion != "\n".join(line.text for line in lines)


@given(hunks(), st.data())
def test_a_true_answer_is_placed_where_it_says(file: list[Hunk], data: st.DataObject) -> None:
    """Line and quote of the same line always agree, however often its text stands in the file."""
    seen = [shown(hunk) for hunk in file]
    line = data.draw(st.sampled_from([line for hunk in seen for line in hunk.lines]))
    finding = place(a_raw(line.number, line.text, side=line.side), seen)
    assert isinstance(finding, Finding)
    assert (finding.side, finding.line) == (line.side, line.number)
