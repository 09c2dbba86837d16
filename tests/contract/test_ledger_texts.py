"""Texts as they come from outside: whatever a repository, a path or a login is, it stops no review and no report."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.ledger.account import Account, Scope
from bot.core.ledger.entry import FindingRow, RateRow
from bot.core.ledger.sums import Field, Where
from tests.contract.ledgers import ADA, EVERYBODY, NOON, Kept, answered, ended, limit, open_kept, opening, whole

LONG = "".join(random.Random(5).choices("abcdefghijklmnopqrstuvwxyz0123456789é", k=20_000))  # noqa: S311  # what no index can hold
ODD = {
    "a byte of zero": "caf\0e",
    "half a character": "src/caf\udce9.py",
    "both halves": "\ud83d\ude00",
    "quotes": "Robert'); DROP TABLE hunkwise_entries;-- %s :name {x} \\",
    "another script": "分析/العربية/🙂",
    "lines": "a\r\nb\tc\x1b[31m\u2028",
    "long": LONG,
    "spaces": "  ",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_any_text_can_be_written_and_found(kept: Kept, text: str) -> None:
    """Paths hold bytes that are no UTF-8, and branches hold anything: a ledger takes it and finds it again."""
    run = replace(ADA, run_id=text, repository=text, author=text, team=text, prompt_hash=text, sections={text: 5})
    one = opening("0.02", id=text, why=text, key=text, kinds={text: 1})
    author = Account(Scope.AUTHOR, text, EVERYBODY.period)
    kept.book.begin_run(run)
    assert kept.book.reserve(run, [one], [limit("0.05", author)]) is None
    assert kept.book.reserve(run, [opening("0.04")], [limit("0.05", author)]) is not None
    assert kept.book.settle(text, answered("0.01", outcome=text, request_id=text))
    assert kept.book.add([whole(run, "0.01", id=text)]) == 0
    assert kept.book.committed(author, simulated=False) == kept.book.spent_on(run).usd == Decimal("0.01")
    kept.book.end_run(run, ended(run, status=text, findings=(FindingRow(text, text, text, text, posted=True),)))
    kept.book.note_rates([RateRow(text, text, text, "requests", 1, 1, NOON)])
    narrow = Where(repository=text, author=text, team=text)
    assert kept.reader.total(narrow).rows == 1
    assert len(list(kept.reader.groups(list(Field), narrow))) == 1
    assert len(list(kept.reader.runs(narrow))) == len(kept.reader.sections(narrow)) == 1
    assert (len(kept.reader.findings(narrow)), len(kept.reader.rates()), len(kept.reader.accounts(NOON))) == (1, 1, 1)
    assert len(list(kept.reader.rows(narrow))) == 1


@pytest.mark.parametrize("text", ["caf\0e", "src/caf\udce9.py"])
def test_what_cannot_be_stored_is_replaced_in_what_is_kept(place: str, text: str) -> None:
    """A reader sees that something stood there."""
    kept = open_kept(place)
    kept.book.add([whole(ADA, why=text)])
    [row] = kept.reader.rows()
    assert row.opening.why.startswith(text[:3])
    assert "\N{REPLACEMENT CHARACTER}" in row.opening.why
    kept.close()


def test_long_texts_that_begin_alike_stay_apart(kept: Kept) -> None:
    """A key that is cut still tells one repository from another."""
    first, second = replace(ADA, repository=LONG + "a"), replace(ADA, repository=LONG + "b")
    kept.book.add([whole(first, "1"), whole(second, "2")])
    assert [kept.reader.total(Where(repository=run.repository)).cost_usd for run in (first, second)] == [1, 2]
    assert len(list(kept.reader.groups([Field.REPOSITORY]))) == 2


def test_groups_sort_alike_on_every_database(kept: Kept) -> None:
    """By code points, whatever language the database sorts in: reports do not differ with where the ledger is."""
    names = ["Zoe", "ada", "_bot", "Ben", "éva", "ada-2", "ada2", "ADA", ""]
    kept.book.add([whole(replace(ADA, author=name)) for name in names])
    assert [group.key[0] for group in kept.reader.groups([Field.AUTHOR])] == sorted(names)
