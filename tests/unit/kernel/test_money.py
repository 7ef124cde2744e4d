"""Amounts in minor units."""

import pytest
from pydantic import ValidationError

from chalicelib.domain.kernel.money import Money, exponent, round_half_up


def euros(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


class TestVat1:
    """VAT-1: amounts are whole minor units, rounded half up once, at the end."""

    @pytest.mark.parametrize(
        ("numerator", "denominator", "expected"),
        [(2000 * 10_000, 12_000, 1667), (1, 2, 1), (-1, 2, -1), (1, 3, 0), (-4, 3, -1), (0, 7, 0)],
    )
    def test_halves_go_away_from_zero(
        self, numerator: int, denominator: int, expected: int
    ) -> None:
        """20.00 holds 16.67 and 3.33."""
        assert round_half_up(numerator, denominator) == expected

    def test_sums_and_differences_are_exact(self) -> None:
        """Adding and taking away come back to the same amount."""
        assert euros(1667) + euros(333) == euros(2000)
        assert euros(2000) - euros(333) == euros(1667)

    def test_a_share_leaves_nothing_over(self) -> None:
        """The cent that cannot be shared goes to the first."""
        assert euros(100).split((1, 1, 1)) == (euros(34), euros(33), euros(33))

    def test_a_part_without_weight_gets_nothing(self) -> None:
        """The remainder never goes to somebody who has no share."""
        assert euros(1).split((0, 1, 1)) == (euros(0), euros(1), euros(0))


class TestPay1:
    """PAY-1: one currency per contract, with the decimals of its standard."""

    def test_two_currencies_never_add_up(self) -> None:
        """A sum across currencies is a bug."""
        with pytest.raises(AssertionError, match="currencies"):
            euros(1) + Money(minor=1, currency="JPY")

    @pytest.mark.parametrize(("currency", "decimals"), [("EUR", 2), ("JPY", 0), ("SEK", 2)])
    def test_each_currency_has_its_decimals(self, currency: str, decimals: int) -> None:
        """The yen has none."""
        assert exponent(currency) == decimals

    def test_a_currency_is_three_capitals(self) -> None:
        """Anything else is refused where it enters."""
        with pytest.raises(ValidationError):
            Money(minor=1, currency="eur")
