"""Laws of tax on papers: VAT-1, INV-2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.papers.tax import extract_vat, share_net
from infra.papers.samples import euros, sample_invoice

pytestmark = pytest.mark.property
MINORS = st.integers(0, 10_000_000)
RATES = st.sampled_from([0, 210, 550, 1000, 1700, 2000, 2100, 2550, 2700])


@given(MINORS, RATES)
def test_net_and_vat_make_the_gross_and_net_is_the_nearest(gross: int, rate_bps: int) -> None:
    taxed = extract_vat(euros(gross), rate_bps)
    assert taxed.net + taxed.vat == taxed.gross
    assert abs(taxed.net.minor * (10_000 + rate_bps) - gross * 10_000) * 2 <= 10_000 + rate_bps


@given(st.lists(MINORS, min_size=1, max_size=12), RATES)
def test_shared_lines_sum_to_the_tax_of_their_total(grosses: list[int], rate_bps: int) -> None:
    lines = share_net(tuple(euros(gross) for gross in grosses), rate_bps)
    total = extract_vat(euros(sum(grosses)), rate_bps)
    assert sum(line.net.minor for line in lines) == total.net.minor
    assert sum(line.vat.minor for line in lines) == total.vat.minor
    for line in lines:
        exact = line.gross.minor * 10_000 / (10_000 + rate_bps)
        assert abs(line.net.minor - exact) < 1.001


@given(st.integers(1, 100_000), st.integers(1, 100_000), RATES.filter(bool))
def test_any_price_and_discount_make_a_record_that_adds_up(
    gross: int, discount: int, rate_bps: int
) -> None:
    record = sample_invoice(
        gross=euros(gross), discount=euros(discount), discount_label="x", rate_bps=rate_bps
    )
    (line,) = record.lines
    assert line.discount is not None
    assert line.discount.taxed.gross == euros(discount)
    assert line.discount.taxed.net + line.discount.taxed.vat == euros(discount)
    assert record.total == extract_vat(euros(gross), rate_bps)
