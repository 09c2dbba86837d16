"""Takes a run's results to the pull request: inline comments, answers in threads, and the summary that says it all.

A finding ends in exactly one place: inline, or in the summary with the reason why not, or where an earlier run put
it. Reviews are posted only where there is something to say inline, since each one notifies people; they repeat what
was spent so far, so that a deleted summary gives back nothing that was spent up to the last of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.app.closing import Said, write_delivery
from bot.app.delivery import Delivery, PostOffice, Reviewed
from bot.app.host_target import read_pull_request
from bot.app.inline import Comment, InlinePosting, ReviewTemplate
from bot.app.memory import Memory, spending_marker
from bot.app.repeat import until_read
from bot.app.threads import answer
from bot.core.addressed import addressed, found_again
from bot.core.comment import inline_draft
from bot.core.diff.model import Diff
from bot.core.excerpt import SkipReason
from bot.core.finding import Finding
from bot.core.inline_choice import InlineChoice, choose_inline
from bot.core.known_diff import KnownDiff
from bot.core.marks import ADDRESSED_MARK, AGAIN_MARK, fingerprints_in, run_mark
from bot.core.pull_request import PostedInline, PullRequest
from bot.core.report.words import found
from bot.errors import CodeHostError, HostUnavailable

_LINES_GONE = "these lines are no longer part of the change"


def publish(reviewed: Reviewed, memory: Memory, office: PostOffice) -> Delivery:
    """Deliver a run's results; `memory` has the run's spending settled. Never raises CodeHostError."""
    return _Publication(reviewed, memory, office).deliver()


class _Publication:
    """One delivery, from the first look at the pull request to the summary."""

    def __init__(self, reviewed: Reviewed, memory: Memory, office: PostOffice) -> None:
        self._reviewed = reviewed
        self._receipt = reviewed.receipt
        self._memory = memory
        self._office = office
        self._inline = InlinePosting(office.host, office.number, memory.login, office.clock)
        self._inline.threads = memory.inline
        self._known = self._knowing(reviewed.diff, whole=self._receipt_is_whole())
        self._choice = InlineChoice((), {}, frozenset())
        self._addressed_ids: frozenset[int] = frozenset()
        self._addressed_findings: tuple[str, ...] = ()
        self._why_not = ""
        self._problems: list[str] = []
        self._notes: list[str] = []

    def deliver(self) -> Delivery:
        try:
            pull = self._look()
            self._post(pull)
            self._answer()
        except HostUnavailable as error:
            self._why_not = "GitHub did not take it"
            self._notes.append(f"Not everything could be posted inline, so it stands here: {error.message}")
        except CodeHostError as error:
            self._why_not = "it could not be posted"
            self._problems.append(f"{error.message} {error.next_step}".strip())
        return self._write()

    def _look(self) -> PullRequest:
        """The pull request as it is now; where a push came in between, its diff too, and what still stands on it."""
        office = self._office
        pull = until_read(lambda: office.host.pull_request(office.number), office.clock)
        if pull.head_sha != self._receipt.target.head_sha:
            pull, target = until_read(lambda: read_pull_request(office.host, office.number), office.clock)
            self._known = self._knowing(target.diff, whole=not target.withheld)
            self._notes.append(f"A push came in meanwhile: {self._sha} was reviewed, the head is {pull.head_sha[:7]}.")
        self._inline.look()
        return pull

    def _knowing(self, diff: Diff, *, whole: bool) -> KnownDiff:
        return KnownDiff(diff, frozenset(self._reviewed.keys), frozenset(self._memory.state.reviewed), whole)

    def _receipt_is_whole(self) -> bool:
        skipped = self._receipt.coverage.skipped
        return all(one.skipped.reason is not SkipReason.WITHHELD for one in skipped)

    def _post(self, pull: PullRequest) -> None:
        known = replace(self._memory, inline=self._inline.threads)
        self._choice = choose_inline(
            self._receipt.findings,
            known.posted,
            self._reviewed.diff,
            self._known.diff,
            self._office.rules.inline_limit,
        )
        inline = self._choice.inline
        if inline:
            drafts = [Comment(one.fingerprint, inline_draft(one, scrub=self._office.scrub)) for one in inline]
            self._inline.post(drafts, self._template(pull, inline))
            self._inline.look()

    def _template(self, pull: PullRequest, inline: Sequence[Finding]) -> ReviewTemplate:
        mark = run_mark(self._reviewed.run_id)
        hidden = f"{mark}\n{spending_marker(self._memory.state, self._office.signer)}"
        what = found(replace(self._receipt, findings=tuple(inline), unplaced=()))
        return ReviewTemplate(
            commit_sha=pull.head_sha,
            event="REQUEST_CHANGES" if self._asks_for_changes(pull, inline) else "COMMENT",
            body=f"Hunkwise found {what}. The summary comment says what was reviewed and what it cost.\n\n{hidden}",
            further=f"More of the same review.\n\n{hidden}",
            mark=mark,
        )

    def _asks_for_changes(self, pull: PullRequest, inline: Sequence[Finding]) -> bool:
        """GitHub lets nobody request changes of his own pull request."""
        floor = self._office.rules.request_changes
        if floor is None or pull.author == self._memory.login:
            return False
        return any(finding.severity.rank <= floor.rank for finding in inline)

    def _answer(self) -> None:
        office, threads = self._office, self._inline.threads
        findings = (*self._receipt.findings, *self._choice.inline)
        done = addressed(threads, findings, self._known)
        replies = {thread: self._addressed(thread) for thread in done}
        replies |= {thread: self._again() for thread in found_again(threads, findings)}
        if replies:
            resolve = [thread.id for thread in done] if office.rules.resolve else []
            answered = answer(office.host, office.number, replies, resolve, office.clock)
            answered_ones = [thread for thread in done if thread.id in answered.ids]
            self._addressed_ids = frozenset(thread.id for thread in answered_ones)
            self._addressed_findings = tuple(name for thread in answered_ones for name in fingerprints_in(thread.body))
            self._notes.extend(answered.notes)

    def _addressed(self, thread: PostedInline) -> str:
        file = self._known.file(thread.path)
        reviewed_again = file and any(self._known.is_fresh(hunk) for hunk in file.hunks)
        why = "the hunk was reviewed again and this was not found" if reviewed_again else _LINES_GONE
        return f"Addressed in {self._sha}: {why}.\n\n{ADDRESSED_MARK}"

    def _again(self) -> str:
        return f"Found again in {self._sha}.\n\n{AGAIN_MARK}"

    @property
    def _sha(self) -> str:
        """The reviewed head, as people write it."""
        return (self._receipt.target.head_sha or "")[:7]

    def _write(self) -> Delivery:
        delivery = write_delivery(
            self._reviewed,
            self._memory,
            self._office,
            Said(
                known=self._known,
                inline=self._inline,
                reasons=self._choice.reasons,
                passing=self._choice.passing,
                why_not=self._why_not,
                answered=self._addressed_ids,
                problems=tuple(self._problems),
                notes=tuple(self._notes),
            ),
        )
        return replace(delivery, addressed=self._addressed_findings)
