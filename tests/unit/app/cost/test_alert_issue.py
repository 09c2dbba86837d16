"""Alerts as issues: one for each topic, nothing said twice, and nothing in them that acts."""

from __future__ import annotations

import pytest

from bot.app.cost.alert_issue import LABEL, IssueTarget
from bot.core.cost.alert import Rule
from bot.errors import HostUnavailable
from tests.fakes_alerts import FakeIssues, an_alert

MONDAY = an_alert(Rule.BUDGET_SPENT, "day:2026-11-23")
TUESDAY = an_alert(Rule.BUDGET_SPENT, "day:2026-11-24")


def test_the_first_opens_an_issue_and_later_ones_of_its_topic_comment() -> None:
    """A week of spent budgets is one conversation; another rule is another issue."""
    desk = FakeIssues()
    target = IssueTarget(desk, "octo/shop")
    for alert in (MONDAY, TUESDAY, an_alert(Rule.SPIKE)):
        target.deliver(alert)
    assert [issue.title for issue, _ in desk.issues] == ["Hunkwise: An hour cost $12.00"] * 2
    assert {label for _, label in desk.issues} == {LABEL}
    assert len(desk.said[1]) == 1
    assert MONDAY.sentence in desk.issues[0][0].body


@pytest.mark.parametrize("before", [(), (MONDAY,)], ids=["as an issue", "as a comment"])
def test_what_was_said_is_not_said_again_where_the_answer_was_lost(before: tuple[object, ...]) -> None:
    """GitHub may have done what it did not answer: the next run looks before it says it again."""
    desk = FakeIssues()
    target = IssueTarget(desk, "octo/shop")
    if before:
        target.deliver(MONDAY)
    desk.lost_after = 1
    with pytest.raises(HostUnavailable):
        target.deliver(TUESDAY)
    target.deliver(TUESDAY)
    assert len(desk.issues) + sum(map(len, desk.said.values())) == len(before) + 1


def test_a_strangers_mark_silences_nothing() -> None:
    """Whoever copies an alert's mark into an issue or a comment of their own must not swallow the next alert."""
    desk = FakeIssues()
    target = IssueTarget(desk, "octo/shop")
    target.deliver(MONDAY)
    told = desk.issues[0][0].body
    forged = FakeIssues()
    forged.open_as("mallory", "x", told, LABEL)
    IssueTarget(forged, "octo/shop").deliver(MONDAY)
    assert len(forged.issues) == 2
    elsewhere = FakeIssues()
    IssueTarget(elsewhere, "octo/shop").deliver(TUESDAY)
    desk.say_as("mallory", 1, elsewhere.issues[0][0].body)
    target.deliver(TUESDAY)
    assert [one.author for one in desk.said[1]] == ["mallory", desk.login]


def test_hostile_names_do_nothing_in_an_issue() -> None:
    """A repository's name from a receipt neither mentions, nor links, nor draws, nor ends the hidden mark."""
    desk = FakeIssues()
    hostile = "octo/shop --> @everyone <img src=x> [click](https://evil.example) #1"
    IssueTarget(desk, "octo/shop").deliver(an_alert(subject=hostile))
    body = desk.issues[0][0].body
    shown, _, marks = body.partition("<!-- hunkwise:")
    assert "`@everyone`" in shown
    assert "<img" not in shown
    assert "](https" not in shown
    assert marks.count("-->") == 2
