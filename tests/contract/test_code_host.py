"""What a CodeHost promises, held against the fake and against the GitHub adapter over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from bot.adapters.github.api import Pace
from bot.adapters.github.host import GitHubHost
from bot.core.diff.model import Side
from bot.core.pull_request import Annotation, CheckDraft, InlineDraft, ReviewDraft
from bot.errors import DiffTooLarge, HostRefused, HostUnavailable, NoSuchThing, NotPermitted
from bot.ports import CodeHost
from tests.contract.github_server import GitHubServer
from tests.fakes_host import FakeCodeHost, Fault

DIFF = b"""\
diff --git a/shop.py b/shop.py
--- a/shop.py
+++ b/shop.py
@@ -1,3 +1,3 @@
 import os
-TAX = 0.2
+TAX = 0.19  # caf\xe9
 RATE = 1
@@ -20,2 +20,3 @@ def total(items):
     total = 0
+    print(total)
     return total
diff --git a/old.py b/new.py
similarity index 90%
rename from old.py
rename to new.py
--- a/old.py
+++ b/new.py
@@ -1 +1 @@
-a
+b
"""
SECOND_HUNK_GONE = DIFF[: DIFF.index(b"@@ -20")] + DIFF[DIFF.index(b"diff --git a/old") :]
NEVER_WAITS = Pace(between_writes=0, between_tries=0, sleep=lambda _: None)


@dataclass
class Desk:
    """The host under test, and the hands behind it."""

    host: CodeHost
    behind: FakeCodeHost

    @property
    def head(self) -> str:
        """The head of pull request 7, without a call of the port."""
        return self.behind.change(7).head_sha


@pytest.fixture(params=["fake", "github"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Pull request 7 with two files, on the fake and over the real adapter."""
    behind = FakeCodeHost(roles={"maria": "maintain", "rob": "read"})
    behind.open(7, DIFF, {"shop.py": b"import os\xff\n", "d/a b#?.py": b"x"}, labels=("hunkwise",), draft=True)
    if request.param == "fake":
        yield Desk(behind, behind)
        return
    with GitHubServer(behind) as server:
        host = GitHubHost("ghp_secret", behind.repo, server.url, pace=NEVER_WAITS)
        yield Desk(host, behind)
        host.close()


def inline(line: int, start: int | None = None, side: Side = Side.RIGHT, path: str = "shop.py") -> InlineDraft:
    """A comment on these lines."""
    return InlineDraft(path, side, start, line, f"about line {line}")


def review(desk: Desk, *comments: InlineDraft, body: str = "What was found.") -> ReviewDraft:
    """A review of the present head."""
    return ReviewDraft(desk.head, body, "COMMENT", comments)


def test_facts_of_a_pull_request(desk: Desk) -> None:
    """Every fact arrives as the host holds it, the sums that guard against a cut diff among them."""
    pull = desk.host.pull_request(7)
    assert pull == desk.behind.change(7)
    assert (pull.additions, pull.deletions, pull.changed_files) == (3, 2, 2)
    assert (pull.labels, pull.draft, pull.from_fork) == (("hunkwise",), True, False)


def test_a_fork_that_is_gone_is_still_a_fork(desk: Desk) -> None:
    """A deleted fork leaves no repository behind and must not pass for the base's own branch."""
    desk.behind.change(7, head_repo=None)
    assert desk.host.pull_request(7).from_fork


def test_a_pull_request_that_does_not_exist(desk: Desk) -> None:
    """A wrong number is told apart from a host in trouble."""
    with pytest.raises(NoSuchThing):
        desk.host.pull_request(8)


def test_the_diff_is_the_hosts_own_bytes(desk: Desk) -> None:
    """A byte that is no UTF-8 survives: it may be inside a quoted line."""
    assert desk.host.diff(7) == DIFF


def test_a_diff_that_is_not_given(desk: Desk) -> None:
    """The caller falls back to the listing only when it learns why there is no diff."""
    desk.behind.gives_diffs = False
    with pytest.raises(DiffTooLarge):
        desk.host.diff(7)


def test_the_listing_names_what_is_withheld(desk: Desk) -> None:
    """A withheld patch is None and never an empty one, and a rename keeps its old path."""
    desk.behind.withheld.add("shop.py")
    shop, new = desk.host.files(7)
    assert (shop.path, shop.patch, shop.additions, shop.deletions) == ("shop.py", None, 2, 1)
    assert (new.path, new.old_path, new.status, new.patch) == ("new.py", "old.py", "renamed", "@@ -1,1 +1,1 @@\n-a\n+b")


def test_a_listing_of_many_pages_comes_whole(desk: Desk) -> None:
    """Files, comments and the rest are listed to the end, in order, each once."""
    names = [f"f{at:03}.py" for at in range(230)]
    parts = [f"diff --git a/{n} b/{n}\n--- a/{n}\n+++ b/{n}\n@@ -1 +1 @@\n-a\n+b\n" for n in names]
    desk.behind.push(7, "".join(parts).encode())
    for at in range(101):
        desk.behind.comment_as("rob", 7, str(at))
    assert [file.path for file in desk.host.files(7)] == names
    assert [comment.body for comment in desk.host.comments(7)] == [str(at) for at in range(101)]


