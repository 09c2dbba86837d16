"""What is read from a response's headers, and what is not believed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.rate_facts import LIMIT_NAMES, LimitFacts, RateFacts, model_class, rate_facts, retry_after_of
from tests.fakes import NOON


def headers(name: str = "requests", limit: str = "400", remaining: str = "399", reset: str = "") -> dict[str, str]:
    """The three headers of one limit."""
    prefix = f"anthropic-ratelimit-{name}"
    return {f"{prefix}-limit": limit, f"{prefix}-remaining": remaining, f"{prefix}-reset": reset}


def test_all_headers_are_read() -> None:
    """Each limit by its name, with the seconds until it is whole again."""
    given = {
        **headers("requests", "400", "200", "2026-11-22T12:00:30Z"),
        **headers("input-tokens", "800000", "12000", "2026-11-22T12:00:59+00:00"),
        **headers("output-tokens", "200000", "0"),
        "retry-after": "7",
    }
    assert rate_facts(given, NOON) == RateFacts(
        {
            "requests": LimitFacts(400, 200, 30.0),
            "input-tokens": LimitFacts(800_000, 12_000, 59.0),
            "output-tokens": LimitFacts(200_000, 0),
        },
        retry_after=7.0,
    )


def test_the_combined_limit_counts_only_alone() -> None:
    """It repeats the tightest of the other two, whose tokens would be counted twice."""
    together = headers("tokens", "800000", "12000")
    assert set(rate_facts(together, NOON).limits) == {"tokens"}
    assert set(rate_facts({**together, **headers("output-tokens")}, NOON).limits) == {"output-tokens"}


@pytest.mark.parametrize(
    "nonsense",
    [
        headers(limit="many"),
        headers(limit="0"),
        headers(limit="-5"),
        headers(limit=""),
        headers(remaining="-1"),
        headers(remaining="1.5"),
        headers(remaining=""),
        {"anthropic-ratelimit-requests-limit": "400"},
        {"anthropic-ratelimit-requests-remaining": "400"},
        {},
    ],
)
def test_nonsense_counts_as_not_given(nonsense: dict[str, str]) -> None:
    """Half a limit is none: a guess would hold requests back for nothing."""
    assert rate_facts(nonsense, NOON) == RateFacts()


@pytest.mark.parametrize("reset", ["", "soon", "30", "2026-11-22T12:00:30"])
def test_a_reset_without_a_moment_is_left_out(reset: str) -> None:
    """The rest of the limit still counts; a time without a zone is no moment."""
    assert rate_facts(headers(reset=reset), NOON).limits == {"requests": LimitFacts(400, 399)}


def test_a_rest_above_the_limit_is_the_limit() -> None:
    """Token remainders are rounded, up as well."""
    assert rate_facts(headers(limit="500", remaining="1000"), NOON).limits["requests"].remaining == 500


def test_resets_are_counted_from_the_server_s_own_clock() -> None:
    """A clock that is wrong by a minute would say that the bucket holds a whole minute more or less."""
    given = {**headers(reset="2026-11-22T12:00:30Z"), "date": "Sun, 22 Nov 2026 12:00:20 GMT"}
    facts = rate_facts(given, NOON - timedelta(minutes=5))
    assert facts.limits["requests"].until_full == 10.0


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        (LimitFacts(600, 600), 600.0),
        (LimitFacts(600, 0, 60.0), 600.0),
        (LimitFacts(600, 300, 28.0), 600.0),  # resets come in whole seconds
        (LimitFacts(600, 10, 0.0), 10.0),
        (LimitFacts(600, 4, 6.0), 64.0),
        (LimitFacts(600, 0, 0.0), 600.0),  # it says nothing
    ],
)
def test_a_limit_over_less_than_a_minute_is_noticed(facts: LimitFacts, holds: float) -> None:
    """A bucket that is whole again in a moment although little is left holds little."""
    assert facts.holds == holds


@pytest.mark.parametrize(("text", "seconds"), [("0", 0.0), ("2.5", 2.5), ("-3", 0.0)])
def test_a_retry_after_is_seconds(text: str, seconds: float) -> None:
    """Fractions too, and never less than nothing."""
    assert retry_after_of({"retry-after": text}, NOON) == seconds


def test_a_retry_after_may_be_a_date_or_milliseconds() -> None:
    """Both are in use; a date has no fractions, so a second more is waited, by the response's own clock."""
    date = "Sun, 22 Nov 2026 12:00:07 GMT"
    assert retry_after_of({"retry-after": date}, NOON) == 8
    assert retry_after_of({"retry-after": date, "date": "Sun, 22 Nov 2026 12:00:05 GMT"}, NOON) == 3
    assert retry_after_of({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, NOON) == 0
    assert retry_after_of({"retry-after": "9", "retry-after-ms": "250"}, NOON) == 0.25


@pytest.mark.parametrize("text", ["", "soon", "inf", "nan", "Wed, 99 Oct 2026 07:28:00 GMT"])
def test_any_other_retry_after_counts_as_not_given(text: str) -> None:
    """An infinite wait would never end."""
    assert retry_after_of({"retry-after": text}, NOON) is None


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-haiku-5-5", "haiku"),
        ("claude-haiku-4-5-20251001", "haiku"),
        ("us.anthropic.claude-sonnet-5-v1:0", "sonnet"),
        ("anthropic.claude-opus-5-5", "opus"),
        ("claude-fable-5-2@20261001", "fable"),
        ("claude-3-opus", "opus"),
        ("my-gateway/Claude-Haiku", "haiku"),
        ("octopus-7b", "octopus-7b"),
        ("gpt", "gpt"),
    ],
)
def test_models_that_share_limits_are_of_one_class(model: str, expected: str) -> None:
    """Whatever a platform writes around the family's name; a stranger is a class of its own."""
    assert model_class(model) == expected


@given(
    st.dictionaries(
        st.sampled_from(
            [f"anthropic-ratelimit-{n}-{k}" for n in LIMIT_NAMES for k in ("limit", "remaining", "reset")]
            + ["retry-after", "date"]
        ),
        st.text() | st.integers().map(str),
    )
)
def test_no_header_ends_a_run(given_headers: dict[str, str]) -> None:
    """Whatever a gateway sends, reading it never fails, and what is believed makes sense."""
    facts = rate_facts(given_headers, NOON)
    assert all(0 <= one.remaining <= one.limit and one.holds >= 1 for one in facts.limits.values())
