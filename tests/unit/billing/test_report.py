"""Reading a settlement report: whole or not at all, to the cent, nothing dropped."""

from typing import Any

import pytest

from chalicelib.domain.billing.books.report import Report, batch_of, read_report
from chalicelib.domain.kernel.errors import Refused
from tests.fakes_reports import MERCHANT, Told, paid_out, report_text, settled

LINES = paid_out(
    (
        settled("R-1", "PSP1"),
        Told("Refunded", -500, -500, "PSP1", "R-1", "REF1", "back-1"),
        Told("Chargeback", -2000, -2750, "PSP2", "R-2", "DSP1"),
        settled("R-3", "PSP3", gross=9000, fee=90),
        Told("Fee", net=-33, movement="Transaction Fees"),
    )
)


def read(text: str, batch: int = 7) -> Report:
    return read_report(text, merchant_account=MERCHANT, batch=batch)


class TestNames:
    def test_the_batch_is_in_the_name(self) -> None:
        assert batch_of("settlement_detail_report_batch_4.csv") == 4
        assert batch_of("settlement_detail_report_batch_0123_20261201_ab.csv") == 123

    @pytest.mark.parametrize(
        "name",
        [
            "payments_accounting_report_2026_12_01.csv",
            "settlement_detail_report_batch_4.xlsx",
            "settlement_detail_report_batch_4.csv\n",
            "../settlement_detail_report_batch_4.csv",
            "settlement_detail_report_batch_4/../../x.csv",
            "settlement_detail_report_batch_٤.csv",
            "settlement_detail_report_batch_.csv",
            "",
        ],
    )
    def test_another_name_is_no_batch(self, name: str) -> None:
        """Nothing that could lead to another address."""
        assert batch_of(name) is None


class TestLines:
    def test_money_that_comes_is_positive_and_fees_are_what_is_missing(self) -> None:
        report = read(report_text(7, LINES))
        assert (report.batch, report.currency) == (7, "EUR")
        came, back, disputed, *_ = report.lines
        assert (came.kind, came.payment, came.reference) == ("Settled", "PSP1", "R-1")
        assert (came.row, came.gross_minor, came.net_minor, came.fees_minor) == (2, 2000, 1980, 20)
        assert (back.gross_minor, back.movement, back.movement_reference) == (
            -500,
            "REF1",
            "back-1",
        )
        assert (disputed.gross_minor, disputed.fees_minor) == (-2000, 750)
        assert sum(line.net_minor for line in report.lines) == 0

    def test_the_gross_of_a_payment_counts_in_whichever_column_it_stands(self) -> None:
        """A published sample has it in the debit column."""
        text = report_text(7, paid_out([settled("R-1", "PSP1")]))
        assert ",EUR,,20.00," in text
        (line, _) = read(text.replace(",EUR,,20.00,", ",EUR,20.00,,")).lines
        assert (line.gross_minor, line.fees_minor) == (2000, 20)

    def test_a_fee_larger_than_the_payment_is_still_a_fee(self) -> None:
        (line, _) = read(report_text(7, paid_out([settled("R-1", "PSP1", gross=5, fee=12)]))).lines
        assert (line.gross_minor, line.net_minor, line.fees_minor) == (5, -7, 12)

    def test_an_unknown_kind_keeps_its_name_and_its_amounts(self) -> None:
        strange = Told("LunarTax", -10, -10, movement="moon")
        (line, _) = read(report_text(7, paid_out([strange]))).lines
        assert (line.kind, line.net_minor, line.movement) == ("LunarTax", -10, "moon")

    def test_yen_have_no_decimals_and_short_decimals_are_read(self) -> None:
        text = report_text(7, paid_out([settled("R-1", "PSP1")]))
        assert read(text.replace("19.80", "19.8").replace("20.00", "20")).lines[0].net_minor == 1980
        assert read(text.replace("19.80", "19.8000")).lines[0].net_minor == 1980
        yen = text.replace("EUR", "JPY").replace("20.00", "2000").replace("19.80", "1980.0")
        assert read(yen).lines[0].gross_minor == 2000

    def test_columns_may_come_in_another_order_with_a_mark_and_blank_lines(self) -> None:
        text = report_text(7, LINES)
        moved = "\n".join(",".join(reversed(line.split(","))) for line in text.splitlines() if line)
        assert read("\ufeff" + moved + "\n\n").lines == read(text).lines


class TestUnreadable:
    @pytest.mark.parametrize(
        ("changes", "detail"),
        [
            ({"Merchant Account": "Other"}, "row 2: another merchant"),
            ({"Batch Number": "8"}, "row 2: another batch"),
            ({"Net Currency": ""}, "row 2: currency missing"),
            ({"Gross Currency": "USD"}, "row 2: currency EUR"),
            ({"Net Credit (NC)": "1,5"}, "row 2: amount"),
            ({"Net Credit (NC)": "1.555"}, "row 2: amount"),
            ({"Net Credit (NC)": "1e3"}, "row 2: amount"),
            ({"Net Credit (NC)": "0.01"}, "sums to"),
        ],
    )
    def test_a_report_that_is_not_ours_or_not_exact(
        self, changes: dict[str, Any], detail: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            read(report_text(7, LINES, **changes))
        assert refused.value.code == "REPORT_UNREADABLE"
        assert detail in refused.value.detail

    def test_two_currencies(self) -> None:
        lines = (*paid_out([settled("R-1", "PSP1")]), Told("Fee", currency="USD"))
        with pytest.raises(Refused, match="2 currencies"):
            read(report_text(7, lines))

    def test_nothing_but_a_header(self) -> None:
        with pytest.raises(Refused, match="0 currencies"):
            read(report_text(7, []))

    @pytest.mark.parametrize("text", ["", "Company Account,Type\n", "<html></html>"])
    def test_no_report_at_all(self, text: str) -> None:
        with pytest.raises(Refused, match="row 1"):
            read(text)

    def test_a_column_twice(self) -> None:
        text = report_text(7, LINES).replace("Reserved4", "Type", 1)
        with pytest.raises(Refused, match="row 1"):
            read(text)

    def test_broken_quotes(self) -> None:
        with pytest.raises(Refused, match="REPORT_UNREADABLE"):
            read(report_text(7, LINES) + '"never closed\n')

    def test_cut_anywhere_it_is_refused(self) -> None:
        """A report cut short must never pass for a whole one."""
        text = report_text(7, LINES)
        for length in range(len(text) - 1):
            with pytest.raises(Refused):
                read(text[:length])
