"""What the settings say about posting."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.finding import Severity

INLINE_LIMIT = 30
"""Inline comments a review: servers have failed on reviews of near a hundred, and nobody reads as many."""


@dataclass(frozen=True, slots=True)
class PostingRules:
    """How a review is posted.

    At most `inline_limit` comments stand inline, the rest in the summary. From `request_changes` on, the review asks
    for changes instead of commenting. `resolve` closes the threads of addressed findings, which needs the permission
    contents: write. The others ask for a check run, a commit status and a SARIF upload beside the review.
    """

    inline_limit: int = INLINE_LIMIT
    request_changes: Severity | None = None
    resolve: bool = False
    check_run: bool = False
    commit_status: bool = False
    upload_sarif: bool = False
