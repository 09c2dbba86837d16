"""The marker carries a pull request's memory, and nobody else's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.core.budget import Amount
from bot.core.diff.model import Hunk
from bot.core.marker import MARKER_CHARACTERS, SetAside, Signer, read_marker, write_marker
from bot.core.reuse import hunk_key
from bot.core.state import OpenRun, ReviewState

SIGNER = Signer.from_secret("secret", "octo/shop", 7)
BEGAN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def a_hunk(number: int, path: str = "a.py", start: int = 1) -> Hunk:
    """The hunk that adds one numbered line."""
    return Hunk(path, start, 0, start, 1, b"", b"+line %d\n" % number)


def a_state(hunks: int = 3) -> ReviewState:
    """A state with something in every field."""
    return ReviewState(
        reviewed=tuple(hunk_key(a_hunk(number)) for number in range(hunks)),
        posted=("0123456789abcdef0123", "ffffffffffffffffffff"),
        spent=Amount(1_234, Decimal("0.0123456789")),
        open_runs=(OpenRun("run-1", Amount(9, Decimal("0.5")), BEGAN),),
        runs=4,
        forgotten=2,
    )


def test_a_state_survives_its_marker() -> None:
    """What one run writes the next one reads, to the last decimal."""
    assert read_marker("text\n" + write_marker(a_state(), SIGNER) + "\nmore", SIGNER) == a_state()


def test_no_marker_is_not_a_broken_one() -> None:
    """A comment without a marker says nothing about earlier runs."""
    assert read_marker("A comment.", SIGNER) is None


@pytest.mark.parametrize(
    "other",
    [
        Signer.from_secret("another", "octo/shop", 7),
        Signer.from_secret("secret", "octo/other", 7),
        Signer.from_secret("secret", "octo/shop", 8),
    ],
)
def test_another_key_repository_or_pull_request_is_set_aside(other: Signer) -> None:
    """A marker cannot be forged, nor carried over from elsewhere."""
    assert isinstance(read_marker(write_marker(a_state(), other), SIGNER), SetAside)


def test_a_changed_payload_is_set_aside() -> None:
    """Less spent than was spent is a forgery, whoever wrote it."""
    marker = write_marker(a_state(), SIGNER).replace("1234", "0")
    assert isinstance(read_marker(marker, SIGNER), SetAside)


def test_a_cut_marker_is_set_aside() -> None:
    """A comment that lost its end lost its state, and says so."""
    marker = write_marker(a_state(), SIGNER)
    assert isinstance(read_marker(marker[: len(marker) // 2], SIGNER), SetAside)


def test_another_version_is_set_aside() -> None:
    """A rightly signed payload of a form that is not known is not guessed at."""
    payload = '{"v":2}'
    marker = f"<!-- hunkwise:state {SIGNER.sign(payload)} {payload} -->"
    assert isinstance(read_marker(marker, SIGNER), SetAside)


def test_a_large_state_forgets_its_oldest_hunks_and_says_so() -> None:
    """Ten thousand hunks do not break the comment; what is forgotten is counted, money never is."""
    state = a_state(10_000)
    marker = write_marker(state, SIGNER)
    assert len(marker) <= MARKER_CHARACTERS
    kept = read_marker(marker, SIGNER)
    assert isinstance(kept, ReviewState)
    assert kept.reviewed == state.reviewed[-len(kept.reviewed) :]
    assert len(kept.reviewed) > 1_500
    assert kept.forgotten == state.forgotten + 10_000 - len(kept.reviewed)
    assert (kept.spent, kept.open_runs) == (state.spent, state.open_runs)


def test_open_runs_count_as_spent() -> None:
    """Money that a run may be spending cannot be spent again."""
    assert a_state().committed() == Amount(1_243, Decimal("0.5123456789"))
    assert replace(a_state(), open_runs=()).committed() == a_state().spent


def test_the_secret_is_not_shown() -> None:
    """A signer in a log or a traceback gives nothing away."""
    assert "secret" not in repr(SIGNER)


def test_a_hunk_keeps_its_key_when_it_moves_and_changes_it_with_path_or_text() -> None:
    """A push above a hunk does not buy it again; a change to it does."""
    key = hunk_key(a_hunk(1))
    assert hunk_key(a_hunk(1, start=900)) == key
    assert hunk_key(a_hunk(2)) != key
    assert hunk_key(a_hunk(1, path="b.py")) != key


def test_what_triage_left_out_is_remembered_apart() -> None:
    """It was not reviewed; where there is nothing of the kind, the marker does not grow."""
    state = ReviewState(reviewed=("AAAAAAAAAAAA",), triaged=("BBBBBBBBBBBB", "CCCCCCCCCCCC"))
    assert read_marker(write_marker(state, SIGNER), SIGNER) == state
    assert "triaged" not in write_marker(ReviewState(), SIGNER)
