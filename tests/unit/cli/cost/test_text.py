from __future__ import annotations

import io
from decimal import Decimal

from bot.cli.cost.text import report_as_renderable, shown
from bot.cli.text import console_on
from bot.core.cost.report import Column, Kind, Report, Table

COLUMNS = (
    Column("name", "Name"),
    Column("spent_usd", "Spent", Kind.USD),
    Column("hidden", "Only for programs", Kind.COUNT, detail=True),
    Column("of_dearest", "", Kind.BAR),
)
REPORT = Report(
    "r",
    "Title",
    "always",
    (Table("t", "Table", COLUMNS, (("a" * 30, Decimal("1234.5"), 5, 1.0), ("b\x1b[31m", Decimal(1), 6, 0.5)), None),),
)


def printed(width: int) -> str:
    """The report on a terminal of that width."""
    stream = io.StringIO()
    console_on(stream, width).print(report_as_renderable(REPORT), crop=False)
    return stream.getvalue()


def test_no_digit_is_lost() -> None:
    """On a terminal that is too narrow, names are broken, figures and bars are not."""
    text = printed(20)
    assert "$1,234.5000" in text
    assert "#" * 20 in text
    assert text.count("a") >= 30


def test_details_are_for_programs() -> None:
    """A column that a terminal has no room for is left out."""
    assert "Only for programs" not in printed(100)


def test_what_others_wrote_is_harmless() -> None:
    """A name with an escape sequence does not reach the terminal as one."""
    assert "\x1b" not in printed(100)


def test_changes_have_a_sign() -> None:
    """More and less are told apart at a glance, and what is not known is blank."""
    column = Column("change", "Change", Kind.CHANGE)
    assert [shown(column, value) for value in (0.125, -0.5, None)] == ["+12.5%", "-50.0%", ""]
