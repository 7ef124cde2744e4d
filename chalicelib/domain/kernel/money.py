"""Amounts: whole minor units and a currency; one rounding, sums exact by construction."""

from typing import Self

from pydantic import Field

from chalicelib.domain.kernel.value import Value

EXPONENTS = {"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "CAD": 2, "JPY": 0}
BPS = 10_000


class Money(Value):
    """An amount in minor units of an ISO 4217 currency (CGS 3 §1)."""

    minor: int
    currency: str = Field(pattern="^[A-Z]{3}$")

    def __add__(self, other: Self) -> Self:
        assert self.currency == other.currency, "amounts of two currencies never add up"
        return self.replace(minor=self.minor + other.minor)

    def __sub__(self, other: Self) -> Self:
        return self + (-other)

    def __neg__(self) -> Self:
        return self.replace(minor=-self.minor)

    def split(self, weights: tuple[int, ...]) -> tuple[Self, ...]:
        """Share this amount by `weights` (each ≥ 0, sum > 0); the parts sum to the whole.

        The remainder goes to the first parts that have a weight, one minor unit each.
        """
        total = sum(weights)
        floors = [self.minor * weight // total for weight in weights]
        rest = self.minor - sum(floors)
        raised = [i for i, weight in enumerate(weights) if weight][:rest]
        assert len(raised) == rest, "less is left over than there are parts"
        return tuple(self.replace(minor=f + (i in raised)) for i, f in enumerate(floors))


def exponent(currency: str) -> int:
    """How many decimals the currency has; JPY has none (PAY-1)."""
    return EXPONENTS.get(currency, 2)


def round_half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number to the fraction, halves away from zero; `denominator` > 0."""
    quotient, rest = divmod(abs(numerator), denominator)
    rounded = quotient + (2 * rest >= denominator)
    return rounded if numerator >= 0 else -rounded
