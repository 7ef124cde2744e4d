"""The provider's settlement details report: text in, lines out; nothing is dropped, no fraction.

One report is one batch. Its net columns say which way money went: a published sample has the gross
of a settled payment in the debit column, which is why the kind of a line gives its gross a sign.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.money import exponent

NAME = re.compile(r"settlement_detail_report_batch_(\d{1,9})(?:_\w{1,60})?\.csv")
AMOUNT = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,6}))?")
UNREADABLE = "REPORT_UNREADABLE"
NEEDED = (
    "Merchant Account",
    "Psp Reference",
    "Merchant Reference",
    "Type",
    "Modification Reference",
    "Gross Currency",
    "Gross Debit (GC)",
    "Gross Credit (GC)",
    "Net Currency",
    "Net Debit (NC)",
    "Net Credit (NC)",
    "Modification Merchant Reference",
    "Batch Number",
)
PAYMENT_KINDS: Mapping[str, int] = {
    "Settled": 1,
    "SettledReversed": -1,
    "Refunded": -1,
    "RefundedReversed": 1,
    "Chargeback": -1,
    "ChargebackReversed": 1,
    "SecondChargeback": -1,
}
"""Lines about one payment, and whether their gross comes in or goes out."""

BACK_KINDS = tuple(kind for kind in PAYMENT_KINDS if kind != "Settled")
"""What may follow a payment: it goes back, wholly or in part, and sometimes comes again."""

FEE_KINDS = (
    *("Fee", "MiscCosts", "AuthorisationSchemeFee", "InvoiceDeduction", "PaymentCost"),
    "AdvancementCommission",
)
PAYOUT_KINDS = ("MerchantPayout", "BankInstructionReturned", "MatchedStatement")
HELD_KINDS = ("Balancetransfer", "DepositCorrection")
"""Money that stays with the provider: carried to another batch, or kept as a deposit."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report, in minor units: positive comes in, negative goes out.

    Attributes:
        row: its number in the file; the header is row 1.
        kind: the provider's word for it, kept as it came.
        payment: what the provider calls the payment.
        reference: what we called it.
        movement: what the provider calls this capture, refund or dispute.
        movement_reference: what we called it, if we did.
        gross_minor: zero on a line about no payment.
        net_minor: what the line adds to what the provider owes us; its fees are deducted.
        created_on: when the movement was made, by the provider's calendar; None where untold.
    """

    row: int
    kind: str
    payment: str
    reference: str
    movement: str
    movement_reference: str
    currency: str
    gross_minor: int
    net_minor: int
    created_on: date | None = None

    @property
    def fees_minor(self) -> int:
        """What the provider kept of this movement."""
        return self.gross_minor - self.net_minor


@dataclass(frozen=True, slots=True)
class Report:
    """One batch, whole: its net amounts sum to zero."""

    batch: int
    currency: str
    lines: tuple[Line, ...]


def batch_of(name: str) -> int | None:
    """The number of the batch that a report's name tells; None when it is no such name."""
    named = NAME.fullmatch(name)
    return int(named[1]) if named and named.string.isascii() else None


def usual_name(batch: int) -> str:
    """The name under which the provider gives the report of a batch, unless told another."""
    return f"settlement_detail_report_batch_{batch}.csv"


def read_report(text: str, *, merchant_account: str, batch: int) -> Report:
    """Read the report of a batch.

    Raises:
        Refused: `REPORT_UNREADABLE`: cut short, another merchant's or batch's, two currencies, an
            amount that is none, or lines that do not sum to zero; the detail says which and where.
    """
    lines = tuple(_lines(text, merchant_account, batch))
    currencies = {line.currency for line in lines}
    if len(currencies) != 1:
        raise Refused(UNREADABLE, f"{len(currencies)} currencies")
    net_minor = sum(line.net_minor for line in lines)
    if net_minor:
        raise Refused(UNREADABLE, f"sums to {net_minor}")
    return Report(batch=batch, currency=currencies.pop(), lines=lines)


def _lines(text: str, merchant_account: str, batch: int) -> Iterator[Line]:
    rows = csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True)
    header = next(_numbered(rows), (1, []))[1]
    missing = [name for name in NEEDED if name not in header]
    if missing or len(set(header)) != len(header):
        raise Refused(UNREADABLE, f"row 1: without {missing}")
    for row, cells in _numbered(rows, 2):
        if len(cells) != len(header):
            raise Refused(UNREADABLE, f"row {row}: cut short")
        told = dict(zip(header, cells, strict=True))
        if told["Merchant Account"] != merchant_account:
            raise Refused(UNREADABLE, f"row {row}: another merchant")
        if told["Batch Number"] != str(batch):
            raise Refused(UNREADABLE, f"row {row}: another batch")
        yield _line(row, told)


def _numbered(rows: Iterator[list[str]], first: int = 1) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers, blank ones left out.

    Raises:
        Refused: the text is no CSV.
    """
    try:
        yield from ((row, cells) for row, cells in enumerate(rows, first) if cells)
    except csv.Error as error:
        raise Refused(UNREADABLE, f"{error}") from None


def _line(row: int, told: Mapping[str, str]) -> Line:
    kind, currency = told["Type"], told["Net Currency"]
    is_ours = told["Gross Currency"] in ("", currency)
    if len(currency) != 3 or not is_ours:  # noqa: PLR2004 - ISO 4217
        raise Refused(UNREADABLE, f"row {row}: currency {currency or 'missing'}")
    debit, credit, out, into = (
        _minor(row, told[name], currency)
        for name in ("Gross Debit (GC)", "Gross Credit (GC)", "Net Debit (NC)", "Net Credit (NC)")
    )
    sign = PAYMENT_KINDS.get(kind)
    return Line(
        row=row,
        kind=kind,
        payment=told["Psp Reference"],
        reference=told["Merchant Reference"],
        movement=told["Modification Reference"],
        movement_reference=told["Modification Merchant Reference"],
        currency=currency,
        gross_minor=sign * (debit + credit) if sign else credit - debit,
        net_minor=into - out,
        created_on=_day(told.get("Creation Date", "")),
    )


def _day(text: str) -> date | None:
    """The date of `2026-11-05 09:12:33`; None of anything else."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _minor(row: int, text: str, currency: str) -> int:
    """An amount as written, in whole minor units; empty is zero."""
    if not text:
        return 0
    written = AMOUNT.fullmatch(text)
    places = exponent(currency)
    decimals = (written[3] or "") if written else ""
    if written is None or decimals[places:].strip("0"):
        raise Refused(UNREADABLE, f"row {row}: amount")
    minor = int(written[2] + decimals[:places].ljust(places, "0"))
    return -minor if written[1] else minor
