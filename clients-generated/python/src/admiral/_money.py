"""Amounts of money as exact decimals; a float could not hold them."""

from __future__ import annotations

import re
from decimal import Decimal

from admiral.optimizer.v1 import Money

#: Digits behind the point that an amount of the contract has.
_DECIMALS = 12
_PICO_IN_UNIT = 10**_DECIMALS
_MOST_UNITS = 2**63 - 1
_PLAIN = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")


def amount_of(money: Money) -> Decimal:
    """Returns an amount in units of its currency, exact, without zeros at the end: ``Decimal("-1.75")``.

    ``f"{amount:f}"`` prints it without an exponent.
    """
    pico = money.units * _PICO_IN_UNIT + money.pico
    whole, part = divmod(abs(pico), _PICO_IN_UNIT)
    text = f"{whole}.{part:0{_DECIMALS}d}".rstrip("0").rstrip(".")
    return Decimal(f"-{text}" if pico < 0 else text)  # From text, since arithmetic would round to the context's digits.


def dollars(amount: Decimal | int | str) -> Money:
    """Returns an amount of dollars, such as ``dollars("0.05")``.

    Raises ValueError if it is no decimal number, has more than 12 decimals, or more dollars than 64 bits hold, and
    TypeError for a float, whose decimals are not exactly what was written.
    """
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int, str)):
        raise TypeError(f"An amount is a Decimal, an int or a text, not of {type(amount).__name__}.")
    text = f"{amount:f}" if isinstance(amount, Decimal) else str(amount)
    plain = _PLAIN.fullmatch(text)
    if not plain:
        raise ValueError(f"{text!r} is no decimal number such as 0.05.")
    sign, units, decimals = -1 if plain[1] else 1, int(plain[2]), (plain[3] or "").rstrip("0")
    if len(decimals) > _DECIMALS:
        raise ValueError(f"{text} dollars have more than {_DECIMALS} decimals.")
    if units > _MOST_UNITS:
        raise ValueError(f"{text} dollars are more than an amount holds.")
    return Money(currency_code="USD", units=sign * units, pico=sign * int(decimals.ljust(_DECIMALS, "0")))
