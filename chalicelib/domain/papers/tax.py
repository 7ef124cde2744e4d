"""VAT out of prices that include it: the price paid is the invariant (VAT-1).

Net is the gross divided by one plus the rate, rounded half up to the minor unit; VAT is what is
left. Both come from the total, so they always add up to what was charged.
"""

from typing import Self

from pydantic import model_validator

from chalicelib.domain.kernel.money import BPS, Money, round_half_up
from chalicelib.domain.kernel.value import Value


class Taxed(Value):
    """One amount in its three forms; `gross` is exactly `net` plus `vat`."""

    net: Money
    vat: Money
    gross: Money
    rate_bps: int

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.net + self.vat != self.gross:
            raise ValueError("net and VAT make the gross")
        return self


def extract_vat(gross: Money, rate_bps: int) -> Taxed:
    """The net amount and the VAT inside a price, at a rate in basis points (20 % is 2000)."""
    assert rate_bps >= 0, "a rate of VAT is never negative"
    net = gross.replace(minor=round_half_up(gross.minor * BPS, BPS + rate_bps))
    return Taxed(net=net, vat=gross - net, gross=gross, rate_bps=rate_bps)


def share_net(grosses: tuple[Money, ...], rate_bps: int) -> tuple[Taxed, ...]:
    """Tax several lines of one rate so that their nets sum to the net of their total.

    Each line is first rounded down; the missing minor units go to the lines that lost most by it,
    the first one winning a tie (largest remainder). Amounts are not negative.
    """
    assert grosses, "an invoice has at least one line"
    assert all(gross.minor >= 0 for gross in grosses), "a discount is part of its line"
    total = sum(grosses[1:], start=grosses[0])
    exact = [divmod(gross.minor * BPS, BPS + rate_bps) for gross in grosses]
    missing = extract_vat(total, rate_bps).net.minor - sum(floor for floor, _ in exact)
    neediest = sorted(range(len(exact)), key=lambda i: (-exact[i][1], i))
    raised = set(neediest[:missing])
    return tuple(
        _taxed(gross, floor + (i in raised), rate_bps)
        for i, (gross, (floor, _)) in enumerate(zip(grosses, exact, strict=True))
    )


def _taxed(gross: Money, net_minor: int, rate_bps: int) -> Taxed:
    net = gross.replace(minor=net_minor)
    return Taxed(net=net, vat=gross - net, gross=gross, rate_bps=rate_bps)