def test_comments_of_the_whole_repository_say_where_they_stand(desk: Desk) -> None:
    """What waits in batches is found by one listing, and nothing older than asked for is in it."""
    desk.behind.open(8, DIFF)
    first, second = desk.behind.comment_as("rob", 7, "one"), desk.behind.comment_as("rob", 8, "two")
    assert first.created_at is not None
    assert second.created_at is not None
    listed = desk.host.recent_comments(first.created_at)
    assert [(number, one.body, one.id) for number, one in listed] == [(7, "one", first.id), (8, "two", second.id)]
    assert [number for number, _ in desk.host.recent_comments(second.created_at)] == [8]


def test_file_texts_are_bytes(desk: Desk) -> None:
    """Texts come undecoded, whatever the path's letters, and a file that is not there is None."""
    head = desk.head
    assert desk.host.text("shop.py", head) == b"import os\xff\n"
    assert desk.host.text("d/a b#?.py", head) == b"x"
    assert desk.host.text("none.py", head) is None
    assert desk.host.text("shop.py", "0" * 40) is None


def test_who_may_write(desk: Desk) -> None:
    """Only collaborators with write access may spend; strangers and bots may not."""
    people = ("maria", "rob", "nobody", "dependabot[bot]", "")
    assert [person for person in people if desk.host.may_write(person)] == ["maria"]


def test_own_comments_carry_the_own_login(desk: Desk) -> None:
    """A marker is trusted by its author, so the two must be the same name."""
    assert desk.host.create_comment(7, "mine").author == desk.host.own_login()


def test_a_comment_is_kept_and_edited(desk: Desk) -> None:
    """The sticky comment: created once, replaced later, listed as it stands among the others."""
    desk.behind.comment_as("rob", 7, "hi")
    posted = desk.host.create_comment(7, "first <!-- marker -->")
    edited = desk.host.edit_comment(posted.id, "second")
    assert (edited.id, edited.url) == (posted.id, posted.url)
    listed = desk.host.comments(7)
    assert [(comment.author, comment.body) for comment in listed] == [("rob", "hi"), (posted.author, "second")]
    assert listed[1] == edited
    assert edited.created_at is not None


def test_editing_a_comment_that_was_deleted(desk: Desk) -> None:
    """A deleted summary is noticed, so that a new one is made."""
    posted = desk.host.create_comment(7, "x")
    desk.behind.delete_comment(posted.id)
    with pytest.raises(NoSuchThing):
        desk.host.edit_comment(posted.id, "y")


def test_a_review_lands_on_its_lines(desk: Desk) -> None:
    """One line, a range, and a deleted line: each comes back where it was put."""
    comments = (inline(2), inline(22, start=21), inline(2, side=Side.LEFT))
    posted = desk.host.create_review(7, review(desk, *comments))
    assert (posted.state, posted.body, posted.commit_sha) == ("COMMENTED", "What was found.", desk.head)
    assert desk.host.reviews(7) == (posted,)
    listed = desk.host.inline_comments(7)
    assert [(one.path, one.line, one.side) for one in listed] == [(c.path, c.line, c.side) for c in comments]
    assert {(one.review_id, one.reply_to) for one in listed} == {(posted.id, None)}


@pytest.mark.parametrize(
    "bad",
    [
        inline(4),
        inline(20, start=3),
        inline(21, start=21),
        inline(2, path="none.py"),
        inline(22, side=Side.LEFT),
        replace(inline(2), body=""),
    ],
)
def test_one_bad_anchor_refuses_the_whole_review(desk: Desk, bad: InlineDraft) -> None:
    """All or nothing: the caller must bisect, so nothing of a refused review may stand."""
    with pytest.raises(HostRefused):
        desk.host.create_review(7, review(desk, inline(2), bad))
    assert desk.host.reviews(7) == ()
    assert desk.host.inline_comments(7) == ()


def test_a_pending_review_blocks_until_it_is_removed(desk: Desk) -> None:
    """A review left over from a crash is found among the reviews and can be removed."""
    stale = desk.behind.leave_pending_review(7)
    with pytest.raises(HostRefused):
        desk.host.create_review(7, review(desk, inline(2)))
    assert [(one.id, one.state) for one in desk.host.reviews(7)] == [(stale.id, "PENDING")]
    desk.host.delete_pending_review(7, stale.id)
    assert desk.host.create_review(7, review(desk, inline(2))).state == "COMMENTED"


def test_a_submitted_review_cannot_be_removed(desk: Desk) -> None:
    """What was said stays said."""
    posted = desk.host.create_review(7, review(desk))
    with pytest.raises(HostRefused):
        desk.host.delete_pending_review(7, posted.id)


