"""Amounts of money: what they hold, and what they do not."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest

from admiral import amount_of, dollars
from admiral.optimizer.v1 import Money

AMOUNTS = [
    (0, 0, "0"),
    (0, 1, "0.000000000001"),
    (0, 1_500_000_000, "0.0015"),
    (100, 0, "100"),
    (-1, -750_000_000_000, "-1.75"),
    (0, -1, "-0.000000000001"),
    (2**63 - 1, 999_999_999_999, "9223372036854775807.999999999999"),
]


@pytest.mark.parametrize(("units", "pico", "text"), AMOUNTS)
def test_amountOf_isExact_whateverTheContextRoundsTo(units: int, pico: int, text: str) -> None:
    with localcontext() as context:
        context.prec = 3
        amount = amount_of(Money(units=units, pico=pico))
    assert f"{amount:f}" == text


@pytest.mark.parametrize(("units", "pico", "text"), AMOUNTS)
def test_dollars_readTheTextOfAnAmount(units: int, pico: int, text: str) -> None:
    expected = Money(currency_code="USD", units=units, pico=pico)
    assert dollars(text) == expected
    assert dollars(Decimal(text)) == expected


def test_dollars_takeWholeNumbersExponentsAndZerosAtTheEnd() -> None:
    assert dollars(5) == Money(currency_code="USD", units=5)
    assert dollars(Decimal("1e-12")) == Money(currency_code="USD", pico=1)
    assert dollars("0.5000000000000000") == Money(currency_code="USD", pico=500_000_000_000)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no decimal number"),
        ("five", "no decimal number"),
        ("1e3", "no decimal number"),
        ("1.", "no decimal number"),
        ("\u0661", "no decimal number"),
        ("0.0000000000001", "more than 12 decimals"),
        ("9223372036854775808", "more than an amount holds"),
    ],
)
def test_dollars_refuseWhatIsNoAmount(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        dollars(text)


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity")])
def test_dollars_refuseWhatIsNoNumber(amount: Decimal) -> None:
    with pytest.raises(ValueError, match="no decimal number"):
        dollars(amount)


@pytest.mark.parametrize("amount", [0.05, True, None])
def test_dollars_refuseFloats(amount: object) -> None:
    with pytest.raises(TypeError, match="a Decimal, an int or a text"):
        dollars(amount)  # type: ignore[arg-type]
