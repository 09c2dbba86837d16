"""What all connections of one stand-in share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.simulator.batch_work import BatchWork
from bot.simulator.batches import Batches
from bot.simulator.dates import Dates
from bot.simulator.door import Door
from bot.simulator.engine import Engine
from bot.simulator.faults import Faults, Storm
from bot.simulator.limits import Limits, RateLimiter, class_limits
from bot.simulator.log import RequestLog
from bot.simulator.options import SimulatorOptions
from bot.simulator.organization.routes import AdminRoutes
from bot.simulator.service import Service


class State:
    """Everything that outlives a request. Raises ValueError for options that make no sense."""

    def __init__(self, options: SimulatorOptions, now: Callable[[], float], began: datetime | None = None) -> None:
        self.options = options
        self.dates = Dates(now, began)
        self.log = RequestLog()
        self.door = Door(options, now)
        storm = Storm(options.storm, now) if options.storm else None
        self.faults = Faults(options.script, options.faults, options.seed, storm)
        engine = Engine(options, now)
        self.new_id = engine.new_id
        self.service = Service(engine, self.faults, _limiter(options, now))
        work = BatchWork(options, engine, self.log.note_batch_item, self.dates)
        self.batches = Batches(work, options.batch_delay_s, engine.new_id, now, self.dates)
        self.admin = AdminRoutes(self.door, self.log, self.dates.now)
        self.closing = threading.Event()

    def pages(self) -> dict[str, Callable[[], Any]]:
        """What the stand-in tells of itself, by path."""
        return {
            "/_simulator/totals": self.log.totals,
            "/_simulator/log": lambda: [record.as_json() for record in self.log.records()],
            "/_simulator/batch_items": lambda: [asdict(item) for item in self.log.batch_items()],
        }


def _limiter(options: SimulatorOptions, now: Callable[[], float]) -> RateLimiter:
    return RateLimiter(
        Limits(options.requests_per_minute, options.input_tokens_per_minute, options.output_tokens_per_minute),
        now,
        classes=class_limits(options.model_limits),
        window_s=options.limit_window_s,
        headers=options.rate_limit_headers,
    )
