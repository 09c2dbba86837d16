"""The table of failures: what is tried again, what may have been billed, what ends a run."""

from __future__ import annotations

import pytest

from bot.core.failure import RULES, Billing, FailureKind

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
HOPELESS = {FailureKind.SPEND_LIMIT, FailureKind.NOT_PERMITTED, FailureKind.NOT_FOUND, FailureKind.STOPPED}


@pytest.mark.parametrize("kind", FailureKind)
def test_each_row_is_what_the_api_s_reference_says(kind: FailureKind) -> None:
    """The sets above are written from the API's reference, apart from the table that the code reads."""
    rule = RULES[kind]
    assert rule.retry == (kind in TRIED_AGAIN)
    assert (rule.billing is Billing.UNKNOWN) == (kind in MAY_HAVE_RUN)
    assert rule.ends_run == (kind in HOPELESS)
    assert rule.meaning


def test_nothing_that_ends_a_run_is_tried_again() -> None:
    """A spend limit that is hammered is a bill nobody agreed to."""
    assert not [kind for kind, rule in RULES.items() if rule.retry and rule.ends_run]
