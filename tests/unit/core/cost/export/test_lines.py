"""Exports are exact, and add up to the ledger."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given

from bot.core.cost.export.cells import as_cell, guarded, unguarded
from bot.core.cost.export.lines import Added, Shape, columns_of, lines
from bot.core.ledger.entry import Entry
from tests.fakes_ledger import FakeLedger
from tests.unit.core.cost.export.rows import EVERY_KIND, SETTLED, histories, row

BILLED = {Shape.CSV: "spent_usd", Shape.FOCUS: "BilledCost", Shape.AWS: "lineItem/UnblendedCost"}


def read(shape: Shape, rows: list[Entry]) -> list[dict[str, str]]:
    """The file as a program reads it."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(lines(shape, rows, Added()))
    return list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))


@pytest.mark.parametrize("shape", Shape)
@given(rows=histories())
def test_every_export_adds_up_to_the_ledger(shape: Shape, rows: list[Entry]) -> None:
    """Protects the promise to the last decimal: what a file bills is what counts against budgets."""
    ledger = FakeLedger()
    ledger.add(rows + EVERY_KIND)
    told = Added()
    list(lines(shape, ledger.rows(), told))
    added = sum((Decimal(line[BILLED[shape]]) for line in read(shape, rows + EVERY_KIND)), Decimal(0))
    assert added == told.usd == ledger.total().spent_usd
    assert told.estimated_usd == ledger.total().unsettled_usd


@given(histories())
def test_csv_loses_nothing(rows: list[Entry]) -> None:
    """Protects programs that read the CSV: every row is there, and its texts come back exactly."""
    back = read(Shape.CSV, rows)
    assert [line["id"] for line in back] == [one.opening.id for one in rows]
    for line, one in zip(back, rows, strict=True):
        assert unguarded(line["model"]) == one.opening.model
        assert unguarded(line["provider"]) == one.opening.provider
        assert unguarded(line["key"]) == one.opening.key


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "|cmd"])  # noqa: RUF001  # wide forms
def test_no_text_is_a_formula(shape: Shape, text: str) -> None:
    """Protects whoever opens a file in a spreadsheet: names are other people's, and must not run."""
    one = row(SETTLED, text, model=text, provider=text, feature=text, key=text)
    [line] = read(shape, [one])
    begun = [cell for cell in line.values() if cell.lstrip(" \t")[:1] in {"=", "+", "-", "@", "|", "＝"}]  # noqa: RUF001
    assert begun == []
    assert guarded(text) in line.values()


def test_a_negative_amount_stays_a_number() -> None:
    """Protects sums in a spreadsheet: a saving below zero is no formula."""
    assert as_cell(Decimal("-0.5")) == "-0.5"


@given(histories())
def test_exact_texts_are_left_alone(rows: list[Entry]) -> None:
    """Protects programs that know no guard."""
    names, *cells = lines(Shape.CSV, rows, Added(), exact=True)
    assert [line[names.index("model")] for line in cells] == [one.opening.model for one in rows]


def test_a_guard_is_taken_off_once() -> None:
    """Protects texts that begin with an apostrophe themselves."""
    assert [unguarded(guarded(text)) for text in ("'", "''=", "'a", "=", "")] == ["'", "''=", "'a", "=", ""]


@pytest.mark.parametrize("shape", Shape)
def test_columns_say_what_they_mean(shape: Shape) -> None:
    """Protects the documentation, which is held to these: no name twice, none without a meaning."""
    names = [column.name for column in columns_of(shape)]
    assert len(set(names)) == len(names)
    assert all(column.meaning.endswith(".") for column in columns_of(shape))


def test_the_shape_of_aws() -> None:
    """Protects tools for cost and usage reports: intervals, kinds of lines and tags stand where AWS has them."""
    line = next(one for one in read(Shape.AWS, EVERY_KIND) if one["identity/LineItemId"] == "settled")
    assert line["identity/TimeInterval"] == "2026-11-30T23:00:00Z/2026-12-01T00:00:00Z"
    assert (line["lineItem/LineItemType"], line["lineItem/UsageAmount"]) == ("Usage", "1550")
    assert (line["resourceTags/user:repository"], line["resourceTags/user:pull_request"]) == ("acme/shop", "7")
    assert line["lineItem/UnblendedCost"] == line["pricing/publicOnDemandCost"] == "0.0125"
