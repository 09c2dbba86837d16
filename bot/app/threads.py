"""Answers in the threads of findings that were addressed, or are there again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.app.repeat import until_read, written_once
from bot.core.pull_request import PostedInline
from bot.errors import CodeHostError
from bot.ports import Clock, CodeHost


@dataclass(frozen=True, slots=True)
class Answered:
    """The ids of the comments that were answered, and sentences about what could not be done."""

    ids: frozenset[int]
    notes: tuple[str, ...] = ()


def answer(
    host: CodeHost, number: int, replies: Mapping[PostedInline, str], done: Collection[int], clock: Clock
) -> Answered:
    """Post each thread's reply, once, and then resolve the threads whose ids are `done`.

    The first failure ends either; neither is grave, since the summary says what was not found again.
    """
    ids: set[int] = set()
    notes: list[str] = []
    try:
        for thread, body in replies.items():
            _reply(host, number, thread, body, clock)
            ids.add(thread.id)
    except CodeHostError as error:
        notes.append(f"Not every earlier finding could be answered in its thread: {error.message}")
    try:
        for comment_id in sorted(ids.intersection(done)):
            host.resolve_thread(number, comment_id)
    except CodeHostError as error:
        notes.append(f"Not every addressed thread could be resolved: {error.message} {error.next_step}".strip())
    return Answered(frozenset(ids), tuple(notes))


def _reply(host: CodeHost, number: int, thread: PostedInline, body: str, clock: Clock) -> None:
    def send() -> bool:
        host.reply(number, thread.id, body)
        return True

    def find() -> bool | None:
        comments = until_read(lambda: host.inline_comments(number), clock)
        ours = (one for one in comments if one.reply_to == thread.id and one.author == thread.author)
        return True if any(one.body.split() == body.split() for one in ours) else None

    written_once(send, find, clock)
