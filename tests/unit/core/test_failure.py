"""The table of failures: what is tried again, what may have been billed, what ends a run."""

from __future__ import annotations

import pytest

from bot.core.failure import RULES, Billing, FailureKind, Sign, Then

MAY_HAVE_RUN = {
    FailureKind.GATEWAY_ERROR,
    FailureKind.CONNECTION_LOST,
    FailureKind.TIMED_OUT,
    FailureKind.BROKEN_STREAM,
    FailureKind.STOPPED,
}
TRIED_AGAIN = {
    FailureKind.RATE_LIMITED,
    FailureKind.OVERLOADED,
    FailureKind.SERVER_ERROR,
    FailureKind.GATEWAY_ERROR,
    FailureKind.NEVER_SENT,
    FailureKind.CONNECTION_LOST,
    FailureKind.TIMED_OUT,
    FailureKind.BROKEN_STREAM,
}
HOPELESS = {
    FailureKind.SPEND_LIMIT,
    FailureKind.UNPAID,
    FailureKind.NOT_PERMITTED,
    FailureKind.NOT_FOUND,
    FailureKind.STOPPED,
    FailureKind.LEDGER_LOST,
}
ELSEWHERE = TRIED_AGAIN | {FailureKind.UNAVAILABLE, FailureKind.NOT_PERMITTED, FailureKind.NOT_FOUND}
SMALLER = {FailureKind.TOO_LARGE, FailureKind.BUDGET_USD, FailureKind.BUDGET_TOKENS}
DOWN = TRIED_AGAIN - {FailureKind.RATE_LIMITED}
NOBODY_ASKED = {
    FailureKind.LEDGER_LOST,
    FailureKind.UNAVAILABLE,
    FailureKind.BUDGET_USD,
    FailureKind.BUDGET_TOKENS,
    FailureKind.OVERRUN,
    FailureKind.DEADLINE,
    FailureKind.STOPPED,
}


@pytest.mark.parametrize("kind", FailureKind)
def test_each_row_is_what_the_api_s_reference_says(kind: FailureKind) -> None:
    """The sets above are written from the API's reference, apart from the table that the code reads."""
    rule = RULES[kind]
    assert rule.retry == (kind in TRIED_AGAIN)
    assert (rule.billing is Billing.UNKNOWN) == (kind in MAY_HAVE_RUN)
    assert rule.ends_run == (kind in HOPELESS)
    assert rule.fails_over == (kind in ELSEWHERE)
    assert rule.shrinks == (kind in SMALLER)
    assert (rule.sign is Sign.DOWN) == (kind in DOWN)
    assert (rule.sign is Sign.NOTHING) == (kind in NOBODY_ASKED)
    assert rule.meaning


def test_nothing_that_ends_a_run_is_tried_again() -> None:
    """A spend limit that is hammered is a bill nobody agreed to."""
    assert not [kind for kind, rule in RULES.items() if rule.retry and rule.ends_run]


@pytest.mark.parametrize("kind", FailureKind)
def test_every_row_ends_in_a_stop_and_goes_no_way_twice(kind: FailureKind) -> None:
    """What follows is a list that comes to its end, retries before a switch and a switch before giving up."""
    then = RULES[kind].then
    assert then[-1] in {Then.STOP, Then.STOP_ALL}
    assert list(then) == [step for step in Then if step in then]


def test_no_spend_limit_is_gone_around() -> None:
    """Whoever capped the spending at one provider did not ask for a bill from another."""
    for kind in (FailureKind.SPEND_LIMIT, FailureKind.UNPAID):
        assert RULES[kind].then == (Then.STOP_ALL,)
