"""Where spending is heading: a trend and a burn rate over complete days, each with a prediction interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.core.cost.daily import DaySpent, is_weekend
from bot.core.cost.least_squares import Fit, Interval, Row, least_squares, predicted_sums

LEAST_DAYS = 7
"""Complete days without which nothing is foretold: one of each weekday."""

BURN_DAYS = 7
"""Complete days whose mean is the burn rate: a whole week, so that weekends count as often as they come."""

LEAST_OF_A_KIND = 4
"""Working days and weekend days without which the two are not told apart."""

FURTHEST_DAYS = 366
_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Method:
    """A way of foretelling: its fit over the complete days since `first`, and what it looks at on each day."""

    name: str
    fit: Fit
    first: date
    trend: bool
    weekends: bool

    def row(self, day: date) -> Row:
        """What the fit knows of a day."""
        number = float((day - self.first).days)
        return (1.0, *((number,) if self.trend else ()), *((float(is_weekend(day)),) if self.weekends else ()))


@dataclass(frozen=True, slots=True)
class Ahead:
    """The days to come: today, the share of it that is left (0 to 1), and the probability of the interval."""

    today: date
    share_left: float
    level: float

    def until(self, last: date, method: Method) -> Interval:
        """What will be spent from now to the end of `last` (today or later), in dollars."""
        return self.through((last - self.today).days + 1, method)[-1]

    def through(self, count: int, method: Method) -> list[Interval]:
        """What will be spent from now to the end of each of so many days, today the first of them."""
        days = [self.today + timedelta(days=number) for number in range(count)]
        shares = [self.share_left, *(1.0 for _ in days[1:])]
        return predicted_sums(method.fit, [method.row(day) for day in days], shares, self.level)


def methods(days: Sequence[DaySpent]) -> tuple[Method, ...]:
    """The trend and the burn rate; none where fewer than LEAST_DAYS complete days are known."""
    if len(days) < LEAST_DAYS:
        return ()
    return (_trend(days), _burn_rate(days[-BURN_DAYS:]))


def _burn_rate(days: Sequence[DaySpent]) -> Method:
    """The mean of the last days: least squares with nothing but the constant."""
    return _fitted("burn rate", days, trend=False, weekends=False)


def _trend(days: Sequence[DaySpent]) -> Method:
    """A line through the days; two parallel ones, for working days and weekends, where that leaves less unexplained.

    What decides is the residual standard error, which counts the coefficient that is spent on it: the same as the
    greater adjusted R squared (Theil, Economic Forecasts and Policy, 1961).
    """
    plain = _fitted("trend", days, trend=True, weekends=False)
    weekend_days = sum(one.is_weekend for one in days)
    if min(weekend_days, len(days) - weekend_days) < LEAST_OF_A_KIND:
        return plain
    apart = _fitted("trend", days, trend=True, weekends=True)
    return apart if apart.fit.deviation < plain.fit.deviation else plain


def _fitted(name: str, days: Sequence[DaySpent], *, trend: bool, weekends: bool) -> Method:
    nothing = Fit((), (), 0.0, 1)
    method = Method(name, nothing, days[0].day, trend, weekends)
    fit = least_squares([method.row(one.day) for one in days], [float(one.usd) for one in days])
    return Method(name, fit, days[0].day, trend, weekends)


@dataclass(frozen=True, slots=True)
class RunsOut:
    """On which day a budget is used up: as expected, at the earliest, at the latest. None: not within a year."""

    expected: date | None
    earliest: date | None
    latest: date | None


def runs_out(left_usd: Decimal, ahead: Ahead, method: Method) -> RunsOut:
    """When what is left of a budget will have been spent, were it not to renew. Today where nothing is left."""
    if left_usd <= 0:
        return RunsOut(ahead.today, ahead.today, ahead.today)
    days = [ahead.today + timedelta(days=number) for number in range(FURTHEST_DAYS)]
    spent = ahead.through(FURTHEST_DAYS, method)

    def first(amounts: Iterable[float]) -> date | None:
        return next((day for day, amount in zip(days, amounts, strict=True) if amount >= float(left_usd)), None)

    return RunsOut(first(one.expected for one in spent), first(o.high for o in spent), first(o.low for o in spent))


def dollars(amount: float) -> Decimal:
    """An estimate as dollars, to the millionth."""
    return Decimal(amount).quantize(_PLACES)
