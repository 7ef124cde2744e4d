"""CGS 3.3, INV-1, INV-2: what an invoice record holds, and what it refuses."""

from datetime import date

import pytest
from pydantic import ValidationError

from chalicelib.domain.papers.invoice import Exemption, InvoiceRecord
from infra.papers.samples import BUYER, euros, sample_invoice

EXEMPT = Exemption(
    code="VATEX-FR-CGI261-4",
    mention="Exonération de TVA, article 261-4-4° a du CGI",
)


class TestCgs33:
    """CGS art. 3.3: one invoice per order and per due date, electronic, complete."""

    def test_the_price_of_the_terms_is_split_exactly(self) -> None:
        """20.00 = 16.67 + 3.33 (VAT-1)."""
        total = sample_invoice().total
        assert (total.net, total.vat, total.gross) == (euros(1667), euros(333), euros(2000))

    def test_a_record_survives_its_archive(self) -> None:
        """Written as JSON and read again, it is the same value."""
        record = sample_invoice(
            gross=euros(1500), discount=euros(500), discount_label="Offre de bienvenue"
        )
        assert InvoiceRecord.model_validate_json(record.model_dump_json()) == record

    def test_the_true_name_stays_in_the_record(self) -> None:
        """Whatever a font can draw."""
        record = sample_invoice(buyer=BUYER.replace(name="王小明 🎓"))
        assert record.buyer.name == "王小明 🎓"

    def test_a_discount_is_net_of_the_list_less_net_of_the_price(self) -> None:
        """299.00 less 20 % is 239.20; rounding the discount alone would give another total."""
        record = sample_invoice(gross=euros(23920), discount=euros(5980), discount_label="-20 %")
        (line,) = record.lines
        assert line.discount is not None
        assert line.listed.net == euros(24917)
        assert line.charged.net == euros(19933)
        assert line.discount.taxed.net == euros(24917 - 19933)
        assert record.total.gross == euros(23920)

    def test_without_discount_the_list_price_is_the_price(self) -> None:
        """Nothing is invented."""
        (line,) = sample_invoice().lines
        assert line.discount is None
        assert line.listed == line.charged


class TestExemption:
    """VAT-1: no VAT needs its reason on the paper."""

    def test_an_exempt_invoice_carries_its_mention(self) -> None:
        """Rate zero, with the article."""
        record = sample_invoice(rate_bps=0, exemption=EXEMPT)
        assert record.total.vat == euros(0)
        assert record.exemption == EXEMPT

    @pytest.mark.parametrize("changes", [{"rate_bps": 0}, {"rate_bps": 2000, "exemption": EXEMPT}])
    def test_rate_and_reason_go_together(self, changes: dict[str, object]) -> None:
        """One without the other is refused."""
        with pytest.raises(ValidationError, match="no VAT needs a reason"):
            sample_invoice(**changes)


class TestInvariants:
    """A record that does not add up cannot exist."""

    def test_lines_that_do_not_sum_to_the_total_are_refused(self) -> None:
        """Not by a cent."""
        record = sample_invoice()
        wrong = record.total.replace(net=euros(1666), vat=euros(334))
        with pytest.raises(ValidationError, match="do not sum to the total"):
            record.replace(total=wrong)

    def test_two_rates_on_one_total_are_refused(self) -> None:
        """VAT is told for each rate."""
        record = sample_invoice()
        with pytest.raises(ValidationError, match="bears the rate of the total"):
            record.replace(total=record.total.replace(rate_bps=2100))

    def test_a_line_that_forgets_its_discount_is_refused(self) -> None:
        """List price less discount is what was charged."""
        record = sample_invoice(gross=euros(1500), discount=euros(500), discount_label="x")
        with pytest.raises(ValidationError, match="less discount is not what was charged"):
            record.lines[0].replace(discount=None)

    def test_an_amount_whose_parts_differ_from_it_is_refused(self) -> None:
        """Gross is net plus VAT."""
        with pytest.raises(ValidationError, match="net and VAT make the gross"):
            sample_invoice().total.replace(vat=euros(334))

    @pytest.mark.parametrize("number", ["", "F2026-1", "2026-00000001", "F2026-00000001 "])
    def test_a_number_of_another_shape_is_refused(self, number: str) -> None:
        """INV-2: one format."""
        with pytest.raises(ValidationError):
            sample_invoice(number=number)

    def test_an_empty_period_is_refused(self) -> None:
        """A due date pays for at least one day."""
        with pytest.raises(ValidationError, match="at least one day"):
            sample_invoice(period_to_on=date(2026, 11, 15))

    def test_a_record_never_changes(self) -> None:
        """Frozen when it is numbered."""
        with pytest.raises(ValidationError, match="frozen"):
            sample_invoice().number = "F2026-00000002"  # type: ignore[misc]
