"""Dollars as whole numbers, as the ledger stores and adds them."""

from __future__ import annotations

from decimal import Decimal

DIGITS = 12
"""An amount of dollars is exact to so many places after the point, everywhere (core/pricing rounds to them)."""

_UNITS = 10**DIGITS
_FINEST = Decimal(1).scaleb(-DIGITS)
_NOTHING = Decimal(0)


def to_units(usd: Decimal) -> int:
    """Dollars as millionths of millionths of a dollar; raises ValueError for an amount that is finer."""
    units = usd.scaleb(DIGITS)
    if units != units.to_integral_value():
        raise ValueError(f"{usd} is finer than a ledger's dollar can be")
    return int(units)


def from_units(units: int) -> Decimal:
    """Dollars again, without zeros at the end."""
    if not units:
        return _NOTHING
    written = str(units)
    short = written.rstrip("0")
    places = DIGITS - (len(written) - len(short))
    return Decimal(f"{short}e-{places}") if places >= 0 else Decimal(units // _UNITS)


def to_the_digit(usd: Decimal) -> Decimal:
    """The nearest amount that a ledger can hold; amounts that it can hold already stay as they are, to the digit."""
    exponent = usd.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -DIGITS:
        return usd
    return usd.quantize(_FINEST)
