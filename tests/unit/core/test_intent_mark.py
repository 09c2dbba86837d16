from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.budget import Amount, Limits
from bot.core.excerpt import Tier
from bot.core.intent_mark import has_intents, read_intents, without_intents, write_intents
from bot.core.marker import SetAside, Signer, write_marker
from bot.core.message_batch import Intent, Item, Piece, Sending
from bot.core.state import ReviewState
from tests.contract.test_intent_store import an_intent
from tests.fakes import NOON

SIGNER = Signer.from_secret("a secret", "acme/shop", 7)

AMOUNTS = st.builds(Amount, st.integers(0, 10**9), st.decimals(0, 100, places=9, allow_nan=False))
TIMES = st.integers(0, 10**6).map(lambda seconds: NOON + timedelta(seconds=seconds))
TEXTS = st.text(st.characters(exclude_categories=[]), max_size=8)
RANGES = st.tuples(st.integers(0, 10**6), st.integers(0, 10**4))
PIECES = st.builds(Piece, TEXTS, TEXTS, RANGES, RANGES, RANGES, st.lists(TEXTS, max_size=2).map(tuple))
SENDINGS = st.builds(
    Sending, st.just((0,)), st.booleans(), st.none() | TIMES, TEXTS, st.none() | AMOUNTS, st.just(value=False)
)


@given(PIECES, AMOUNTS, st.lists(SENDINGS, min_size=1, max_size=3), TIMES, st.booleans())
def test_whatever_an_intent_holds_comes_back(
    piece: Piece,
    amount: Amount,
    sendings: list[Sending],
    began: object,
    cached: bool,  # noqa: FBT001
) -> None:
    """Stray bytes in paths, dollars with many places, times: what the summary remembers is what was handed in."""
    item = Item(0, 1, (piece,), "model", Tier.STRONG, "why <!-- --> not", amount, cached)
    intent = Intent("0123456789abcdef", NOON, (item,), tuple(sendings), Limits(None, amount.usd), None)
    assert read_intents(f"page\n{write_intents([intent], SIGNER)}\n", SIGNER) == (intent,)


def test_finished_intents_leave() -> None:
    """What is settled and told takes no room."""
    told = tuple(replace(one, spent=Amount(), told=True) for one in an_intent().sendings)
    assert write_intents([replace(an_intent(), sendings=told)], SIGNER) == ""
    assert read_intents("nothing here", SIGNER) == ()


def test_a_body_without_them_is_what_people_read() -> None:
    """The mark goes and nothing else does."""
    mark = write_intents([an_intent()], SIGNER)
    assert has_intents(f"a{mark}b")
    assert without_intents(f"a{mark}b") == "ab"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda mark: mark.replace("hunkwise:intents ", "hunkwise:intents 0", 1),
        lambda mark: mark[:-20] + " -->",
        lambda mark: mark[:120],
        lambda _: write_intents([an_intent()], Signer.from_secret("a secret", "acme/shop", 8)),
        lambda _: write_intents([an_intent()], Signer.from_secret("another", "acme/shop", 7)),
    ],
    ids=["signature", "payload", "cut", "of another pull request", "of another key"],
)
def test_what_is_not_ours_is_set_aside(spoil: object) -> None:
    """Who may write a comment may not have money settled or findings posted by it."""
    found = read_intents(spoil(write_intents([an_intent()], SIGNER)), SIGNER)  # type: ignore[operator]
    assert isinstance(found, SetAside)
    assert found.why.endswith("set aside.")


def test_a_states_signature_is_not_an_intents() -> None:
    """Each mark is signed as what it is."""
    signature = write_marker(ReviewState(), SIGNER).split()[2]
    payload = write_intents([an_intent()], SIGNER).split()[3]
    assert isinstance(read_intents(f"<!-- hunkwise:intents {signature} {payload} -->", SIGNER), SetAside)
