"""Data goes to stdout as UTF-8, whatever the locale says; a path's stray bytes go out as they came in."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from bot.errors import OutputLost


@contextmanager
def writing(what: str = "The result") -> Iterator[TextIO]:
    """Stdout, for as long as somebody takes what is written; raises OutputLost where nobody does.

    `what` begins the sentence that says what was lost: of a review, what it cost.
    """
    if sys.stdout is None:
        raise OutputLost(f"{what} could not be written: standard output is closed.", next_step=_NEXT_STEP)
    try:
        yield sys.stdout
        sys.stdout.flush()
    except OSError as error:
        # Python flushes once more at exit; what is left must not fail a second time.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputLost(
            f"{what} could not be written: {error.strerror or 'nobody reads it any more'}.", next_step=_NEXT_STEP
        ) from None


def print_json(value: Any, what: str = "The result") -> None:
    """One JSON document; ASCII, since a path may hold what UTF-8 cannot."""
    print_text(json.dumps(value, indent=2), what)


def print_text(text: str, what: str = "The result") -> None:
    """A text and its newline."""
    with writing(what) as stream:
        stream.buffer.write(text.rstrip("\n").encode("utf-8", "surrogateescape") + b"\n")


_NEXT_STEP = "Check where standard output goes, and run again."
