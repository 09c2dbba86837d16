"""What an IssueDesk promises, held against the fake and against the GitHub adapter over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.adapters.github.api import Pace
from bot.adapters.github.host import GitHubHost
from bot.app.cost.alert_issue import LABEL, IssueDesk, IssueTarget
from bot.core.cost.alert import Rule
from bot.errors import HostRefused, HostUnavailable, NotPermitted
from tests.e2e.github.stand_in import StandIn
from tests.e2e.github.state import ACTIONS_BOT, JOB_TOKEN, Issue, Token
from tests.fakes_alerts import FakeIssues, an_alert

NEVER_WAITS = Pace(between_writes=0, between_tries=0, sleep=lambda _: None)


@pytest.fixture
def github(tmp_path: Path) -> Iterator[StandIn]:
    """GitHub with one pull request, and a job that may write issues."""
    with StandIn(tmp_path) as github:
        github.git.commit("main", {"a.txt": b"a\n"})
        github.open("feature", {"a.txt": b"b\n"}, labels=[LABEL])
        github.state.tokens[JOB_TOKEN] = Token(ACTIONS_BOT, {"issues": "write"})
        yield github
        assert github.violations == []


@pytest.fixture
def host(github: StandIn) -> Iterator[GitHubHost]:
    """The real adapter before it."""
    host = GitHubHost(JOB_TOKEN, github.state.repo, github.url, pace=NEVER_WAITS)
    yield host
    host.close()


@dataclass(frozen=True)
class World:
    """An issue desk, and the hands of everybody else."""

    desk: IssueDesk
    open_as: Callable[[str, str, str, str], object]


@pytest.fixture(params=["fake", "github"])
def world(request: pytest.FixtureRequest) -> World:
    """The fake, or the adapter before the stand-in."""
    if request.param == "fake":
        fake = FakeIssues()
        return World(fake, fake.open_as)
    github: StandIn = request.getfixturevalue("github")

    def open_as(author: str, title: str, body: str, label: str) -> None:
        number = github.state.next_number()
        github.state.issues[number] = Issue(number, author, title, body, [label], github.state.now())

    return World(request.getfixturevalue("host"), open_as)


def test_open_issues_are_those_with_the_label(world: World) -> None:
    """Newest first, whoever opened them, and never a pull request."""
    created = world.desk.create_issue("Mine", "One\n\n<!-- mark -->", LABEL)
    world.open_as("maria", "Hers", "Two", LABEL)
    world.open_as("maria", "Another", "Three", "bug")
    listed = world.desk.open_issues(LABEL)
    assert [(one.author, one.title) for one in listed] == [("maria", "Hers"), (world.desk.own_login(), "Mine")]
    assert listed[1] == created
    assert created.body == "One\n\n<!-- mark -->"


def test_comments_stand_on_their_issue(world: World) -> None:
    """In order, with their authors: what was said before is found there."""
    first, second = (world.desk.create_issue(title, "Body", LABEL) for title in ("One", "Two"))
    world.desk.create_comment(first.number, "a")
    world.desk.create_comment(second.number, "b")
    world.desk.create_comment(first.number, "c")
    said = world.desk.comments(first.number)
    assert [(one.author, one.body) for one in said] == [(world.desk.own_login(), body) for body in "ac"]


def test_alerts_of_one_topic_share_an_issue(world: World) -> None:
    """Delivered twice they stand there once, each."""
    target = IssueTarget(world.desk, "octo/shop")
    for period in ("day:2026-11-23", "day:2026-11-24", "day:2026-11-24", "day:2026-11-23"):
        target.deliver(an_alert(Rule.BUDGET_SPENT, period))
    [issue] = world.desk.open_issues(LABEL)
    assert len(world.desk.comments(issue.number)) == 1


def test_a_closed_issue_is_done_with(github: StandIn, host: GitHubHost) -> None:
    """What is closed is settled: the next alert of its topic opens a new one."""
    target = IssueTarget(host, "octo/shop")
    target.deliver(an_alert(Rule.BUDGET_SPENT, "day:2026-11-23"))
    next(iter(github.state.issues.values())).state = "closed"
    target.deliver(an_alert(Rule.BUDGET_SPENT, "day:2026-11-24"))
    assert [one.state for one in github.state.issues.values()] == ["closed", "open"]


def test_an_issue_that_may_stand_is_not_opened_twice(github: StandIn, host: GitHubHost) -> None:
    """GitHub answers 502 and has opened it all the same: the adapter does not repeat it, and the next run finds it."""
    target = IssueTarget(host, "octo/shop")
    github.faults.answer("POST", r"/issues$", 502, performed=True)
    with pytest.raises(HostUnavailable):
        target.deliver(an_alert())
    target.deliver(an_alert())
    assert len(github.state.issues) == 1
    assert github.state.comments == []


def test_without_the_permission_its_name_is_told(github: StandIn, host: GitHubHost) -> None:
    """Who set the workflow up reads which line is missing."""
    github.state.tokens[JOB_TOKEN] = Token(ACTIONS_BOT, {"issues": "read"})
    with pytest.raises(NotPermitted) as refused:
        host.create_issue("x", "y", LABEL)
    assert "`issues: write`" in refused.value.message + refused.value.next_step
    github.state.tokens[JOB_TOKEN] = Token(ACTIONS_BOT, {"contents": "read"})
    with pytest.raises(NotPermitted) as refused:
        host.open_issues(LABEL)
    assert "`issues: read`" in refused.value.message + refused.value.next_step


def test_a_title_has_256_characters_at_most(github: StandIn, host: GitHubHost) -> None:
    """As on GitHub; an alert's own title is cut before that."""
    with pytest.raises(HostRefused):
        host.create_issue("x" * 257, "y", LABEL)
    IssueTarget(host, "octo/shop").deliver(an_alert())
    assert len(github.state.issues) == 1
