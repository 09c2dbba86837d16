"""Limits, organisations and storms of the stand-in through the real SDK."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import pytest

from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.unit.simulator.bodies import MARKER, Clock, body, text

SYSTEM = [text("s" * 3000, MARKER)]


@contextmanager
def simulated(**options: Any) -> Iterator[tuple[Simulator, Clock]]:
    """A stand-in on a clock of the test's own."""
    clock = Clock()
    with Simulator(SimulatorOptions(**options), now=clock) as simulator:
        yield simulator, clock


def client(simulator: Simulator, key: str = "k") -> anthropic.Anthropic:
    """The SDK with its retries off."""
    return anthropic.Anthropic(api_key=key, base_url=simulator.base_url, max_retries=0)


def test_keys_of_one_organisation_share_limits_and_cache() -> None:
    """The second key reads what the first wrote, and is refused for what the first used up; a third is not."""
    with simulated(requests_per_minute=2, organizations=("k1=a", "k2=a")) as (simulator, _):
        one, two, other = (client(simulator, key) for key in ("k1", "k2", "k3"))
        with one, two, other:
            one.messages.create(**body(system=SYSTEM))
            raw = two.messages.with_raw_response.create(**body(system=SYSTEM))
            assert raw.parse().usage.cache_read_input_tokens == 1011
            assert raw.headers["anthropic-ratelimit-requests-remaining"] == "0"
            for sdk in (one, two):
                with pytest.raises(anthropic.RateLimitError) as refused:
                    sdk.messages.create(**body())
                assert refused.value.response.headers["retry-after"] == "30"
                assert refused.value.response.headers["anthropic-ratelimit-requests-remaining"] == "0"
                assert (
                    refused.value.response.headers["anthropic-organization-id"]
                    == raw.headers["anthropic-organization-id"]
                )
            assert other.messages.create(**body(system=SYSTEM)).usage.cache_read_input_tokens == 0


def test_workspaces_of_one_organisation_share_its_limits() -> None:
    """Their caches are apart, their buckets are not."""
    with simulated(requests_per_minute=1) as (simulator, _), client(simulator) as sdk:
        sdk.messages.create(**body())
        with pytest.raises(anthropic.RateLimitError):
            sdk.messages.create(**body(), extra_headers={"anthropic-workspace-id": "wrkspc_1"})


def test_the_servers_own_record_shows_the_throughput() -> None:
    """How many were let in, how many refused by the buckets, and from when to when."""
    with simulated(model_limits=("haiku=3/0/0",)) as (simulator, _), client(simulator) as sdk:
        for _ in range(3):
            sdk.messages.create(**body())
        for _ in range(2):
            with pytest.raises(anthropic.RateLimitError):
                sdk.messages.create(**body())
        sdk.messages.create(**body(model="claude-opus-5-5"))
        totals = simulator.totals
        haiku = totals["by_class"]["haiku"]
        assert (haiku["admitted"], haiku["limited"]) == (3, 2)
        log = simulator.log
        assert log[0].admitted is not None
        assert (haiku["first_admitted"], haiku["last_admitted"]) == (log[0].admitted, log[2].admitted)
        assert totals["by_class"]["opus"]["limited"] == 0
        assert totals["by_status"] == {"200": 4, "429": 2}


def test_a_platform_without_headers_tells_nothing() -> None:
    """Neither an answer nor a 429 says what is left or when to come back."""
    with simulated(rate_limit_headers=False, requests_per_minute=1) as (simulator, _), client(simulator) as sdk:
        raw = sdk.messages.with_raw_response.create(**body())
        with pytest.raises(anthropic.RateLimitError) as refused:
            sdk.messages.create(**body())
        for headers in (raw.headers, refused.value.response.headers):
            assert not [name for name in headers if name.startswith("anthropic-ratelimit") or name == "retry-after"]


def test_a_storm_strikes_every_call_and_passes() -> None:
    """For its seconds after the first request nothing goes through, and nothing is charged."""
    with simulated(storm="529:30") as (simulator, clock), client(simulator) as sdk:
        clock.now = 100.0
        requests: Any = [{"custom_id": "a", "params": body()}]
        calls = (
            lambda: sdk.messages.create(**body()),
            lambda: sdk.messages.count_tokens(**body(max_tokens=None)),
            lambda: sdk.models.retrieve("claude-haiku-5-5"),
            lambda: sdk.messages.batches.create(requests=requests),
            sdk.messages.batches.list,
        )
        for moment in (100.0, 129.0):
            clock.now = moment
            for call in calls:
                with pytest.raises(anthropic.OverloadedError):
                    call()
        clock.now = 130.0
        for call in calls:
            call()
        assert simulator.totals["by_fault"] == {"529": 2}
        assert simulator.totals["billed_not_delivered"]["output_tokens"] == 0
        assert len(list(sdk.messages.batches.list())) == 1


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"storm": "529"}, "storm"),
        ({"organizations": ("key",)}, "organisation"),
        ({"model_limits": ("haiku=1",)}, "limits"),
        ({"limit_window_s": 0.0}, "window"),
        ({"batch_faults": ("oops=1",)}, "batch fault"),
        ({"batch_script": ("oops",)}, "batch fault"),
        ({"batch_cache_hits": 1.5}, "batch_cache_hits"),
        ({"script": ("else/529",)}, "call"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], word: str) -> None:
    """Before anything is served."""
    with pytest.raises(ValueError, match=word):
        Simulator(SimulatorOptions(**options))
