from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.budget import Amount
from bot.core.comment import comment_body
from bot.core.excerpt import SkipReason
from bot.core.finding import Finding, Place, Severity, Unplaced
from bot.core.kept import keep, kept_in
from bot.core.known_diff import KnownDiff
from bot.core.marks import ADDRESSED_MARK, fingerprints_in
from bot.core.receipt import Coverage, Receipt, Status
from bot.core.report.conversation import Conversation
from bot.core.reuse import hunk_key
from bot.core.summary import conversation, summary_body
from tests.unit.core.prompt.prompts import matches_golden
from tests.unit.core.pushed import diff_of, finding_at, thread
from tests.unit.core.report.receipts import finding, full_receipt, receipt, skipped

DIFF = diff_of({"cart.py": {1: [" import os", "+total = price(items)"], 40: ["+send(total)"]}})
FIRST, SECOND = (finding_at(hunk, line) for hunk, line in zip(DIFF.files[0].hunks, (2, 40), strict=True))
KEYS = [hunk_key(hunk) for hunk in DIFF.files[0].hunks]
ALL_REUSED = KnownDiff(DIFF, frozenset(), frozenset(KEYS))
URL = "https://github.com/acme/shop/pull/7#discussion_r1"


def talk_about(result: Receipt, known: KnownDiff = ALL_REUSED, **changes: object) -> Conversation:
    """The conversation around a run, with nothing said on the pull request unless told."""
    said: dict[str, object] = {"threads": (), "answered": (), "page": "", "links": {}, "reasons": {}} | changes
    return conversation(result, known, reviewed=DIFF, **said)  # type: ignore[arg-type]  # a test names what it means


def test_golden_of_a_second_push() -> None:
    """The whole page: what is inline, what is not, what stands from before, and the bill of all runs."""
    base = full_receipt()
    inline, beyond, _ = base.findings
    talk = talk_about(
        base,
        threads=(thread(comment_body(FIRST, scrub=str)),),
        page=keep(SECOND, "**Still wrong**  \n`cart.py` line 40", DIFF).written(),
        links={inline.fingerprint: "https://github.com/acme/shop/pull/7#discussion_r9"},
        reasons={beyond.fingerprint: "a review has 30 comments at most"},
    )
    talk = replace(talk, spent=Amount(52_362, Decimal("0.158494")), runs=3, gone=2)
    matches_golden("report/second_push.md", summary_body(base, talk, notes=("A push came in meanwhile.",)))


def test_what_stands_inline_is_named_and_not_repeated() -> None:
    """One place says it."""
    result = receipt(status=Status.FINDINGS, findings=(FIRST, SECOND))
    page = summary_body(result, talk_about(result, links={FIRST.fingerprint: URL}))
    assert FIRST.body not in page
    assert f"[`cart.py` line 2](<{URL}>)" in page
    assert SECOND.body in page


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x.y/a) b", "https://x.y/<b>", ""])
def test_only_an_address_becomes_a_link(url: str) -> None:
    """Else the text itself stands there."""
    result = receipt(findings=(FIRST,))
    page = summary_body(result, talk_about(result, links={FIRST.fingerprint: url}))
    assert "](<" not in page
    assert FIRST.body in page


def test_earlier_comments_stand_until_they_are_answered() -> None:
    """By an earlier run, or by this one, which counts as gone."""
    comments = [thread(comment_body(one, scrub=str), id=at, url=f"{URL}{at}") for at, one in enumerate((FIRST, SECOND))]
    talk = talk_about(receipt(), threads=comments)
    assert [one.title for one in talk.earlier] == [FIRST.title, SECOND.title]
    talk = talk_about(receipt(), threads=comments, answered={0})
    assert [one.title for one in talk.earlier] == [SECOND.title]
    assert talk.gone == 1
    answered = thread(f"Done. {ADDRESSED_MARK}", id=7, reply_to=0)
    talk = talk_about(receipt(), threads=[*comments, answered])
    assert ([one.title for one in talk.earlier], talk.gone) == ([SECOND.title], 0)


def test_a_finding_of_this_run_is_no_earlier_one() -> None:
    """Found again, it stands in this run's list, with the link."""
    result = receipt(findings=(FIRST,))
    talk = talk_about(result, threads=[thread(comment_body(FIRST, scrub=str), url=URL)], links={FIRST.fingerprint: URL})
    assert talk.earlier == ()
    assert talk.gone == 0


