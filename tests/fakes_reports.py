"""Settlement reports written by hand: the provider's columns, lines that sum to zero."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace

from chalicelib.domain.billing.books.report import PAYMENT_KINDS

MERCHANT = "ClairiereECOM"
COLUMNS = (
    *("Company Account", "Merchant Account", "Psp Reference", "Merchant Reference"),
    *("Payment Method", "Creation Date", "TimeZone", "Type", "Modification Reference"),
    *("Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)", "Exchange Rate", "Net Currency"),
    *("Net Debit (NC)", "Net Credit (NC)", "Commission (NC)", "Markup (NC)", "Scheme Fees (NC)"),
    *("Interchange (NC)", "Payment Method Variant", "Modification Merchant Reference"),
    *("Batch Number", "Reserved4"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One line: gross and net as they change what the provider owes us, in minor units."""

    kind: str
    gross: int = 0
    net: int = 0
    payment: str = ""
    reference: str = ""
    movement: str = ""
    movement_reference: str = ""
    currency: str = "EUR"


def settled(reference: str, payment: str, gross: int = 2000, fee: int = 20) -> Told:
    """A payment that came, less its fee."""
    return Told("Settled", gross, gross - fee, payment, reference, f"C{payment}")


def paid_out(lines: Iterable[Told]) -> tuple[Told, ...]:
    """The lines, with the payout that brings them to zero."""
    all_lines = tuple(lines)
    balance = sum(line.net for line in all_lines)
    kind = "MerchantPayout" if balance > 0 else "Balancetransfer"
    return (*all_lines, Told(kind, net=-balance, movement="TX00000001XT"))


def report_name(batch: int) -> str:
    """The provider's name for the report of a batch."""
    return f"settlement_detail_report_batch_{batch}.csv"


def report_text(
    batch: int, lines: Iterable[Told], *, merchant: str = MERCHANT, **columns: str
) -> str:
    """The report as the provider writes it; `columns` replaces cells of every line."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for line in lines:
        writer.writerow(_cells(batch, line, merchant) | columns)
    return text.getvalue()


def _cells(batch: int, line: Told, merchant: str) -> dict[str, str]:
    gross_column = "Gross Debit (GC)" if line.gross < 0 else "Gross Credit (GC)"
    net_column = "Net Debit (NC)" if line.net < 0 else "Net Credit (NC)"
    return {
        "Company Account": "Company",
        "Merchant Account": merchant,
        "Psp Reference": line.payment,
        "Merchant Reference": line.reference,
        "Type": line.kind,
        "Modification Reference": line.movement,
        "Gross Currency": line.currency if line.kind in PAYMENT_KINDS else "",
        gross_column: _decimal(line.gross),
        "Net Currency": line.currency,
        net_column: _decimal(line.net),
        "Modification Merchant Reference": line.movement_reference,
        "Batch Number": str(batch),
    }


def _decimal(minor: int) -> str:
    return f"{abs(minor) // 100}.{abs(minor) % 100:02}" if minor else ""


def without(lines: Iterable[Told], payment: str) -> tuple[Told, ...]:
    """The lines but those of one payment."""
    return tuple(line for line in lines if line.payment != payment)


def renamed(line: Told, **changes: object) -> Told:
    """The line with other fields."""
    return replace(line, **changes)  # type: ignore[arg-type]
