"""The flags of `hunkwise cost alerts`: limits, and whom to tell."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

LIMITS = "From where on something is an alert"
WHOM = "Whom to tell"


def _positive(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"'{text}' is no number") from None
    if not amount.is_finite() or amount <= 0:
        raise typer.BadParameter("must be more than zero")
    return amount


def _share(text: str) -> Decimal:
    number = text.strip().removesuffix("%")
    try:
        share = Decimal(number) / (100 if number != text.strip() else 1)
    except InvalidOperation:
        raise typer.BadParameter(f"'{text}' is no share; write 0.99 or 99%") from None
    if not share.is_finite() or not 0 <= share <= 1:
        raise typer.BadParameter("must be from 0 to 1, or a percentage")
    return share


Send = Annotated[bool, typer.Option("--send", help="Send them; without it they are only shown.")]
DayUsd = Annotated[
    Decimal | None,
    typer.Option(
        "--day-usd",
        metavar="X",
        parser=_positive,
        envvar="HUNKWISE_ALERT_DAY_USD",
        help="The day's budget in dollars: alerts at 80 % and at 100 % of it.",
        rich_help_panel=LIMITS,
    ),
]
MonthUsd = Annotated[
    Decimal | None,
    typer.Option(
        "--month-usd",
        metavar="X",
        parser=_positive,
        envvar="HUNKWISE_ALERT_MONTH_USD",
        help="The month's: alerts at 80 % and 100 %, and where the burn rate ends it early.",
        rich_help_panel=LIMITS,
    ),
]
SpikeFactor = Annotated[
    Decimal | None,
    typer.Option(
        "--spike-factor",
        metavar="N",
        parser=_positive,
        envvar="HUNKWISE_ALERT_SPIKE_FACTOR",
        help="An hour that cost more than N times the same hour of the day before.",
        rich_help_panel=LIMITS,
        show_default="3",
    ),
]
SpikeFloorUsd = Annotated[
    Decimal | None,
    typer.Option(
        "--spike-floor-usd",
        metavar="X",
        parser=_positive,
        envvar="HUNKWISE_ALERT_SPIKE_FLOOR_USD",
        help="…and at least so many dollars.",
        rich_help_panel=LIMITS,
        show_default="5",
    ),
]
SuccessRate = Annotated[
    Decimal | None,
    typer.Option(
        "--success-rate",
        metavar="SHARE",
        parser=_share,
        envvar="HUNKWISE_ALERT_SUCCESS_RATE",
        help="Less than this share of today's attempts brought an answer (of 100 attempts at least).",
        rich_help_panel=LIMITS,
        show_default="99%",
    ),
]
RemainingRequests = Annotated[
    Decimal | None,
    typer.Option(
        "--remaining-requests",
        metavar="SHARE",
        parser=_share,
        envvar="HUNKWISE_ALERT_REMAINING_REQUESTS",
        help="Less than this share of a rate limit on requests was left.",
        rich_help_panel=LIMITS,
        show_default="20%",
    ),
]
RemainingTokens = Annotated[
    int | None,
    typer.Option(
        "--remaining-tokens",
        metavar="N",
        min=0,
        envvar="HUNKWISE_ALERT_REMAINING_TOKENS",
        help="Fewer tokens than this were left of a rate limit on tokens.",
        rich_help_panel=LIMITS,
        show_default="10000",
    ),
]
UrlsFrom = Annotated[
    list[str] | None,
    typer.Option(
        "--urls-from",
        metavar="VARIABLE",
        help="The variable that holds addresses: https:// webhooks, Slack, mailto://… as Apprise writes them.",
        rich_help_panel=WHOM,
        show_default="HUNKWISE_ALERT_URLS",
    ),
]
GithubIssue = Annotated[
    str,
    typer.Option(
        "--github-issue",
        metavar="OWNER/NAME",
        help="Open an issue there, or comment on the open one; needs GITHUB_TOKEN.",
        rich_help_panel=WHOM,
    ),
]
