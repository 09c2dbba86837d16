"""`hunkwise simulate`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.errors import WrongUsage
from bot.simulator.options import HELP, SimulatorOptions

_DEFAULTS = SimulatorOptions()
SPEED = "Speed"
FAULTS = "Faults"
LIMITS = "Limits"
BATCHES = "Batches"
KEYS = "Keys"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def simulate(
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0 takes a free one.")] = 8787,
    host: Annotated[str, typer.Option(help="A loopback address; nothing else is served.")] = "127.0.0.1",
    time_to_first_token: Annotated[
        float, typer.Option(metavar="S", min=0, help=HELP["time_to_first_token_s"], rich_help_panel=SPEED)
    ] = _DEFAULTS.time_to_first_token_s,
    tokens_per_second: Annotated[
        float, typer.Option(metavar="N", min=0, help=HELP["tokens_per_second"], rich_help_panel=SPEED)
    ] = _DEFAULTS.tokens_per_second,
    slow_leader: Annotated[
        float, typer.Option(metavar="S", min=0, help=HELP["slow_leader_s"], rich_help_panel=SPEED)
    ] = _DEFAULTS.slow_leader_s,
    thinking_scale: Annotated[
        float, typer.Option(metavar="X", min=0, help=HELP["thinking_scale"], rich_help_panel=SPEED)
    ] = _DEFAULTS.thinking_scale,
    faults: Annotated[str, typer.Option(metavar="LIST", help=HELP["faults"], rich_help_panel=FAULTS)] = "",
    script: Annotated[str, typer.Option(metavar="LIST", help=HELP["script"], rich_help_panel=FAULTS)] = "",
    storm: Annotated[
        str, typer.Option(metavar="FAULT:S", help=HELP["storm"], rich_help_panel=FAULTS)
    ] = _DEFAULTS.storm,
    seed: Annotated[int, typer.Option(metavar="N", help=HELP["seed"], rich_help_panel=FAULTS)] = _DEFAULTS.seed,
    hang: Annotated[
        float, typer.Option(metavar="S", min=0, help=HELP["hang_s"], rich_help_panel=FAULTS)
    ] = _DEFAULTS.hang_s,
    requests_per_minute: Annotated[
        int, typer.Option(metavar="N", min=0, help=HELP["requests_per_minute"], rich_help_panel=LIMITS)
    ] = _DEFAULTS.requests_per_minute,
    input_tokens_per_minute: Annotated[
        int, typer.Option(metavar="N", min=0, help=HELP["input_tokens_per_minute"], rich_help_panel=LIMITS)
    ] = _DEFAULTS.input_tokens_per_minute,
    output_tokens_per_minute: Annotated[
        int, typer.Option(metavar="N", min=0, help=HELP["output_tokens_per_minute"], rich_help_panel=LIMITS)
    ] = _DEFAULTS.output_tokens_per_minute,
    limit_window: Annotated[
        float, typer.Option(metavar="S", min=0.001, help=HELP["limit_window_s"], rich_help_panel=LIMITS)
    ] = _DEFAULTS.limit_window_s,
    model_limits: Annotated[str, typer.Option(metavar="LIST", help=HELP["model_limits"], rich_help_panel=LIMITS)] = "",
    no_rate_limit_headers: Annotated[
        bool, typer.Option("--no-rate-limit-headers", help=HELP["rate_limit_headers"], rich_help_panel=LIMITS)
    ] = not _DEFAULTS.rate_limit_headers,
    organizations: Annotated[str, typer.Option(metavar="LIST", help=HELP["organizations"], rich_help_panel=KEYS)] = "",
    api_key: Annotated[
        str, typer.Option(metavar="KEY", help=HELP["api_key"], rich_help_panel=KEYS)
    ] = _DEFAULTS.api_key,
    access_token_lifetime: Annotated[
        int, typer.Option(metavar="S", min=1, help=HELP["access_token_lifetime_s"], rich_help_panel=KEYS)
    ] = _DEFAULTS.access_token_lifetime_s,
    batch_delay: Annotated[
        float, typer.Option(metavar="S", min=0, help=HELP["batch_delay_s"], rich_help_panel=BATCHES)
    ] = _DEFAULTS.batch_delay_s,
    batch_parallel: Annotated[
        int, typer.Option(metavar="N", min=0, help=HELP["batch_parallel"], rich_help_panel=BATCHES)
    ] = _DEFAULTS.batch_parallel,
    batch_cache_hits: Annotated[
        float, typer.Option(metavar="X", min=0, max=1, help=HELP["batch_cache_hits"], rich_help_panel=BATCHES)
    ] = _DEFAULTS.batch_cache_hits,
    batch_faults: Annotated[str, typer.Option(metavar="LIST", help=HELP["batch_faults"], rich_help_panel=BATCHES)] = "",
    batch_script: Annotated[str, typer.Option(metavar="LIST", help=HELP["batch_script"], rich_help_panel=BATCHES)] = "",
) -> None:
    """Serve a stand-in for the Claude Messages API on loopback, for trials, tests and benchmarks.

    It is strict about requests, exact about caching, limits and usage, and its reviewer is a set of plain rules.
    It also speaks as Amazon Bedrock and Google's Vertex AI do, told apart by their paths.
    What it has charged is at /_simulator/totals. Point any client at it:

        ANTHROPIC_BASE_URL=http://127.0.0.1:8787 hunkwise review --base main
    """
    from bot.simulator.server import serve

    options = SimulatorOptions(
        time_to_first_token_s=time_to_first_token,
        tokens_per_second=tokens_per_second,
        slow_leader_s=slow_leader,
        thinking_scale=thinking_scale,
        faults=_listed(faults),
        script=_listed(script),
        storm=storm,
        seed=seed,
        hang_s=hang,
        requests_per_minute=requests_per_minute,
        input_tokens_per_minute=input_tokens_per_minute,
        output_tokens_per_minute=output_tokens_per_minute,
        limit_window_s=limit_window,
        model_limits=_listed(model_limits),
        rate_limit_headers=not no_rate_limit_headers,
        organizations=_listed(organizations),
        api_key=api_key,
        access_token_lifetime_s=access_token_lifetime,
        batch_delay_s=batch_delay,
        batch_parallel=batch_parallel,
        batch_cache_hits=batch_cache_hits,
        batch_faults=_listed(batch_faults),
        batch_script=_listed(batch_script),
    )
    try:
        serve(options, host, port, _announce)
    except (ValueError, OSError) as error:
        raise WrongUsage(f"The stand-in cannot start: {error}.", next_step="See hunkwise simulate --help.") from None


def _announce(base_url: str) -> None:
    typer.echo(f"A stand-in for the Claude API, simulated answers only, serves at {base_url}", err=True)
    typer.echo("Stop it with Ctrl-C.", err=True)
