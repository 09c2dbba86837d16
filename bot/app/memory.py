"""What earlier runs left on a pull request, and how this run adds to it: the summary comment and its marker.

Money is written down before it can be spent and settled before anything is posted. A marker counts only where the
bot itself wrote the comment and the signature holds; of several, the one that knows of more spending counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.budget import Amount
from bot.core.intent_mark import read_intents, without_intents, write_intents
from bot.core.marker import SetAside, Signer, read_marker, without_marker, write_marker
from bot.core.marks import SUMMARY_MARK, fingerprints_in
from bot.core.message_batch import Intent
from bot.core.pull_request import PostedComment, PostedInline, PostedReview
from bot.core.state import OpenRun, ReviewState
from bot.ports import CodeHost

UNDER_WAY = "**Hunkwise** is reviewing this pull request. What it finds, and what it cost, will stand here."
"""Stands on top of the summary while a run is under way."""

OPEN_RUN_EXPIRES = timedelta(hours=24)
"""No job of GitHub's hosted runners lives longer than six hours; what is still open after a day was never settled."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of a pull request before a run.

    `posted` are fingerprints of all findings that stand on it already. `notes` are sentences for the receipt: what
    was set aside, which earlier run never settled. `intents` are what waits in batches; whoever writes the summary
    keeps them in it.
    """

    state: ReviewState
    login: str
    summary: PostedComment | None = None
    inline: tuple[PostedInline, ...] = ()
    reviews: tuple[PostedReview, ...] = ()
    notes: tuple[str, ...] = ()
    intents: tuple[Intent, ...] = ()

    @property
    def posted(self) -> frozenset[str]:
        """Fingerprints that are not posted again."""
        return frozenset(self.state.posted) | {found for one in self.inline for found in fingerprints_in(one.body)}


def recall(host: CodeHost, number: int, signer: Signer, now: datetime) -> Memory:
    """Read what earlier runs left. Comments of anybody else are not looked at."""
    login = host.own_login()
    comments = [one for one in host.comments(number) if one.author == login]
    reviews = tuple(one for one in host.reviews(number) if one.author == login)
    inline = tuple(one for one in host.inline_comments(number) if one.author == login)
    summary = next((one for one in comments if SUMMARY_MARK in one.body), None)
    bodies = [*(one.body for one in comments), *(one.body for one in reviews)]
    found = [read_marker(body, signer) for body in bodies]
    states = [one for one in found if isinstance(one, ReviewState)]
    intents = read_intents(summary.body, signer) if summary else ()
    aside = [*found, intents]
    notes = dict.fromkeys(one.why for one in aside if isinstance(one, SetAside))
    if isinstance(intents, SetAside):
        intents = ()
    state, expired = _expire(_joined(states), now, {one.nonce for one in intents})
    if expired:
        notes[_expired_sentence(expired)] = None
    return Memory(state, login, summary, inline, reviews, tuple(notes), intents)


def _joined(states: Iterable[ReviewState]) -> ReviewState:
    """One state from the markers of the summary and the reviews: the fullest memory, the highest spending.

    Reviews repeat the spending, so that deleting the summary does not reset the budget.
    """
    joined = ReviewState()
    for state in states:
        fuller = max(joined, state, key=lambda one: len(one.reviewed) + len(one.triaged))
        spent = Amount(max(joined.spent.tokens, state.spent.tokens), max(joined.spent.usd, state.spent.usd))
        newest = state if state.runs >= joined.runs else joined
        joined = replace(
            fuller,
            posted=tuple(dict.fromkeys((*joined.posted, *state.posted))),
            spent=spent,
            open_runs=newest.open_runs,
            runs=newest.runs,
        )
    return joined


def _expire(state: ReviewState, now: datetime, waiting: Collection[str]) -> tuple[ReviewState, int]:
    """Runs that never settled: nobody will say what they spent, so their worst case is spent for good.

    What waits in a batch does not expire by the day, since its results say for 29 days what it cost; only where the
    intent itself is lost, nobody can ask for them any more.
    """
    over = (run for run in state.open_runs if now - run.began >= OPEN_RUN_EXPIRES)
    expired = [run for run in over if run.run_id not in waiting]
    spent = state.spent
    for run in expired:
        spent += run.worst
    still_open = tuple(run for run in state.open_runs if run not in expired)
    return replace(state, spent=spent, open_runs=still_open), len(expired)


def _expired_sentence(runs: int) -> str:
    who = "An earlier run" if runs == 1 else f"{runs} earlier runs"
    return f"{who} ended without saying what it cost, so the most it can have cost counts as spent."


def with_news(memory: Memory, summary: PostedComment, signer: Signer) -> Memory:
    """The memory with what another run has handed in since it was read, and the reservation that goes with it."""
    intents, state = read_intents(summary.body, signer), read_marker(summary.body, signer)
    if isinstance(intents, SetAside) or not isinstance(state, ReviewState):
        return memory
    known = {one.nonce for one in memory.intents}
    news = tuple(one for one in intents if one.nonce not in known)
    names = {one.nonce for one in news} - {run.run_id for run in memory.state.open_runs}
    runs = tuple(run for run in state.open_runs if run.run_id in names)
    own = replace(memory.state, open_runs=(*memory.state.open_runs, *runs))
    return replace(memory, state=own, intents=(*memory.intents, *news))


def opened(state: ReviewState, run: OpenRun) -> ReviewState:
    """The state while a run may be spending."""
    return replace(state, open_runs=(*state.open_runs, run), runs=state.runs + 1)


def settled(state: ReviewState, run_id: str, spent: Amount) -> ReviewState:
    """The state once a run's spending is known."""
    left = tuple(run for run in state.open_runs if run.run_id != run_id)
    return replace(state, open_runs=left, spent=state.spent + spent)


def remembering(state: ReviewState, reviewed: Iterable[str], posted: Iterable[str]) -> ReviewState:
    """The state with these hunks and findings as its newest."""
    return replace(
        state,
        reviewed=tuple(dict.fromkeys((*state.reviewed, *reviewed))),
        posted=tuple(dict.fromkeys((*state.posted, *posted))),
    )


def write_summary(host: CodeHost, number: int, memory: Memory, body: str, state: ReviewState, signer: Signer) -> Memory:
    """Create or replace the summary comment, with the state in its marker; gives the memory with both."""
    waiting = write_intents(memory.intents, signer)
    text = f"{SUMMARY_MARK}\n{body}\n\n{write_marker(state, signer)}\n{waiting}"
    if memory.summary is None:
        summary = host.create_comment(number, text)
    else:
        summary = host.edit_comment(memory.summary.id, text)
    return replace(memory, state=state, summary=summary)


def page_of(body: str) -> str:
    """What a summary says, without its mark, its state and the sentence of a run under way."""
    return without_intents(without_marker(body.replace(SUMMARY_MARK, ""))).replace(UNDER_WAY, "").strip()


def spending_marker(state: ReviewState, signer: Signer) -> str:
    """The part of the state that a review repeats in its body: what was spent, nothing else."""
    return write_marker(ReviewState(spent=state.spent, open_runs=state.open_runs, runs=state.runs), signer)
