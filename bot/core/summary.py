"""The summary comment: the receipt's page, what earlier pushes left standing, and what to do next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot.core.addressed import open_threads
from bot.core.comment import severity_of, title_of
from bot.core.diff.model import Diff
from bot.core.excerpt import SkipReason
from bot.core.kept import kept_in, name_of
from bot.core.known_diff import KnownDiff
from bot.core.marks import fingerprints_in
from bot.core.pull_request import PostedInline
from bot.core.receipt import Receipt
from bot.core.report.conversation import Conversation, EarlierFinding
from bot.core.report.markdown import LIMIT, receipt_as_markdown

_RAISE_THE_BUDGET = (
    "The budget of this pull request did not suffice. Raise `budget-usd` or `budget-tokens` and run the workflow "
    "again: what was reviewed is not paid for again."
)


def summary_body(receipt: Receipt, talk: Conversation, *, notes: Sequence[str] = (), limit: int = LIMIT) -> str:
    """The summary's Markdown, at most `limit` characters (`limit` >= 1,000).

    `notes` are sentences about the posting, which no receipt knows of yet.
    """
    receipt = replace(receipt, notes=(*receipt.notes, *notes, *_next_step(receipt)))
    return receipt_as_markdown(receipt, limit, talk)


def conversation(
    receipt: Receipt,
    known: KnownDiff,
    *,
    reviewed: Diff,
    threads: Sequence[PostedInline],
    answered: Collection[int],
    page: str,
    links: Mapping[str, str],
    reasons: Mapping[str, str],
) -> Conversation:
    """What the pull request says besides this run. `threads` are our own inline comments, `answered` the ids of those
    answered in this run, `page` the summary as earlier runs left it; `links` and `reasons` as in Conversation.
    """
    open_ones = [one for one in open_threads(threads) if one.url not in links.values()]
    earlier = [one for one in open_ones if one.id not in answered]
    told = {*(one.fingerprint for one in receipt.findings), *map(name_of, receipt.unplaced)}
    told |= {name for thread in threads for name in fingerprints_in(thread.body)}
    before = [one for one in kept_in(page) if one.fingerprint not in told]
    kept = [one for one in before if one.stands(known)]
    return Conversation(
        diff=reviewed,
        links=links,
        reasons=reasons,
        earlier=tuple(EarlierFinding(title_of(one.body), one.path, one.url, severity_of(one.body)) for one in earlier),
        kept=tuple(kept),
        gone=len(open_ones) - len(earlier) + len(before) - len(kept),
    )


def _next_step(receipt: Receipt) -> list[str]:
    """What to do about a budget of this pull request; of one over time the receipt says it itself."""
    if all(entry.skipped.reason is not SkipReason.BUDGET for entry in receipt.coverage.skipped):
        return []
    if any(one.keeps_from_asking for one in receipt.budget.periods):
        return []
    return [_RAISE_THE_BUDGET]
