"""What is said on a pull request: comments, reviews with inline comments, and replies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.e2e.github import views
from tests.e2e.github.anchors import check_anchor
from tests.e2e.github.exchange import Answer, Refused, not_found, unprocessable
from tests.e2e.github.routes import Desk, route, text_of, within
from tests.e2e.github.state import Comment, Inline, Pull, Review

_EVENTS = {"COMMENT": "COMMENTED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "APPROVE": "APPROVED"}


@route("GET", "/repos/{repo}/issues/{number}/comments", "issues pull-requests")
def comments(desk: Desk, number: str) -> Answer:
    """The conversation, oldest first."""
    on = desk.conversation(number)
    listed = [comment for comment in desk.state.comments if comment.number == on]
    return desk.page(listed, lambda comment: views.comment(desk.state, desk.base, comment))


@route("GET", "/repos/{repo}/issues/comments", "issues pull-requests")
def all_comments(desk: Desk) -> Answer:
    """All conversations of the repository; what is older than asked for is left out."""
    since = datetime.fromisoformat(desk.request.query.get("since", "2000-01-01T00:00:00Z"))
    listed = [comment for comment in desk.state.comments if comment.at >= since]
    return desk.page(listed, lambda comment: views.comment(desk.state, desk.base, comment))


@route("POST", "/repos/{repo}/issues/{number}/comments", "issues pull-requests", "write")
def create_comment(desk: Desk, number: str) -> Answer:
    """Say something."""
    on = desk.conversation(number)
    state = desk.state
    body = text_of(desk, "IssueComment")
    comment = Comment(next(state.ids), on, desk.token.login, body, state.now())
    state.comments.append(comment)
    return Answer(201, views.comment(state, desk.base, comment))


@route("PATCH", "/repos/{repo}/issues/comments/{comment}", "issues pull-requests", "write")
def edit_comment(desk: Desk, comment: str) -> Answer:
    """Say something else."""
    found = next((one for one in desk.state.comments if str(one.id) == comment), None)
    if found is None:
        raise not_found()
    found.body = text_of(desk, "IssueComment")
    return Answer(200, views.comment(desk.state, desk.base, found))


@route("GET", "/repos/{repo}/pulls/{number}/reviews", "pull-requests")
def reviews(desk: Desk, number: str) -> Answer:
    """The reviews; of the pending ones only one's own."""
    one = desk.pull(number)
    listed = [
        review
        for review in desk.state.reviews
        if review.number == one.number and (review.state != "PENDING" or review.author == desk.token.login)
    ]
    return desk.page(listed, lambda review: views.review(desk.state, desk.base, review))


@route("GET", "/repos/{repo}/pulls/{number}/comments", "pull-requests")
def inlines(desk: Desk, number: str) -> Answer:
    """The inline comments of submitted reviews."""
    one = desk.pull(number)
    pending = {review.id for review in desk.state.reviews if review.state == "PENDING"}
    listed = [
        inline for inline in desk.state.inlines if inline.number == one.number and inline.review_id not in pending
    ]
    return desk.page(listed, lambda inline: views.inline(desk.state, desk.base, inline))


@route("POST", "/repos/{repo}/pulls/{number}/reviews", "pull-requests", "write")
def create_review(desk: Desk, number: str) -> Answer:
    """A review, whole or not at all; without an event it stays pending."""
    one = desk.pull(number)
    asked: dict[str, Any] = desk.request.body or {}
    commit = _commit(desk, one, asked.get("commit_id"))
    _check_event(desk, one, asked)
    drafts = asked.get("comments") or []
    for draft in drafts:
        if not draft.get("body"):
            raise unprocessable("Body can't be blank")
        within(draft["body"], "PullRequestReviewComment")
        check_anchor(desk.state, one, commit, draft)
    state = desk.state
    word = _EVENTS.get(asked.get("event", ""), "PENDING")
    body = within(asked.get("body") or "", "PullRequestReview")
    review = Review(next(state.ids), one.number, desk.token.login, word, body, commit, state.now())
    state.reviews.append(review)
    merge_base = state.changes(one, commit).merge_base
    for draft in drafts:
        state.inlines.append(_inline(desk, review, draft, merge_base))
    return Answer(200, views.review(state, desk.base, review))


@route("DELETE", "/repos/{repo}/pulls/{number}/reviews/{review}", "pull-requests", "write")
def delete_review(desk: Desk, number: str, review: str) -> Answer:
    """Take back a review that was never submitted, and its comments."""
    one = desk.pull(number)
    state = desk.state
    found = next((known for known in state.reviews if str(known.id) == review and known.number == one.number), None)
    if found is None or found.author != desk.token.login:
        raise not_found()
    if found.state != "PENDING":
        raise unprocessable("Can not delete a non-pending pull request review")
    state.reviews.remove(found)
    state.inlines[:] = [inline for inline in state.inlines if inline.review_id != found.id]
    return Answer(200, views.review(state, desk.base, found))


@route("POST", "/repos/{repo}/pulls/{number}/comments/{comment}/replies", "pull-requests", "write")
def reply(desk: Desk, number: str, comment: str) -> Answer:
    """Answer in a thread; GitHub makes a review of its own out of every reply."""
    one = desk.pull(number)
    state = desk.state
    first = next((known for known in state.inlines if str(known.id) == comment), None)
    if first is None or first.number != one.number:
        raise not_found()
    if first.reply_to is not None:
        raise unprocessable("In reply to is not a top-level comment")
    body = text_of(desk, "PullRequestReviewComment")
    review = Review(next(state.ids), one.number, desk.token.login, "COMMENTED", "", first.commit, state.now())
    state.reviews.append(review)
    answer = Inline(**{**vars(first), "id": next(state.ids), "review_id": review.id, "author": desk.token.login})
    answer.body, answer.reply_to, answer.at = body, first.id, state.now()
    state.inlines.append(answer)
    return Answer(201, views.inline(state, desk.base, answer))


def _inline(desk: Desk, review: Review, draft: dict[str, Any], merge_base: str) -> Inline:
    return Inline(
        id=next(desk.state.ids),
        number=review.number,
        review_id=review.id,
        author=review.author,
        body=draft["body"],
        path=draft["path"],
        side=draft.get("side", "RIGHT"),
        line=draft["line"],
        start_line=draft.get("start_line"),
        commit=review.commit,
        merge_base=merge_base,
        at=review.at,
    )


def _commit(desk: Desk, one: Pull, named: str | None) -> str:
    """The commit a review is of; one that a force-push took out of the pull request is refused."""
    head = desk.state.head(one)
    if named is None:
        return head
    if named not in desk.state.git.commits(desk.state.git.sha(one.base), head):
        raise unprocessable("Commit is not part of the pull request")
    return named


def _check_event(desk: Desk, one: Pull, asked: dict[str, Any]) -> None:
    event = asked.get("event", "")
    mine = (review for review in desk.state.reviews if review.number == one.number)
    if any(review.state == "PENDING" and review.author == desk.token.login for review in mine):
        raise unprocessable("User can only have one pending review per pull request")
    if event == "APPROVE" and desk.token.permissions is not None:
        raise unprocessable("GitHub Actions is not permitted to approve pull requests.")
    if event == "REQUEST_CHANGES" and one.author == desk.token.login:
        raise unprocessable("Can not request changes on your own pull request")
    if event == "REQUEST_CHANGES" and not asked.get("body"):
        raise unprocessable("Body can't be blank")
    if event == "COMMENT" and not asked.get("body") and not asked.get("comments"):
        raise Refused(422, "Unprocessable Entity", ["Body can't be blank"])
