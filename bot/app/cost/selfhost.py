"""Gathers from the ledger what is bought from the API: the volume of a month, the price of a token, pull requests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bot.core.cost.selfhost import HOURS_A_MONTH, Bought
from bot.core.cost.stretch import Stretch
from bot.core.ledger.sums import Field, Where
from bot.ports import LedgerReader


def bought_of(
    reader: LedgerReader, where: Where, covered: Stretch, now: datetime, tokens_per_month: int | None
) -> Bought | None:
    """What was settled in this time, as a month of 730 hours; None where nothing was paid. Raises LedgerLost.

    Time before the ledger's first row does not count: nobody knows what came before it. `tokens_per_month` is another
    volume, for the price that was paid.
    """
    within = replace(where, since=covered.since, until=covered.until)
    total, reach = reader.total(within), reader.first_and_last(where)
    tokens = total.usage.total_tokens
    if not tokens or not total.cost_usd or reach is None:
        return None
    hours = (min(covered.until, now) - max(covered.since, reach[0])).total_seconds() / 3600
    volume = Decimal(tokens) * HOURS_A_MONTH / Decimal(max(1.0, hours))
    if tokens_per_month is not None:
        volume = Decimal(tokens_per_month)
    return Bought(volume, total.cost_usd / tokens, _size_of_a_pull_request(reader, within))


def _size_of_a_pull_request(reader: LedgerReader, where: Where) -> Decimal | None:
    """Tokens that a pull request took in this time, on average; None where there was none."""
    pull_requests = tokens = 0
    for group in reader.groups([Field.REPOSITORY, Field.PULL_REQUEST], where):
        if group.key[1] and group.sums.usage.total_tokens:
            pull_requests += 1
            tokens += group.sums.usage.total_tokens
    return Decimal(tokens) / pull_requests if pull_requests else None
