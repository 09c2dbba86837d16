"""The report `hunkwise cost selfhost`: both ways side by side, where they meet, and by which formulas."""

from __future__ import annotations

from decimal import Decimal

from bot.core.cost.report import Column, Kind, Report, Table, Value
from bot.core.cost.selfhost import HOURS_A_MONTH, MILLION, Bought, BreakEven, Machines, break_even
from bot.core.report.figures import about_dollars
from bot.core.report.words import counted

_FORMULAS = (
    "Tokens a month of one GPU = tokens a second x 3,600 x 730 hours x utilisation. "
    "Own cost a month = GPUs x dollars an hour x 730 + fixed costs. "
    "API price of a token = dollars paid / tokens. "
    "Break-even volume = own cost a month / API price of a token, if the GPUs can process so much."
)
_NOT_PRICED = (
    "Not priced in: what other models find and miss, the work of running them (unless it is in the fixed costs), "
    "and waiting at peak hours. GPUs are paid for around the clock. Tokens are counted as the API counts them, "
    "those read from its cache included: give a throughput that was measured with a prefix cache."
)
_COLUMNS = (
    Column("way", "Way"),
    Column("usd_per_month", "A month", Kind.USD),
    Column("usd_per_million_tokens", "A million tokens", Kind.USD),
    Column("tokens_per_month", "Tokens a month", Kind.COUNT),
)
_MEETING = (
    Column("gpus", "GPUs", Kind.COUNT),
    Column("usd_per_month", "They cost a month", Kind.USD),
    Column("tokens_per_month", "Tokens a month", Kind.COUNT),
    Column("pull_requests_per_month", "Pull requests", Kind.COUNT),
    Column("times_the_volume", "Times the volume", Kind.NUMBER),
)
_GIVEN = (Column("name", "Assumed"), Column("value", "Value", Kind.NUMBER), Column("unit", "Unit"))


def selfhost_report(machines: Machines, bought: Bought | None, period: str) -> Report:
    """The whole report; `bought` is None where nothing was paid, so that there is no price to hold against."""
    costs: tuple[tuple[Value, ...], ...] = ()
    meeting: tuple[tuple[Value, ...], ...] = ()
    said = ["Nothing was paid in this time, so there is no price of the API to compare with."]
    if bought is not None:
        met = break_even(machines, bought.usd_per_token)
        costs, meeting = _costs(machines, bought), _meeting(machines, bought, met)
        said = [_at_this_volume(machines, bought), _where_they_meet(machines, bought, met)]
    return Report(
        name="selfhost",
        title="Own GPUs or the API",
        period=period,
        tables=(
            Table("costs", "What both cost at this volume", _COLUMNS, costs),
            Table("break_even", "From where on own GPUs cost no more", _MEETING, meeting),
            Table("assumptions", "Assumptions", _GIVEN, _given(machines, bought)),
        ),
        notes=(*said, _FORMULAS, _NOT_PRICED),
    )


def _costs(machines: Machines, bought: Bought) -> tuple[tuple[Value, ...], ...]:
    volume = bought.tokens_per_month
    gpus = machines.needed(volume)
    room = gpus * machines.capacity
    own = counted(gpus, "own GPU")
    return (
        ("API, as paid", _usd(bought.usd_per_month), _usd(bought.usd_per_token * MILLION), round(volume)),
        (f"{own}, this volume", *_own(machines, gpus, min(volume, room))),
        (f"{own}, fully used", *_own(machines, gpus, room)),
    )


def _own(machines: Machines, gpus: int, tokens: Decimal) -> tuple[Value, ...]:
    cost = machines.cost(gpus)
    return (_usd(cost), _usd(cost / tokens * MILLION) if tokens else None, round(tokens))


def _meeting(machines: Machines, bought: Bought, met: BreakEven | None) -> tuple[tuple[Value, ...], ...]:
    if met is None:
        gpus = machines.needed(bought.tokens_per_month)
        return ((gpus, _usd(machines.cost(gpus)), None, None, None),)
    volume = bought.tokens_per_month
    times = round(float(met.tokens / volume), 4)
    return ((met.gpus, _usd(machines.cost(met.gpus)), round(met.tokens), _pull_requests(met, bought), times),)


def _pull_requests(met: BreakEven, bought: Bought) -> int | None:
    each = bought.tokens_per_pull_request
    return round(met.tokens / each) if each else None


def _given(machines: Machines, bought: Bought | None) -> tuple[tuple[Value, ...], ...]:
    rows: list[tuple[Value, ...]] = [
        ("Price of a GPU", machines.usd_per_hour, "$ an hour"),
        ("Fixed costs", machines.fixed_usd, "$ a month"),
        ("Throughput of a GPU", machines.tokens_per_second, "tokens a second"),
        ("Utilisation", machines.utilisation, "share of the month"),
        ("Length of a month", HOURS_A_MONTH, "hours"),
        ("Capacity of a GPU", round(machines.capacity), "tokens a month"),
    ]
    if bought is not None and bought.tokens_per_pull_request:
        rows.append(("Size of a pull request", round(bought.tokens_per_pull_request), "tokens"))
    return tuple(rows)


def _at_this_volume(machines: Machines, bought: Bought) -> str:
    gpus, volume = machines.needed(bought.tokens_per_month), bought.tokens_per_month
    room = gpus * machines.capacity
    if room < volume:
        processes = "1 own GPU processes" if gpus == 1 else f"{gpus:,} own GPUs process"
        return f"{processes} only {float(room / volume):.1%} of this volume."
    own, api = machines.cost(gpus), bought.usd_per_month
    cheaper = "the API costs" if api <= own else "own GPUs cost"
    return f"At this volume {cheaper} {about_dollars(abs(own - api))} a month less."


def _where_they_meet(machines: Machines, bought: Bought, met: BreakEven | None) -> str:
    if met is None:
        gpus = machines.gpus or 1
        sold = about_dollars(gpus * machines.capacity * bought.usd_per_token)
        own = f"a month of {counted(gpus, 'GPU')} costs {about_dollars(machines.cost(gpus))}"
        return f"Own GPUs never break even here: {own}, and the API sells what they can process for {sold}."
    pull_requests = _pull_requests(met, bought)
    size = "" if pull_requests is None else f" ({counted(pull_requests, 'pull request')} of the usual size)"
    cost = "1 own GPU costs" if met.gpus == 1 else f"{met.gpus:,} own GPUs cost"
    return f"From {round(met.tokens):,} tokens a month on{size} {cost} no more than the API, as long as that suffices."


def _usd(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.000001"))