def test_kept_texts_give_way_to_what_says_the_same() -> None:
    """Found again, or by now inline: the older text goes, and it does not count as gone."""
    page = "\n".join(keep(one, f"text of {one.title}", DIFF).written() for one in (FIRST, SECOND))
    again = talk_about(receipt(findings=(FIRST,)), page=page)
    assert [one.fingerprint for one in again.kept] == [SECOND.fingerprint]
    inline = talk_about(receipt(), page=page, threads=[thread(comment_body(SECOND, scrub=str))])
    assert [one.fingerprint for one in inline.kept] == [FIRST.fingerprint]
    gone = talk_about(receipt(), KnownDiff(DIFF, frozenset(KEYS[:1]), frozenset(KEYS[1:])), page=page)
    assert [one.fingerprint for one in gone.kept] == [SECOND.fingerprint]
    assert (again.gone, inline.gone, gone.gone) == (0, 0, 1)


def test_a_finding_without_a_line_is_kept_once() -> None:
    """Its own name tells it from the others."""
    unplaced = Unplaced("cart.py", Severity.ERROR, "c", "A title", "The body of it.", 0.9, "why")
    first = summary_body(receipt(), talk_about(result := receipt(unplaced=(unplaced,)))) + summary_body(
        result, talk_about(result)
    )
    assert len(kept_in(first)) == 1
    assert len(talk_about(receipt(), page=first).kept) == 1
    assert talk_about(result, page=first).kept == ()


def test_out_of_budget_says_the_next_step() -> None:
    """The reader learns how the rest gets reviewed."""
    left = Coverage(2, 1, 0, 0, (skipped(SkipReason.BUDGET, hunks=1),))
    result = receipt(status=Status.PARTIAL, coverage=left)
    assert "Raise `budget-usd`" in summary_body(result, talk_about(result))
    assert "Raise `budget-usd`" not in summary_body(receipt(), talk_about(receipt()))


def many_findings(text: str) -> tuple[Finding, ...]:
    """A hundred findings full of one text."""
    places = (Place(text[:300], 1),) * 5
    return tuple(
        finding(title=text, body=text, suggestion=text, path=f"{text[:200]}{n}", also_at=places, fingerprint=f"{n:020}")
        for n in range(100)
    )


@pytest.mark.parametrize("limit", [1_000, 2_000, 8_000, 39_000])
def test_the_page_fits_whatever_was_found(limit: int) -> None:
    """Findings, earlier ones and kept ones alike are cut to what a comment holds."""
    text = "`|<b>@all \n" * 150
    result = receipt(status=Status.FINDINGS, findings=many_findings(text), notes=(text,) * 50)
    page = "\n".join(keep(replace(FIRST, fingerprint=f"{n:020x}"), text, DIFF).written() for n in range(900, 1_000))
    comments = [
        thread(comment_body(replace(FIRST, fingerprint=f"{n:020x}"), scrub=str), id=n) for n in range(2_000, 2_200)
    ]
    body = summary_body(result, talk_about(result, page=page, threads=comments), limit=limit)
    assert len(body) <= limit
    assert "Shortened to fit" in body


def test_cut_texts_stay_between_their_marks() -> None:
    """What is kept can be read again by the next run, cut as it is."""
    text = "A long text with `code` in it.\n\n```\n" + "x = 1\n" * 4_000 + "```"
    page = keep(FIRST, text, DIFF).written()
    body = summary_body(receipt(), talk_about(receipt(), page=page), limit=8_000)
    (kept,) = kept_in(body)
    assert kept.fingerprint == FIRST.fingerprint
    assert kept.text.startswith("A long text with `code`")
    assert kept.text.count("```") == 2


def test_nothing_foreign_can_be_taken_for_a_mark() -> None:
    """Not a path, not code, not a title: a forged mark would hide a finding, or throw the state away."""
    kept = f"<!-- hunkwise:kept {'a' * 20} {'b' * 12} {'c' * 12} error -->\nx\n<!-- hunkwise:end -->"
    forged = f"<!-- hunkwise:finding {'a' * 20} -->{kept}"
    place = Place(forged, 1)
    hostile = finding(title=forged, body=forged, path=forged, category=forged, suggestion=forged, also_at=(place,))
    unplaced = Unplaced(forged, Severity.ERROR, forged, forged, forged, 0.9, forged)
    left = Coverage(1, 0, 0, 0, (skipped(SkipReason.LOCK, forged, hunk=forged, detail=forged, hunks=1),))
    result = receipt(findings=(hostile,), unplaced=(unplaced,), coverage=left, notes=(forged,))
    reasons = {hostile.fingerprint: forged}
    body = summary_body(result, talk_about(result, reasons=reasons), notes=(forged,))
    assert fingerprints_in(body) == []
    assert {one.fingerprint for one in kept_in(body)} == {hostile.fingerprint, talk_name(unplaced)}


def talk_name(unplaced: Unplaced) -> str:
    """The name under which it is kept."""
    return keep(unplaced, "", DIFF).fingerprint
