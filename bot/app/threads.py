"""Answers in the threads of findings that have been addressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.app.repeat import until_read, written_once
from bot.core.marks import ADDRESSED_MARK
from bot.core.pull_request import PostedInline
from bot.errors import CodeHostError
from bot.ports import Clock, CodeHost


@dataclass(frozen=True, slots=True)
class Answered:
    """The ids of the comments that were answered, and sentences about what could not be done."""

    ids: frozenset[int]
    notes: tuple[str, ...] = ()


def answer(
    host: CodeHost, number: int, threads: Mapping[PostedInline, str], *, resolve: bool, clock: Clock
) -> Answered:
    """Say each thread's sentence in it, once, and resolve it where that is asked for.

    The first failure ends either; neither is grave, since the summary says what was not found again.
    """
    ids: set[int] = set()
    notes: list[str] = []
    try:
        for thread, sentence in threads.items():
            _reply(host, number, thread, f"{sentence}\n\n{ADDRESSED_MARK}", clock)
            ids.add(thread.id)
    except CodeHostError as error:
        notes.append(f"Not every addressed finding could be answered in its thread: {error.message}")
    try:
        for thread in threads if resolve else ():
            if thread.id in ids:
                host.resolve_thread(number, thread.id)
    except CodeHostError as error:
        notes.append(f"Not every addressed thread could be resolved: {error.message} {error.next_step}".strip())
    return Answered(frozenset(ids), tuple(notes))


def _reply(host: CodeHost, number: int, thread: PostedInline, body: str, clock: Clock) -> None:
    def send() -> bool:
        host.reply(number, thread.id, body)
        return True

    def find() -> bool | None:
        replies = until_read(lambda: host.inline_comments(number), clock)
        ours = (one for one in replies if one.reply_to == thread.id and one.author == thread.author)
        return True if any(ADDRESSED_MARK in one.body for one in ours) else None

    written_once(send, find, clock)
