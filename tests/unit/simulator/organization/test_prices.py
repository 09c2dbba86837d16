"""The stand-in's prices, written down apart from the list that Hunkwise uses."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.core.pricing import PriceList, Tariff
from bot.core.usage import Usage
from bot.simulator.log import UsageFigures
from bot.simulator.models import MODELS
from bot.simulator.organization.prices import KINDS, PRICES, cost_of

TODAY = PriceList(datetime(2026, 11, 26, tzinfo=UTC), {})


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("model", sorted(MODELS))
def test_both_lists_charge_the_same(model: str, *, long: bool, batch: bool) -> None:
    """For each model, kind of token and mode, and for a prompt beyond which one of them costs more."""
    amounts = (120_000 if long else 1_000, 200, 300, 4_000, 500)
    figures = UsageFigures(*amounts)
    charged = sum((cost_of(model, figures, kind, batch=batch) for kind in KINDS), Decimal(0))
    assert charged == TODAY.cost(model, Usage(*amounts), Tariff(batch=batch))


def test_every_model_has_a_price() -> None:
    """What is served can be billed."""
    assert set(PRICES) == set(MODELS)
