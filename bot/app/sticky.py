"""Writes the summary comment so that there is one of it, whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace

from bot.app.memory import Memory, with_news, write_summary
from bot.app.repeat import until_read, written_once
from bot.core.marker import Signer
from bot.core.marks import SUMMARY_MARK
from bot.core.pull_request import PostedComment
from bot.core.state import ReviewState
from bot.errors import NoSuchThing
from bot.ports import Clock, CodeHost


def put_summary(
    host: CodeHost, number: int, memory: Memory, body: str, state: ReviewState, signer: Signer, clock: Clock
) -> Memory:
    """Write the summary and the state in it; gives the memory with both. Raises CodeHostError.

    A summary that another run has made since is taken over, one that somebody has deleted since is made anew. What
    another run has handed in since is kept: this run could not know of it.
    """

    def own() -> PostedComment | None:
        comments = until_read(lambda: host.comments(number), clock)
        return next((one for one in comments if one.author == memory.login and SUMMARY_MARK in one.body), None)

    def write(known: Memory) -> Memory:
        return write_summary(host, number, known, body, state, signer)

    def send() -> Memory:
        return write(memory)

    def find() -> Memory | None:
        """A comment that was made after all is edited from then on; an edit can be repeated without harm."""
        made = own() if memory.summary is None else None
        return written_once(lambda: write(replace(memory, summary=made)), lambda: None, clock) if made else None

    memory = replace(memory, state=state)
    current = own()
    if current is not None:
        memory = with_news(replace(memory, summary=memory.summary or current), current, signer)
        state = memory.state
    try:
        return written_once(send, find, clock)
    except NoSuchThing:
        if memory.summary is None:
            raise
        memory = replace(memory, summary=None)
        return written_once(send, find, clock)
