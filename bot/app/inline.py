"""Posts inline comments as one review, whatever the host does: each comment once, none lost without a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.app.repeat import until_read, written_once
from bot.core.marks import fingerprints_in
from bot.core.pull_request import InlineDraft, PostedInline, PostedReview, ReviewDraft
from bot.errors import HostRefused, NoSuchThing
from bot.ports import Clock, CodeHost

MOST_REQUESTS = 30
"""Reviews tried in a run: enough to find two culprits among thirty comments."""

_TRIED_ENOUGH = "GitHub refused the comments around it too often to try it alone"


@dataclass(frozen=True, slots=True)
class Comment:
    """An inline comment to be posted, and the fingerprint by which it is known again."""

    fingerprint: str
    draft: InlineDraft


@dataclass(frozen=True, slots=True)
class ReviewTemplate:
    """What every review of a run says: on which commit, as what event, in which body.

    `further` is the body of all but the first, which takes more than one where the host refuses a comment. `mark`
    stands in both.
    """

    commit_sha: str
    event: str
    body: str
    further: str
    mark: str


class InlinePosting:
    """One run's inline comments on a pull request.

    `threads` are all inline comments of our own as last seen, `refused` says why a comment could not be posted, by
    its fingerprint, and `review_url` is that of the run's first review.
    """

    def __init__(self, host: CodeHost, number: int, login: str, clock: Clock) -> None:
        self._host = host
        self._number = number
        self._login = login
        self._clock = clock
        self._sent: set[str] = set()
        self._requests = 0
        self.threads: tuple[PostedInline, ...] = ()
        self.refused: dict[str, str] = {}
        self.review_url: str | None = None

    def look(self) -> None:
        """See which of our comments stand there. Raises CodeHostError."""
        comments = until_read(lambda: self._host.inline_comments(self._number), self._clock)
        self.threads = tuple(one for one in comments if one.author == self._login)

    def url_of(self, fingerprint: str) -> str | None:
        """Where the comment with a finding's mark stands; None where there is none."""
        threads = [(fingerprints_in(one.body), one.url) for one in self.threads if one.reply_to is None]
        own = (url for names, url in threads if names[:1] == [fingerprint])
        as_another_place = (url for names, url in threads if fingerprint in names)
        sent = self.review_url if fingerprint in self._sent else None
        return next(own, None) or sent or next(as_another_place, None)

    def post(self, comments: Sequence[Comment], template: ReviewTemplate) -> None:
        """Post them as one review; where the host refuses it, in ever smaller parts until the culprits are alone.

        The host does not name the culprit, and it takes a review whole or not at all. Raises CodeHostError where
        nothing more can be posted: what is neither there nor in `refused` is then left to the caller.
        """
        self._remove_pending(self._own_reviews())
        parts = [tuple(comments)]
        while parts:
            part = self._missing(parts.pop(0))
            if not part:
                continue
            if self._requests >= MOST_REQUESTS:
                self.refused |= {one.fingerprint: _TRIED_ENOUGH for one in part}
                continue
            try:
                self._send(part, template)
            except HostRefused as error:
                parts[:0] = self._halves(part, error, template)

    def _send(self, part: tuple[Comment, ...], template: ReviewTemplate) -> None:
        """Post one part. A single comment that is refused is tried without asking for changes, too."""
        asks_for_changes = template.event != "COMMENT" and self.review_url is None
        try:
            self._write(part, template, template.event if asks_for_changes else "COMMENT")
        except HostRefused:
            if len(part) > 1 or not asks_for_changes:
                raise
            self._write(part, template, "COMMENT")

    def _write(self, part: tuple[Comment, ...], template: ReviewTemplate, event: str) -> None:
        def send() -> bool:
            self._requests += 1
            missing = self._missing(part)
            body = template.body if self.review_url is None else template.further
            drafts = tuple(one.draft for one in missing)
            review = self._host.create_review(self._number, ReviewDraft(template.commit_sha, body, event, drafts))
            self.review_url = self.review_url or review.url
            self._sent |= {one.fingerprint for one in missing}
            return True

        def find() -> bool | None:
            self._look_for_reviews(template)
            return None if self._missing(part) else True

        written_once(send, find, self._clock)

    def _halves(
        self, part: tuple[Comment, ...], error: HostRefused, template: ReviewTemplate
    ) -> list[tuple[Comment, ...]]:
        """What is left to try of a part that was refused. Even then a review's body has been seen to stand there."""
        self._look_for_reviews(template)
        if len(part) == 1:
            self.refused[part[0].fingerprint] = error.message
            return []
        middle = len(part) // 2
        return [part[:middle], part[middle:]]

    def _missing(self, comments: tuple[Comment, ...]) -> tuple[Comment, ...]:
        standing = self._sent | {name for thread in self.threads for name in fingerprints_in(thread.body)[:1]}
        return tuple(one for one in comments if one.fingerprint not in standing)

    def _look_for_reviews(self, template: ReviewTemplate) -> None:
        reviews = self._own_reviews()
        self._remove_pending(reviews)
        ours = (one.url for one in reviews if template.mark in one.body and one.state != "PENDING")
        self.review_url = self.review_url or next(ours, None)
        self.look()

    def _own_reviews(self) -> list[PostedReview]:
        reviews = until_read(lambda: self._host.reviews(self._number), self._clock)
        return [one for one in reviews if one.author == self._login]

    def _remove_pending(self, reviews: Sequence[PostedReview]) -> None:
        """A review of our own that was begun and never submitted keeps every other from being posted."""
        for review in reviews:
            if review.state == "PENDING":
                try:
                    self._host.delete_pending_review(self._number, review.id)
                except NoSuchThing:
                    continue
