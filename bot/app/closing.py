"""The end of every run: the summary comment, and in it the state that makes all of it known to the next one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.app.delivery import Delivery, PostOffice, Reviewed
from bot.app.inline import InlinePosting
from bot.app.memory import Memory, remembering
from bot.app.sticky import put_summary
from bot.core.comment import COMMENT_CHARACTERS
from bot.core.intent_mark import write_intents
from bot.core.kept import held_in, held_mark, hunks_of
from bot.core.known_diff import KnownDiff
from bot.core.marker import Signer, read_marker, write_marker
from bot.core.marks import SUMMARY_MARK, fingerprints_of
from bot.core.report.words import counted
from bot.core.reuse import hunk_key
from bot.core.state import ReviewState
from bot.core.summary import conversation, summary_body
from bot.errors import CodeHostError, HostRefused

_ROOM_FOR_THE_NEXT_RUN = 600
"""Characters for what the next run adds while it is under way: a sentence on top, and its entry in the marker."""

_SHORT_PAGE = 2_000
"""Characters of the summary that is tried where the host refuses the whole one."""


@dataclass(frozen=True, slots=True)
class Said:
    """What has been said on the pull request when the summary is written.

    `reasons` say by fingerprint why findings are not inline; those of `passing` may yet be when they are found again.
    `why_not` is the reason of all others. `answered` are the ids of the comments answered as addressed.
    """

    known: KnownDiff
    inline: InlinePosting
    reasons: Mapping[str, str]
    passing: frozenset[str]
    why_not: str
    answered: frozenset[int]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def write_delivery(reviewed: Reviewed, memory: Memory, office: PostOffice, said: Said) -> Delivery:
    """Write the summary and say what became of everything. Never raises CodeHostError."""
    receipt = reviewed.receipt
    urls = {one.fingerprint: said.inline.url_of(one.fingerprint) for one in receipt.findings}
    links = {name: url for name, url in urls.items() if url is not None}
    known = {**said.reasons, **said.inline.refused}
    reasons = {name: known.get(name, said.why_not) for name, url in urls.items() if url is None}
    held = [*held_in(reviewed.page), *(key for one in receipt.findings for key in hunks_of(one, reviewed.diff))]
    state = _state(reviewed, memory, said, {*links, *known} - said.passing, held)
    marker = write_marker(state, office.signer)
    hidden = held_mark(key for key in held if key in state.reviewed)
    notes = (*said.problems, *said.notes, *_forgotten(marker, office.signer))
    talk = conversation(
        receipt,
        said.known,
        reviewed=reviewed.diff,
        threads=said.inline.threads,
        answered=said.answered,
        page=reviewed.page,
        links=links,
        reasons=reasons,
    )
    talk = replace(talk, spent=state.spent, runs=state.runs)

    def page(limit: int) -> str:
        return _scrubbed(lambda size: summary_body(receipt, talk, notes=notes, limit=size), office.scrub, limit)

    taken = len(marker) + len(hidden) + len(SUMMARY_MARK) + len(write_intents(memory.intents, office.signer))
    whole = page(COMMENT_CHARACTERS - taken - _ROOM_FOR_THE_NEXT_RUN)
    earlier = (one.severity for one in talk.earlier if one.severity is not None)
    standing = (*earlier, *(one.severity for one in talk.kept))
    url, problems = None, said.problems
    try:
        url = _put(office, memory, state, [f"{text}\n{hidden}" for text in (whole, page(_SHORT_PAGE))])
    except CodeHostError as error:
        problems = (*problems, f"The summary could not be written: {error.message} {error.next_step}".strip())
    return Delivery(whole, said.inline.review_url, url, tuple(links), reasons, problems, said.notes, standing)


def _state(
    reviewed: Reviewed, memory: Memory, said: Said, posted: Collection[str], held: Collection[str]
) -> ReviewState:
    """The state with this run in it, and without the hunks that held a finding and are gone.

    Hunks of the present diff come last, so that others are forgotten before them.
    """
    present = {hunk_key(hunk) for file in said.known.diff.files for hunk in file.hunks}
    names = [name for one in reviewed.receipt.findings if one.fingerprint in posted for name in fingerprints_of(one)]
    state = remembering(memory.state, reviewed.keys, names)
    lasting = (key for key in state.reviewed if key in present or key not in held)
    reviewed_ones = tuple(sorted(lasting, key=lambda key: key in present))
    return replace(state, reviewed=reviewed_ones, triaged=reviewed.triaged)


def _forgotten(marker: str, signer: Signer) -> list[str]:
    state = read_marker(marker, signer)
    if not isinstance(state, ReviewState) or not state.forgotten:
        return []
    hunks = counted(state.forgotten, "hunk")
    return [f"The state has no room for {hunks} reviewed longest ago: where they are still part of it, they cost anew."]


def _scrubbed(write: Callable[[int], str], scrub: Callable[[str], str], limit: int) -> str:
    """A page without secret values; what stands in their place may be longer than they were."""
    page = scrub(write(limit))
    return page if len(page) <= limit else scrub(write(limit - 2 * (len(page) - limit)))


def _put(office: PostOffice, memory: Memory, state: ReviewState, pages: Sequence[str]) -> str | None:
    """Write the first page, or the second where the host refuses that; gives the summary's URL."""
    whole, short = pages
    try:
        written = put_summary(office.host, office.number, memory, whole, state, office.signer, office.clock)
    except HostRefused:
        written = put_summary(office.host, office.number, memory, short, state, office.signer, office.clock)
    return written.summary.url if written.summary else None
