"""Invents the history of an organisation's reviews and writes it into a ledger, to measure and to look at.

    python -m bench.ledger_history LEDGER --rows 100000 --days 90 --until 2026-11-26T12:00:00+00:00

The same arguments give the same rows. Working days are busier than weekends, some repositories than others, spending
grows by a tenth a month, and a few attempts fail, wait in batches or were never settled.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import insert

from bot.adapters.ledger.book import SqlLedger
from bot.adapters.ledger.rows import end_values, ending_values, opening_values, run_values
from bot.adapters.ledger.tables import entries, findings, runs
from bot.core.bill import FIRST_LOOKS
from bot.core.calls import Feature
from bot.core.ledger.entry import Opening, RateRow, RunEnd, RunFacts, Settlement, State
from bot.core.money import to_the_digit
from bot.core.pricing import BATCH_SHARE, LIVE, PriceList, Tariff
from bot.core.rate_facts import model_class
from bot.core.savings import Saved
from bot.core.usage import Usage

MODELS = {"cheap": "claude-haiku-4-5", "standard": "claude-sonnet-4-6", "strong": "claude-opus-4-5"}
TEAMS = {"payments": ("ada", "ben"), "search": ("chen", "dora", "eli"), "platform": ("fay",), "": ("guest",)}
REPOSITORIES = tuple(f"acme/{name}" for name in ("shop", "search", "billing", "mobile", "infra", "docs", "ml", "tools"))
KINDS = ("python", "typescript", "go", "sql", "yaml", "")
RULES = ("bug", "security", "performance", "concurrency", "convention/money-is-decimal", "convention/no-print")
SECTIONS = {
    "core": 2100,
    "guide/python": 420,
    "guide/go": 310,
    "instruction/money-is-decimal": 60,
    "instruction/no-print": 45,
}
_PORTION = 5_000


class Prices:
    """What tokens cost, by unit prices: a history has too many different sizes to price each by the list."""

    def __init__(self, at: datetime) -> None:
        prices = PriceList(at, {})
        self._live = {model: prices.unit_price(model) for model in MODELS.values()}

    def cost(self, model: str, usage: Usage, tariff: Tariff = LIVE) -> Decimal:
        """Dollars for this usage."""
        return self._live[model].cost(usage) * (BATCH_SHARE if tariff.batch else 1)

    def cost_uncached(self, model: str, usage: Usage, tariff: Tariff = LIVE) -> Decimal:
        """Dollars for the same tokens, had nothing been cached."""
        plain = Usage(input_tokens=usage.total_input_tokens, output_tokens=usage.output_tokens)
        return self.cost(model, plain, tariff)


@dataclass
class _History:
    rng: random.Random
    prices: Prices
    until: datetime
    days: int

    def runs(self, rows: int) -> Iterator[tuple[RunFacts, RunEnd, list[dict[str, object]], list[dict[str, object]]]]:
        written = number = 0
        while written < rows:
            number += 1
            run = self._run(number)
            attempts = [self._attempt(run, index) for index in range(min(rows - written, self.rng.randint(1, 12)))]
            written += len(attempts)
            found = [self._finding(run, index) for index in range(self.rng.choice((0, 0, 1, 1, 2, 5)))]
            cost = sum((ending.cost_usd for _, ending in attempts if ending), Decimal(0))
            unsettled = sum(
                (ending.unsettled_usd if ending else opening.reserved_usd for opening, ending in attempts), Decimal(0)
            )
            hunks = sum(opening.hunks for opening, _ in attempts)
            end = RunEnd(
                run.began + timedelta(minutes=2),
                "findings" if found else "clean",
                "live",
                "rules",
                hunks,
                hunks,
                0,
                0,
                0,
                cost,
                unsettled,
            )
            values = [
                opening_values(run, opening) | (ending_values(ending) if ending else {}) for opening, ending in attempts
            ]
            yield run, end, values, found

    def _run(self, number: int) -> RunFacts:
        rng = self.rng
        while True:
            back = rng.random() ** 1.1 * self.days
            began = self.until - timedelta(days=back)
            working = began.weekday() < 5 and 7 <= began.hour < 18
            if working or rng.random() < 0.12:
                break
        team = rng.choices(tuple(TEAMS), (5, 3, 2, 1))[0]
        return RunFacts(
            run_id=f"run-{number:07}",
            began=began,
            repository=rng.choices(REPOSITORIES, (9, 6, 5, 4, 3, 1, 2, 1))[0],
            pull_request=rng.randint(1, 400),
            author=rng.choice(TEAMS[team]),
            team=team,
            head_sha=f"{number:040x}",
            prompt_hash=f"{number // 2000:064x}",
            sections=SECTIONS,
        )

    def _attempt(self, run: RunFacts, index: int) -> tuple[Opening, Settlement | None]:
        rng = self.rng
        tier = rng.choices(tuple(MODELS), (5, 4, 1))[0]
        model, batch = MODELS[tier], rng.random() < 0.1
        feature = rng.choices((Feature.REVIEW, Feature.VERIFY, Feature.TRIAGE), (8, 1, 1))[0]
        hunks = rng.randint(1, 14)
        usage = Usage(
            input_tokens=rng.randint(300, 900) * hunks,
            cache_write_5m_tokens=2_935 if index == 0 else 0,
            cache_read_tokens=0 if index == 0 else 2_935,
            output_tokens=rng.randint(40, 260) * hunks,
        )
        tariff = Tariff(batch=batch)
        cost = self.prices.cost(model, usage, tariff)
        kinds = {rng.choice(KINDS): max(1, hunks - 2)} | ({rng.choice(KINDS): 2} if hunks > 2 else {})
        opening = Opening(
            id=f"{run.run_id}-{index}",
            at=run.began + timedelta(seconds=8 * index),
            feature=feature.value,
            model=model,
            provider="anthropic",
            key="ANTHROPIC_API_KEY",
            tier=tier,
            why="small change",
            hunks=hunks,
            attempt=1 if rng.random() < 0.97 else 2,
            reserved_tokens=usage.total_tokens * 2,
            reserved_usd=to_the_digit(cost * 2),
            batch=batch,
            kinds=kinds,
        )
        luck = rng.random()
        if luck < 0.001:
            return opening, None
        if luck < 0.004:
            return opening, Settlement(
                State.UNSETTLED,
                "timed_out",
                unsettled_usd=opening.reserved_usd,
                unsettled_tokens=opening.reserved_tokens,
                latency_ms=60_000,
            )
        if luck < 0.02:
            return opening, Settlement(State.SETTLED, "overloaded", latency_ms=300)
        outcome = "truncated" if luck > 0.995 else "answered"
        standard = self.prices.cost(MODELS["standard"], usage, tariff)
        routing = standard - cost if feature in FIRST_LOOKS else -cost
        saved = Saved(
            prompt_cache=self.prices.cost_uncached(model, usage, tariff) - cost,
            routing=routing,
            batch=self.prices.cost(model, usage) - cost if batch else Decimal(0),
        )
        latency = rng.randint(2_000, 40_000)
        return opening, Settlement(
            State.SETTLED, outcome, usage, cost, latency_ms=latency, request_id=f"req_{run.run_id}_{index}", saved=saved
        )

    def _finding(self, run: RunFacts, index: int) -> dict[str, object]:
        rng = self.rng
        rule = rng.choices(RULES, (6, 2, 2, 1, 2, 0.01))[0]
        posted = rng.random() < 0.9
        return {
            "repository": run.repository,
            "pull_request": run.pull_request,
            "fingerprint": f"{run.run_id}-{index}",
            "run_id": run.run_id,
            "at": run.began,
            "simulated": False,
            "rule": rule,
            "severity": rng.choice(("error", "warning", "warning")),
            "kind": rng.choice(KINDS),
            "posted": posted,
            "accepted_at": run.began + timedelta(hours=3) if posted and rng.random() < 0.45 else None,
        }


def write_history(place: str, rows: int, days: int, until: datetime, seed: int = 1) -> None:
    """Write so many rows into the ledger at `place` (a path or a URL), the newest at `until`."""
    book = SqlLedger(place)
    history = _History(random.Random(seed), Prices(until), until, days)  # noqa: S311  # no secret
    pending: dict[str, list[dict[str, object]]] = {"runs": [], "entries": [], "findings": []}
    tables = {"runs": runs, "entries": entries, "findings": findings}

    def flush() -> None:
        with book.engine.begin() as connection:
            for name, values in pending.items():
                if values:
                    connection.execute(insert(tables[name]), values)
                    values.clear()

    open_defaults = ending_values(Settlement(State.OPEN, State.OPEN.value))
    for run, end, attempts, found in history.runs(rows):
        pending["runs"].append(run_values(run) | end_values(end))
        pending["entries"] += [open_defaults | values for values in attempts]
        pending["findings"] += found
        if len(pending["entries"]) >= _PORTION:
            flush()
    flush()
    book.note_rates(
        RateRow("anthropic", "ANTHROPIC_API_KEY", model_class(model), name, limit, limit // 3, until)
        for model in MODELS.values()
        for name, limit in (("requests", 1_000), ("input-tokens", 2_000_000), ("output-tokens", 400_000))
    )
    book.close()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ledger")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--until", type=datetime.fromisoformat, default=datetime.now(UTC))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write_history(asked.ledger, asked.rows, asked.days, asked.until, asked.seed)


if __name__ == "__main__":
    main()
