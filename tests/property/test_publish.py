"""Whatever is found, pushed and lost on the way: each finding ends in one place, and no comment stands off the diff."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from bot.app.delivery import Delivery, Reviewed
from bot.core.diff.model import Hunk, Side
from bot.core.finding import Finding, Severity
from bot.core.marks import fingerprints_in
from bot.core.posting import PostingRules
from bot.core.pull_request import PostedReview, ReviewDraft
from bot.core.reuse import hunk_key
from bot.errors import HostRefused, HostUnavailable
from tests.fakes_host import FakeCodeHost, Fault
from tests.unit.app.publishing import NUMBER, Scene
from tests.unit.core.pushed import finding_at

WRITES = ("create_review", "create_comment", "edit_comment", "reply", "delete_pending_review")
LONGEST = 65_536


@dataclass
class FussyHost(FakeCodeHost):
    """Minds comments on certain lines for no reason, and loses the answers of some reads.

    A review that it refuses for a reason (a line off the diff, a body too long) is a mistake of ours.
    """

    minds: frozenset[int] = frozenset()
    lost_reads: list[bool] = field(default_factory=list)

    def create_review(self, number: int, draft: ReviewDraft) -> PostedReview:
        """Post, unless one of the comments is not to its liking."""
        if any(one.line in self.minds for one in draft.comments):
            raise HostRefused("Unprocessable Entity; Line could not be resolved")
        try:
            return super().create_review(number, draft)
        except HostRefused as error:
            raise AssertionError(draft) from error

    def _called(self, method: str, permission: str) -> None:
        super()._called(method, permission)
        if method not in WRITES and self.lost_reads and self.lost_reads.pop():
            raise HostUnavailable("Server Error (502)")


# At each place of a file one of a few hunks, so that pushes move some, change others and leave the rest.
HUNKS = (
    ["+alpha = first(1)", " kept as it is", "-omega = last(1)"],
    ["+beta = second(2)", "+beta = second(2)", " }", "+}"],
    [" context line", "+gamma = third(3)"],
    ["-delta = fourth(4)", "+delta = fourth(5)", " context line"],
)
changes = st.builds(
    lambda chosen, gap: {
        path: {10 * (nth + 1) + gap * nth: hunk for nth, hunk in enumerate(hunks)} for path, hunks in chosen.items()
    },
    st.dictionaries(
        st.sampled_from(["a.py", "b/c.py", "d`|e.py"]),
        st.lists(st.sampled_from(HUNKS), min_size=1, max_size=4),
        min_size=1,
        max_size=3,
    ),
    st.integers(0, 3),
)
# Two answers in a row may be lost, since three tries are made.
lost_writes = st.dictionaries(
    st.sampled_from(WRITES), st.lists(st.sampled_from([Fault.LOST_BEFORE, Fault.LOST_AFTER]), max_size=2)
)
lost_reads = st.lists(st.sampled_from([[False], [True, False], [True, True, False]]), max_size=6).map(
    lambda runs: [lost for run in runs for lost in run]
)


@dataclass
class Story:
    """What was found so far, and the hunk that each finding stands in."""

    scene: Scene
    data: st.DataObject
    found: dict[str, str] = field(default_factory=dict)

    def push(self) -> None:
        """Any other diff."""
        self.scene.push(self.data.draw(changes))

    def run(self) -> None:
        """Review what is new, perhaps with a push before the posting, while answers are lost; then all of it again."""
        findings = self._findings()
        results = self.scene.reviewed(*findings)
        names = {one.fingerprint for one in findings}
        self.found = {name: key for name, key in self.found.items() if name in names or key not in results.keys}
        memory = self.scene.open_run(results)
        if self.data.draw(st.booleans()):
            self.push()
        self._make_trouble()
        delivery = self.scene.publish(results, memory)
        self._end_trouble()
        self._holds(results, delivery)
        self._holds(results, self.scene.publish(replace(results, page=self.scene.summary), self.scene.recall()))

    def _findings(self) -> list[Finding]:
        """Some on lines of what is new; equal lines of a file are one finding."""
        known = set(self.scene.recall().state.reviewed)
        hunks = [hunk for file in self.scene.diff().files for hunk in file.hunks if hunk_key(hunk) not in known]
        lines = [(hunk, line.number, line.side) for hunk in hunks for line in hunk.lines]
        chosen = self.data.draw(st.lists(st.sampled_from(lines), max_size=12)) if lines else []
        findings = {}
        for hunk, line, side in chosen:
            finding = self._finding(hunk, line, side)
            findings[finding.fingerprint] = finding
            if finding.line == line:
                self.found[finding.fingerprint] = hunk_key(hunk)
            else:
                self.found.pop(finding.fingerprint, None)
        return list(findings.values())

    def _finding(self, hunk: Hunk, line: int, side: Side) -> Finding:
        base = finding_at(hunk, line, side=side)
        return replace(
            base,
            severity=self.data.draw(st.sampled_from(Severity)),
            line=self.data.draw(st.sampled_from([line] * 9 + [9_999])),
            body=f"{said(base.fingerprint)} " + "word " * self.data.draw(st.sampled_from([0, 0, 20, 4_000])),
            suggestion=self.data.draw(st.sampled_from([None, "", "x = ```y```", "<!-- hunkwise:summary -->"])),
        )

    def _make_trouble(self) -> None:
        host = self.scene.host
        assert isinstance(host, FussyHost)
        host.minds = frozenset(self.data.draw(st.sets(st.integers(1, 60), max_size=3)))
        host.lost_reads = self.data.draw(lost_reads)
        for method, faults in self.data.draw(lost_writes).items():
            host.fail(method, *faults)
        if self.data.draw(st.booleans()):
            host.leave_pending_review(NUMBER)

    def _end_trouble(self) -> None:
        host = self.scene.host
        assert isinstance(host, FussyHost)
        host.lost_reads = []
        for method in WRITES:
            host._faults[method].clear()

    def _holds(self, results: Reviewed, delivery: Delivery) -> None:
        assert not delivery.problems
        inline = [fingerprints_in(one.body)[0] for one in self.scene.inline]
        assert len(inline) == len(set(inline))
        summary = self.scene.summary
        for finding in results.receipt.findings:
            assert inline.count(finding.fingerprint) + summary.count(said(finding.fingerprint)) == 1
        reviewed = set(self.scene.recall().state.reviewed)
        present = {hunk_key(hunk) for file in self.scene.diff().files for hunk in file.hunks} & reviewed
        for name, key in self.found.items():
            places = inline.count(name) + summary.count(said(name))
            assert places == 1 if key in present else places <= 1
        assert max(len(body) for body in (summary, *(one.body for one in self.scene.inline))) <= LONGEST


def said(fingerprint: str) -> str:
    """The words by which a finding's text is told from all others."""
    return f"This is what {fingerprint} says."


@given(st.data(), st.integers(1, 4), st.sampled_from([0, 2, 30]))
def test_every_finding_ends_in_one_place(data: st.DataObject, runs: int, limit: int) -> None:
    """Inline, in the summary, or where it was: never twice, never nowhere, over pushes, refusals and lost answers."""
    story = Story(Scene(host=FussyHost(), rules=PostingRules(inline_limit=limit)), data)
    for _ in range(runs):
        story.push()
        story.run()
