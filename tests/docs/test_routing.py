"""The page about routing says what the code does."""

from __future__ import annotations

import pytest

from bot.app.prepare import WIDER_CONTEXT_TOKENS
from bot.app.triage import HUNKS_A_REQUEST, MOST_REQUESTS
from bot.core import route, triage
from bot.core.excerpt import Tier
from bot.core.prompt.triage import CHANGED_LINES
from bot.core.route import Routing
from bot.core.verify import Verify
from tests.docs.pages import ROOT

PAGE = " ".join((ROOT / "docs" / "routing.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    "said",
    [
        f"scoring under {route.CHEAP_DELETION_BELOW_RISK}",
        f"(`.pyi`, `.d.ts`) scoring under {route.CHEAP_STUBS_BELOW_RISK}",
        f"tests and configuration scoring under {route.CHEAP_BELOW_RISK}",
        f"scoring {route.STRONG_FROM_RISK} or more",
        f"their kin scoring {route.STRONG_FROM_RISK_IF_UNSAFE_OR_LONG} or more",
        f"{route.LONG_FROM_CHANGED_LINES} changed lines or more, scoring {route.STRONG_FROM_RISK_IF_UNSAFE_OR_LONG}",
        f"({route.LEAST_TOKENS[Tier.CHEAP]:,} tokens for the cheap one, {route.LEAST_TOKENS[Tier.STRONG]:,} for",
        f"scores under {triage.SKIP_BELOW_RISK}",
        f"up to {HUNKS_A_REQUEST} hunks",
        f"the {HUNKS_A_REQUEST * MOST_REQUESTS} riskiest",
        f"up to {WIDER_CONTEXT_TOKENS:,} tokens",
    ],
)
def test_figures_are_those_of_the_code(said: str) -> None:
    """A table of rules with another threshold would explain another receipt."""
    assert said in PAGE


def test_the_rules_stand_in_the_code_in_the_same_words() -> None:
    """Whoever changes a rule meets its table there."""
    reasons = ["type stubs", "high risk", "high risk in a memory-unsafe language", "long and risky"]
    for reason in reasons:
        assert f"`{reason}`" in PAGE
        assert f'"{reason}"' in (route.__doc__ or "")
    assert CHANGED_LINES == 8
    assert "its first eight changed lines" in PAGE


def test_every_way_is_explained() -> None:
    """Each word that the settings take has its place on the page."""
    for word in (*Routing, Verify.ERRORS, Verify.ALL):
        assert f"`{word}`" in PAGE
