"""VAT-1: the price paid is the invariant."""

import pytest

from chalicelib.domain.kernel.money import Money
from chalicelib.domain.papers.tax import extract_vat, share_net
from infra.papers.samples import euros


class TestVat1:
    """VAT-1: HT = round(TTC / (1 + r)), VAT = TTC - HT."""

    @pytest.mark.parametrize(
        ("gross", "rate_bps", "net", "vat"),
        [
            (2000, 2000, 1667, 333),
            (999, 2000, 833, 166),
            (2000, 2100, 1653, 347),
            (2000, 550, 1896, 104),
            (2000, 0, 2000, 0),
            (1, 2000, 1, 0),
            (0, 2000, 0, 0),
        ],
    )
    def test_net_is_rounded_half_up_and_vat_is_the_rest(
        self, gross: int, rate_bps: int, net: int, vat: int
    ) -> None:
        """20.00 at 20 % is 16.67 and 3.33."""
        taxed = extract_vat(euros(gross), rate_bps)
        assert (taxed.net, taxed.vat, taxed.gross) == (euros(net), euros(vat), euros(gross))

    def test_an_exact_half_goes_up(self) -> None:
        """3 at 500 % is 0.5, so 1."""
        assert extract_vat(euros(3), 50_000).net == euros(1)

    def test_a_currency_without_decimals_is_rounded_to_its_own_unit(self) -> None:
        """JPY 110 at 10 % is 100 and 10 (PAY-1)."""
        taxed = extract_vat(Money(minor=110, currency="JPY"), 1000)
        assert (taxed.net.minor, taxed.vat.minor, taxed.net.currency) == (100, 10, "JPY")


class TestSharedLines:
    """Several lines of one rate are taxed so that they sum to their total."""

    def test_the_missing_cent_goes_to_the_line_that_lost_most(self) -> None:
        """9.99 and 10.01 at 20 % are 8.325 and 8.342, and 16.67 together."""
        first, second = share_net((euros(999), euros(1001)), 2000)
        assert (first.net, second.net) == (euros(833), euros(834))

    def test_equal_lines_are_raised_from_the_first(self) -> None:
        """Three times 0.10 at 20 % is 0.25 net: 0.09, 0.08 and 0.08."""
        lines = share_net((euros(10), euros(10), euros(10)), 2000)
        assert [line.net.minor for line in lines] == [9, 8, 8]
