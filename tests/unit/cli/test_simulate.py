"""The flags of `hunkwise simulate` and what they set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.simulator import server
from bot.simulator.options import SimulatorOptions

FLAGS: dict[str, tuple[str, str | None, Any]] = {
    "time_to_first_token_s": ("--time-to-first-token", "0.5", 0.5),
    "tokens_per_second": ("--tokens-per-second", "60", 60.0),
    "slow_leader_s": ("--slow-leader", "1", 1.0),
    "thinking_scale": ("--thinking-scale", "0", 0.0),
    "faults": ("--faults", "429=0.1,results/cut=0.05", ("429=0.1", "results/cut=0.05")),
    "script": ("--script", "529, create/reset", ("529", "create/reset")),
    "storm": ("--storm", "529:30", "529:30"),
    "seed": ("--seed", "7", 7),
    "hang_s": ("--hang", "3", 3.0),
    "requests_per_minute": ("--requests-per-minute", "1", 1),
    "input_tokens_per_minute": ("--input-tokens-per-minute", "2", 2),
    "output_tokens_per_minute": ("--output-tokens-per-minute", "3", 3),
    "limit_window_s": ("--limit-window", "1", 1.0),
    "model_limits": ("--model-limits", "haiku=1/2/3,opus=4/5/6", ("haiku=1/2/3", "opus=4/5/6")),
    "rate_limit_headers": ("--no-rate-limit-headers", None, False),
    "organizations": ("--organizations", "k1=a,k2=a", ("k1=a", "k2=a")),
    "api_key": ("--api-key", "k1", "k1"),
    "access_token_lifetime_s": ("--access-token-lifetime", "60", 60),
    "batch_delay_s": ("--batch-delay", "5", 5.0),
    "batch_parallel": ("--batch-parallel", "2", 2),
    "batch_cache_hits": ("--batch-cache-hits", "0.5", 0.5),
    "batch_faults": ("--batch-faults", "errored=0.1", ("errored=0.1",)),
    "batch_script": ("--batch-script", "ok,expired", ("ok", "expired")),
}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[SimulatorOptions]:
    """What would have been served, in place of serving."""
    heard: list[SimulatorOptions] = []

    def serve(options: SimulatorOptions, host: str, port: int, began: Callable[[str], None]) -> None:
        heard.append(options)
        began(f"http://{host}:{port}")

    monkeypatch.setattr(server, "serve", serve)
    return heard


def test_every_option_has_a_flag() -> None:
    """All but the one that keeps bodies in memory, which is for tests."""
    assert set(FLAGS) == {option.name for option in fields(SimulatorOptions)} - {"keep_bodies"}


def test_each_flag_sets_its_option(served: list[SimulatorOptions]) -> None:
    """All at once, none at its default."""
    arguments = [word for flag, value, _ in FLAGS.values() for word in (flag, value) if word is not None]
    done = CliRunner().invoke(app, ["simulate", "--port", "9", *arguments])
    assert done.exit_code == 0, done.output
    assert served == [SimulatorOptions(**{name: expected for name, (_, _, expected) in FLAGS.items()})]
    assert "http://127.0.0.1:9" in done.output


def test_without_flags_the_defaults_are_served(served: list[SimulatorOptions]) -> None:
    """The command line has no defaults of its own."""
    CliRunner().invoke(app, ["simulate"])
    assert served == [SimulatorOptions()]
