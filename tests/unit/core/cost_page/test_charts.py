from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.cost_page.charts import day_chart, hour_chart, marks, month_chart
from bot.core.cost_page.facts import Outlook
from tests.cost_months import asked, facts_of, filled_ledger

FACTS = facts_of(filled_ledger(), asked(budget=Decimal(3_000)))


@pytest.mark.parametrize("draw", [day_chart, month_chart, hour_chart])
def test_charts_stand_still_and_load_nothing(draw: object) -> None:
    """A chart is geometry: no script, no style of its own, no address."""
    assert callable(draw)
    for drawn in draw(FACTS):
        root = ET.fromstring(drawn)  # noqa: S314  # our own
        assert {node.tag for node in root.iter()} <= {"svg", "g", "rect", "path", "text", "title"}
        assert not [name for node in root.iter() for name in node.attrib if name.startswith("on") or name == "style"]
        assert "//" not in drawn
        assert root.get("role") == "img"
        assert "chart" in (root.get("aria-label") or "")


def test_the_same_facts_give_the_same_bytes() -> None:
    """A page made again is the same page: no day of making and no random name is in it."""
    assert day_chart(FACTS) == day_chart(FACTS)
    assert month_chart(FACTS) == month_chart(FACTS)


def test_each_day_has_its_bar_in_proportion() -> None:
    """The bars of a month without gaps are as high as its days are dear."""
    root = ET.fromstring(day_chart(FACTS)[0])  # noqa: S314  # our own
    rects = [float(node.get("height") or 0) for node in root.iter() if node.tag.endswith("rect")]
    heights = [settled + unsettled for settled, unsettled in zip(rects[:30], rects[30:], strict=True)]
    per_dollar = heights[0] / float(FACTS.days[0].spent_usd)
    for height, day in zip(heights, FACTS.days, strict=False):
        assert height == pytest.approx(per_dollar * float(day.spent_usd), abs=0.3)
    assert heights[26:] == [0, 0, 0, 0]


def test_bars_say_what_they_stand_for() -> None:
    """Whoever points at a bar reads its day and its dollars."""
    assert "<title>Sun 1 November: $33.23</title>" in day_chart(FACTS)[0]
    assert "<title>09:00 to 09:59: $" in hour_chart(FACTS)[1]


def test_the_months_lines() -> None:
    """This month, the one before and the budget are there; where it is heading, while there is a way to go."""
    heading = replace(FACTS, outlook=Outlook(Decimal(2_000), Decimal(1_900), Decimal(2_100), 0.8))
    assert "s0-before s1-now s2-low s3-high s4-expected s5-budget" in month_chart(heading)[0]
    over = replace(heading, until=FACTS.period.end, budget_usd=None)
    assert 'class="chart wide month s0-before s1-now"' in month_chart(over)[0]


def test_the_line_of_the_forecast_ends_at_the_forecast() -> None:
    """The dashed line leads from today's sum to the end that is expected, on the month's last day."""
    end = Decimal(3_000)
    heading = replace(FACTS, outlook=Outlook(end, end, end, 0.8))
    root = ET.fromstring(month_chart(heading)[0])  # noqa: S314  # our own
    lines = [node.get("d") or "" for node in root.iter() if "line reactive" in (node.get("class") or "")]
    points = [re.findall(r"([\d.]+) ([\d.]+)", line) for line in lines]
    now, expected, budget = points[1], points[4], points[5]
    assert expected[0] == now[-1]
    assert expected[-1][1] == budget[0][1]
    assert expected[-1][0] == budget[29][0]


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ("0", [0.0, 1.0]),
        ("47.38", [0.0, 20.0, 40.0, 60.0]),
        ("1000", [0.0, 500.0, 1000.0]),
        ("0.004", [0.0, 0.001, 0.002, 0.003, 0.004]),
    ],
)
def test_marks_are_round_and_reach_the_top(top: str, expected: list[float]) -> None:
    """Nothing is drawn beyond the last mark, and a reader can count with the marks."""
    assert marks(Decimal(top)) == pytest.approx(expected)
