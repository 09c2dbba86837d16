"""Everything about the stand-in that can be set, with the words a command line shows for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """How the stand-in behaves. The defaults: instant, faultless, with the rate limits of a large organisation."""

    time_to_first_token_s: float = field(default=0.0, metadata={"help": "seconds before an answer begins (0: at once)"})
    tokens_per_second: float = field(
        default=0.0, metadata={"help": "speed of an answer in output tokens a second (0: instant)"}
    )
    slow_leader_s: float = field(
        default=0.0, metadata={"help": "extra seconds before an answer begins whose request finds no cached prefix"}
    )
    thinking_scale: float = field(
        default=1.0, metadata={"help": "factor on the tokens spent on thinking (0: thinks nothing)"}
    )
    faults: tuple[str, ...] = field(
        default=(), metadata={"help": "faults by share of requests, such as 429=0.1,results/cut=0.05"}
    )
    script: tuple[str, ...] = field(
        default=(), metadata={"help": "what happens to the first requests in turn, such as 429:2,529,ok,create/reset"}
    )
    storm: str = field(
        default="", metadata={"help": "every request's fault for some seconds after the first, such as 529:30"}
    )
    seed: int = field(default=0, metadata={"help": "seed of the random faults"})
    hang_s: float = field(default=600.0, metadata={"help": "seconds after which a hanging connection is given up"})
    requests_per_minute: int = field(default=10_000, metadata={"help": "rate limit in requests (0: none)"})
    input_tokens_per_minute: int = field(
        default=10_000_000, metadata={"help": "rate limit in input tokens, cache reads not counted (0: none)"}
    )
    output_tokens_per_minute: int = field(
        default=2_000_000, metadata={"help": "rate limit in generated tokens (0: none)"}
    )
    limit_window_s: float = field(
        default=60.0, metadata={"help": "seconds' worth of a rate limit that can be used at once (60: a minute's)"}
    )
    model_limits: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "other limits for classes of models, in requests/input/output a minute: haiku=5000/5000000/1000000"
        },
    )
    rate_limit_headers: bool = field(
        default=True,
        metadata={"help": "whether anthropic-ratelimit-* and retry-after are sent; some platforms send none"},
    )
    organizations: tuple[str, ...] = field(
        default=(), metadata={"help": "keys that share limits and caches, such as key1=a,key2=a,key3=b"}
    )
    api_key: str = field(default="", metadata={"help": "the only key that is accepted (empty: every key)"})
    access_token_lifetime_s: int = field(
        default=3600, metadata={"help": "seconds for which an access token got with an identity token is good"}
    )
    batch_delay_s: float = field(
        default=0.0, metadata={"help": "seconds until a batch ends (0: by the time it is looked at next)"}
    )
    batch_parallel: int = field(
        default=0,
        metadata={"help": "items of a batch processed at the same time, blind to what each other write (0: all)"},
    )
    batch_cache_hits: float = field(
        default=1.0, metadata={"help": "share of a batch's items that may read what was cached at its creation"}
    )
    batch_faults: tuple[str, ...] = field(
        default=(), metadata={"help": "results by share of batch items, such as errored=0.1,expired=0.05"}
    )
    batch_script: tuple[str, ...] = field(
        default=(), metadata={"help": "what becomes of the first batch items in turn, such as ok,errored,garble"}
    )
    keep_bodies: bool = field(default=False, metadata={"help": "keep request bodies in the log"})


HELP: Mapping[str, str] = {option.name: str(option.metadata["help"]) for option in fields(SimulatorOptions)}
"""Every option's name and the sentence that explains it."""
