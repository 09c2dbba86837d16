"""The provider's usage and cost report, where there is an administrator's key for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from bot.ports import UsageReports

ADMIN_KEY = "ANTHROPIC_ADMIN_KEY"


@contextmanager
def usage_reports(environment: Mapping[str, str]) -> Iterator[UsageReports | None]:
    """The reports while the block runs; None without a key. Asks ANTHROPIC_BASE_URL, else Anthropic itself.

    Raises BadConfiguration.
    """
    key = environment.get(ADMIN_KEY, "").strip()
    if not key:
        yield None
        return
    # Imported here: only who has a key pays for the SDK.
    from bot.adapters.anthropic import Access
    from bot.adapters.anthropic.reports import ClaudeReports
    from bot.adapters.clock import SystemClock

    base_url = environment.get("ANTHROPIC_BASE_URL", "").strip() or None
    with closing(ClaudeReports(Access(key, base_url), SystemClock(threading.Event()))) as reports:
        yield reports
