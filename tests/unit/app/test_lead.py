"""Who goes ahead at a cold prefix, and whom the others wait for."""

from __future__ import annotations

import threading

from bot.app.lead import Leads
from tests.fakes import FakeClock

FOREVER = 1e9


def test_the_first_leads_and_the_next_read() -> None:
    """Once an answer has begun, nobody leads any more."""
    leads = Leads(FakeClock(), 20.0)
    assert leads.wait_or_lead("a", FOREVER)
    leads.begun("a", "5m")
    assert not leads.wait_or_lead("a", FOREVER)
    assert leads.wait_or_lead("b", FOREVER), "each prefix has a leader of its own"


def test_a_cache_that_nobody_reads_grows_cold() -> None:
    """After its time to live somebody leads again; reading keeps it warm."""
    clock = FakeClock()
    leads = Leads(clock, 20.0)
    leads.begun("a", "5m")
    clock.sleep(200.0)
    leads.begun("a", "5m")
    clock.sleep(200.0)
    assert leads.is_warm("a")
    clock.sleep(101.0)
    assert not leads.is_warm("a")
    assert leads.wait_or_lead("a", FOREVER)


def test_a_leader_that_fails_is_succeeded() -> None:
    """The next one leads at once."""
    leads = Leads(FakeClock(), 20.0)
    assert leads.wait_or_lead("a", FOREVER)
    leads.gave_up("a")
    assert leads.wait_or_lead("a", FOREVER)


def test_a_leader_that_does_not_begin_is_succeeded() -> None:
    """Patience ends, and so does the time of the run."""
    clock = FakeClock()
    leads = Leads(clock, 20.0)
    assert leads.wait_or_lead("a", FOREVER)
    clock.sleep(20.0)
    assert leads.wait_or_lead("a", FOREVER)
    assert not leads.wait_or_lead("a", until=clock.monotonic()), "past the end nobody waits"


def test_followers_wait_for_the_first_event() -> None:
    """They are let go by it, all of them."""
    leads = Leads(FakeClock(), 20.0)
    leads.wait_or_lead("a", FOREVER)
    led: list[bool] = []
    threads = [threading.Thread(target=lambda: led.append(leads.wait_or_lead("a", FOREVER))) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert led == []
    leads.begun("a", "1h")
    for thread in threads:
        thread.join(10)
    assert led == [False] * 4