def test_a_comment_that_a_push_left_behind(desk: Desk) -> None:
    """An outdated comment has no line any more."""
    desk.host.create_review(7, review(desk, inline(2), inline(21)))
    desk.behind.push(7, SECOND_HUNK_GONE)
    assert [one.line for one in desk.host.inline_comments(7)] == [2, None]


def test_a_reply_joins_its_thread_and_resolving_closes_it(desk: Desk) -> None:
    """A finding that is gone is answered where it was made; three threads need more than one page of GraphQL."""
    desk.host.create_review(7, review(desk, inline(2), inline(3), inline(21)))
    last = desk.host.inline_comments(7)[-1]
    desk.host.reply(7, last.id, "addressed")
    answer = desk.host.inline_comments(7)[-1]
    assert (answer.reply_to, answer.body) == (last.id, "addressed")
    desk.host.resolve_thread(7, last.id)
    desk.host.resolve_thread(7, last.id)
    assert desk.behind.resolved == {last.id}
    with pytest.raises(NoSuchThing):
        desk.host.resolve_thread(7, answer.id)


def test_status_check_and_code_scanning(desk: Desk) -> None:
    """The optional ways out: what arrives is what was sent, annotations past GitHub's portion included."""
    notes = tuple(Annotation("shop.py", at, at, "warning", "A title", f"message {at}") for at in range(1, 121))
    check = CheckDraft(desk.head, "neutral", "2 findings", "The summary", notes)
    url = desk.host.create_check(check)
    desk.host.set_status(desk.head, "failure", "2 findings")
    desk.host.upload_sarif(desk.head, "refs/pull/7/head", b'{"version": "2.1.0"}')
    assert url.endswith("/runs/1")
    assert desk.behind.checks == [check]
    assert desk.behind.statuses == [(desk.head, "failure", "2 findings")]
    assert desk.behind.sarif_logs == [(desk.head, "refs/pull/7/head", b'{"version": "2.1.0"}')]


def test_a_check_without_annotations(desk: Desk) -> None:
    """A clean review makes a check as well."""
    check = CheckDraft(desk.head, "success", "Clean", "Nothing found", ())
    desk.host.create_check(check)
    assert desk.behind.checks == [check]


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER])
def test_a_lost_answer_is_never_asked_for_again(desk: Desk, fault: Fault) -> None:
    """After a 502 nobody knows: the host says so, sends nothing twice, and the caller looks."""
    desk.behind.fail("create_review", fault)
    desk.behind.fail("create_comment", fault)
    with pytest.raises(HostUnavailable):
        desk.host.create_review(7, review(desk, inline(2)))
    with pytest.raises(HostUnavailable):
        desk.host.create_comment(7, "x")
    done = int(fault is Fault.LOST_AFTER)
    assert (len(desk.host.reviews(7)), len(desk.host.comments(7))) == (done, done)
    assert desk.behind.calls.count("create_review") == 1


def test_a_rate_limit_is_waited_for(desk: Desk) -> None:
    """A write turned away by a secondary limit did not happen: it is sent again, and stands once."""
    desk.behind.fail("create_review", Fault.LIMITED, Fault.LIMITED)
    desk.host.create_review(7, review(desk, inline(2)))
    assert len(desk.host.reviews(7)) == 1
    assert desk.behind.waits == 2


def test_a_missing_permission_is_not_a_missing_thing(desk: Desk) -> None:
    """Each write tells that it was not allowed, and does nothing."""
    posted = desk.host.create_comment(7, "x")
    desk.host.create_review(7, review(desk, inline(2)))
    thread = desk.host.inline_comments(7)[0].id
    desk.behind.permissions = {"contents: read", "pull-requests: read"}
    head = desk.head
    writes: list[Callable[[], object]] = [
        lambda: desk.host.create_review(7, review(desk, inline(2))),
        lambda: desk.host.delete_pending_review(7, 1),
        lambda: desk.host.create_comment(7, "x"),
        lambda: desk.host.edit_comment(posted.id, "y"),
        lambda: desk.host.reply(7, thread, "x"),
        lambda: desk.host.resolve_thread(7, thread),
        lambda: desk.host.set_status(head, "success", "x"),
        lambda: desk.host.create_check(CheckDraft(head, "success", "t", "s", ())),
        lambda: desk.host.upload_sarif(head, "refs/pull/7/head", b"{}"),
    ]
    for write in writes:
        with pytest.raises(NotPermitted):
            write()
    assert [comment.body for comment in desk.host.comments(7)] == ["x"]


def test_a_body_beyond_the_limit_is_refused(desk: Desk) -> None:
    """The fake is as strict as GitHub, so that a summary too long is found here."""
    assert desk.host.create_comment(7, "é" * 65_536).body == "é" * 65_536
    with pytest.raises(HostRefused):
        desk.host.create_comment(7, "é" * 65_537)
