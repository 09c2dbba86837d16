"""What becomes of a triage's word: it may spare what is harmless, and lower nothing that is sensitive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.excerpt import Excerpt, Route, Tier
from bot.core.triage import SKIP_BELOW_RISK, TRIAGE, SortedOut, Verdict, Word, highest, may_skip, sort_out
from tests.unit.core.changes import excerpt, excerpts, hunk, modified

PLAIN = excerpt("src/a.py", "+x = 1")
SENSITIVE = excerpt("src/login.py", "+check(password)")


def sorted_out(*pairs: tuple[Excerpt, Word | None]) -> SortedOut:
    """What comes of these words, one an excerpt."""
    said = {one.name: word for one, word in pairs if word is not None}
    return sort_out([one for one, _ in pairs], said)


def test_what_triage_skips_is_left_out() -> None:
    """And nothing else is."""
    result = sorted_out((PLAIN, Word.SKIP), (SENSITIVE, Word.STANDARD))
    assert (result.skipped, result.excerpts) == ((PLAIN,), (SENSITIVE,))


@pytest.mark.parametrize(
    "kept",
    [
        SENSITIVE,
        replace(PLAIN, risk=SKIP_BELOW_RISK),
        excerpt(".github/workflows/a.yml", "+run: make"),
        excerpt("migrations/0002.py", "+x = 1"),
        replace(PLAIN, twins=(hunk("src/auth/b.py", "+x = 1"),)),
    ],
)
def test_risk_and_sensitive_words_cannot_be_skipped(kept: Excerpt) -> None:
    """Whatever a pull request talks the cheap model into: the rules' route holds, and says why."""
    assert not may_skip(kept)
    result = sorted_out((kept, Word.SKIP))
    assert (result.skipped, result.excerpts) == ((), (kept,))
    assert "too risky for triage to skip" in result.routes[0].why


def test_sensitive_code_is_not_lowered() -> None:
    """It is reviewed no more cheaply than by the rules; harmless code is."""
    result = sorted_out((SENSITIVE, Word.CHEAP))
    assert result.routes == (Route(Tier.STANDARD, "source, too sensitive for triage to lower"),)
    assert sorted_out((PLAIN, Word.CHEAP)).routes == (Route(Tier.CHEAP, "triage"),)


def test_what_is_not_named_goes_by_the_rules() -> None:
    """An answer that forgets a hunk loses none."""
    result = sorted_out((PLAIN, None))
    assert result.routes == (Route(Tier.STANDARD, "source, not named by triage"),)


def test_equal_changes_share_the_highest_fate() -> None:
    """One that is kept keeps the others, on its tier, so that one cause becomes one finding."""
    changed = ["+value = compute()"] * 700
    one, other = excerpt("src/a.py", " a", *changed), excerpt("src/b.py", " b", *changed)
    one, other = replace(one, risk=40), replace(other, risk=40)
    result = sorted_out((one, Word.SKIP), (other, Word.STRONG))
    assert result.skipped == ()
    assert {route.tier for route in result.routes} == {Tier.STRONG}


def test_the_parts_of_a_hunk_share_its_fate() -> None:
    """A hunk of which only a part is skipped would never count as reviewed, nor as left out."""
    first, second = replace(PLAIN, part=(1, 2)), replace(PLAIN, part=(2, 2))
    result = sort_out([first, second], {PLAIN.name: Word.SKIP})
    assert result.skipped == (first, second)


def test_of_two_words_the_higher_counts() -> None:
    """An answer that contradicts itself is read with care."""
    words = [Verdict(id=1, tier=Word.STRONG), Verdict(id=1, tier=Word.SKIP), Verdict(id=2, tier=Word.CHEAP)]
    assert highest(words) == {1: Word.STRONG, 2: Word.CHEAP}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"hunks": [{"id": 1}]}',
        '{"hunks": [{"id": "1", "tier": "skip"}]}',
        '{"hunks": [{"id": 1, "tier": "x"}]}',
    ],
)
def test_an_answer_that_breaks_the_contract_is_refused(text: str) -> None:
    """Then the rules decide, and the call counts as wasted."""
    with pytest.raises(ValueError, match=r"validation error"):
        TRIAGE.parse(text)


def test_the_contract_is_one_that_structured_output_takes() -> None:
    """Closed objects, all fields required, no keyword that is refused."""
    item = TRIAGE.schema["properties"]["hunks"]["items"]
    assert item["required"] == ["id", "tier"]
    assert item["additionalProperties"] is TRIAGE.schema["additionalProperties"] is False
    assert item["properties"]["tier"] == {"enum": ["skip", "cheap", "standard", "strong"], "type": "string"}


def test_order_is_the_diffs() -> None:
    """Packing relies on it."""
    three = excerpts(*(modified(path, hunk(path, f"+{path[0]} = 1")) for path in ("c.py", "a.py", "b.py")))
    result = sort_out(three, {three[1].name: Word.SKIP})
    assert [one.path for one in result.excerpts] == ["c.py", "b.py"]
