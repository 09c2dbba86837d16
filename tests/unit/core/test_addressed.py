from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.addressed import addressed, found_again, open_threads
from bot.core.comment import comment_body
from bot.core.diff.model import Diff
from bot.core.finding import Finding, Place
from bot.core.fingerprint import fingerprint
from bot.core.known_diff import KnownDiff
from bot.core.marks import ADDRESSED_MARK, AGAIN_MARK
from bot.core.pull_request import PostedInline
from bot.core.reuse import hunk_key
from tests.unit.core.pushed import diff_of, finding_at, thread

BEFORE = diff_of({"cart.py": {1: [" import os", "+total = price(items)", " end"]}})
FOUND = finding_at(BEFORE.files[0].hunks[0], 2)
CHANGED = {1: [" import os", "+total = sum(items)", " end"]}
OTHER = {40: ["+send(total)", " ok"]}


def known(diff: Diff, *fresh: int, earlier: tuple[int, ...] = (), whole: bool = True) -> KnownDiff:
    """A diff of which the hunks with these numbers were reviewed in this run, or before it."""
    keys = [hunk_key(hunk) for file in diff.files for hunk in file.hunks]
    return KnownDiff(diff, frozenset(keys[one] for one in fresh), frozenset(keys[one] for one in earlier), whole)


def comment(finding: Finding = FOUND, **changes: object) -> PostedInline:
    """The inline comment that an earlier run posted for a finding."""
    return thread(comment_body(finding, scrub=str), **changes)


def test_a_hunk_reviewed_again_without_the_finding_answers_it() -> None:
    """That is what an answer means."""
    now = diff_of({"cart.py": CHANGED})
    assert addressed([comment()], [], known(now, 0)) == (comment(),)


def test_a_finding_found_again_is_not_addressed() -> None:
    """By its fingerprint, wherever it stands now, or by its line."""
    now = diff_of({"cart.py": CHANGED})
    for again in (replace(FOUND, line=9), replace(FOUND, fingerprint="f" * 20, quote="")):
        assert addressed([comment()], [again], known(now, 0)) == ()
    elsewhere = replace(FOUND, line=9, fingerprint="f" * 20, quote="", also_at=(Place("cart.py", 2),))
    assert addressed([comment()], [elsewhere], known(now, 0)) == ()


@pytest.mark.parametrize("line", [2, None])
def test_a_hunk_that_was_not_reviewed_answers_nothing(line: int | None) -> None:
    """Reused or left for the budget: nobody looked."""
    now = diff_of({"cart.py": CHANGED | OTHER})
    assert addressed([comment(line=line)], [], known(now, 1)) == ()
    reused = diff_of({"cart.py": BEFORE_HUNK | OTHER})
    assert addressed([comment(line=line)], [], known(reused, 1, earlier=(0,))) == ()


BEFORE_HUNK = {1: [" import os", "+total = price(items)", " end"]}


def test_an_outdated_comment_is_answered_when_its_file_was_reviewed_to_the_end() -> None:
    """The host knows its line no more; the line is in none of the hunks that were not looked at."""
    now = diff_of({"cart.py": CHANGED | OTHER})
    assert addressed([comment(line=None)], [], known(now, 0, earlier=(1,)))
    assert not addressed([comment(line=None)], [], known(now, 0))


def test_what_is_gone_from_the_diff_is_addressed() -> None:
    """Unless the host withheld something: then nobody knows that it is gone."""
    now = diff_of({"other.py": OTHER})
    assert addressed([comment(line=None)], [], known(now))
    assert not addressed([comment(line=None)], [], known(now, whole=False))
    unreadable = replace(now.files[0], path="cart.py", hunks=(), unreadable="it is a combined diff")
    assert not addressed([comment(line=None)], [], known(Diff((unreadable,))))


def test_a_comment_that_speaks_of_further_places_waits_for_all_of_them() -> None:
    """One fixed place of two does not address what was said about both."""
    finding = replace(FOUND, also_at=(Place("tax.py", 5),))
    stays = {5: ["+total = price(items)"]}
    now = diff_of({"cart.py": CHANGED, "tax.py": stays})
    assert addressed([comment(finding)], [], known(now, 0, earlier=(1,))) == ()
    assert addressed([comment(finding)], [], known(now, 0, 1)) == (comment(finding),)
    twice = replace(FOUND, also_at=(Place("cart.py", 30),))
    now = diff_of({"cart.py": CHANGED | {30: ["+total = price(items)"]}})
    assert addressed([comment(twice)], [], known(now, 0, earlier=(1,))) == ()
    assert addressed([comment()], [], known(now, 0, earlier=(1,))) == (comment(),)


def test_replies_and_comments_without_a_finding_are_left_alone() -> None:
    """Only what states a finding can be addressed."""
    now = diff_of({"cart.py": CHANGED})
    assert addressed([thread("Thank you."), comment(reply_to=9, id=10)], [], known(now, 0)) == ()


def test_our_last_word_counts() -> None:
    """Addressed, found again, addressed again: each is said once."""
    threads = [comment()]
    assert open_threads(threads) == (comment(),)
    assert found_again(threads, [FOUND]) == ()
    threads.append(thread(f"Done.\n\n{ADDRESSED_MARK}", id=2, reply_to=1))
    assert open_threads(threads) == ()
    assert found_again(threads, [FOUND]) == (comment(),)
    assert found_again(threads, []) == ()
    threads.append(thread(f"Again.\n\n{AGAIN_MARK}", id=3, reply_to=1))
    assert open_threads(threads) == (comment(),)
    assert found_again(threads, [FOUND]) == ()


def test_a_redacted_line_is_known_by_how_it_was_shown() -> None:
    """A fingerprint is made of the line as the model saw it, so the search for it must be too."""
    key = "AKIA" + "Q3EGRZ7XNPLMK2T5"
    diff = diff_of({"cart.py": {1: [f'+key = "{key}"']}})
    name = fingerprint("cart.py", FOUND.side, ['key = "[redacted: AWS key]"'])
    assert name in KnownDiff(diff, frozenset()).unseen_lines()
