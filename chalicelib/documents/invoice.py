"""InvoiceRecord -> PDF: the view holds every word and figure, the template only sets them."""

from datetime import date, timedelta
from typing import Any

from chalicelib.documents.compiler import compile_pdf
from chalicelib.documents.formats import long_date, money, rate, short_date
from chalicelib.documents.identity import buyer_view, seller_view
from chalicelib.documents.invoice_words import WORDS, InvoiceWords
from chalicelib.documents.printable import printable
from chalicelib.documents.selfcheck import check
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.papers.invoice import Discount, InvoiceLine, InvoiceRecord

ONE_DAY = timedelta(days=1)
Fact = dict[str, str]


def render_invoice(record: InvoiceRecord) -> bytes:
    """The archivable PDF of an invoice (CGS 3.3): the same record always gives the same bytes.

    Raises:
        UnfitDocument: the renderer made something that must not be sealed.
    """
    pdf = compile_pdf("invoice", invoice_view(record))
    check(pdf, record.number)
    return pdf


def invoice_view(record: InvoiceRecord) -> dict[str, Any]:
    """Everything the paper shows, in reading order, formatted in the language of the contract."""
    words, lang = WORDS[record.lang], record.lang
    issued, paid = long_date(record.issued_on, lang), long_date(record.paid_on, lang)
    method = printable(record.method_label, "")
    settled = words.settled if method else words.settled_plainly
    return {
        "lang": lang,
        "title": f"{words.heading} {record.number} – {record.seller.trade_name}",
        "description": words.description.format(number=record.number, issued=issued),
        "author": record.seller.legal_name,
        "date": _parts(record.issued_on),
        "heading": words.heading,
        "number": record.number,
        "seller": seller_view(record.seller, lang),
        "billed_to": words.billed_to,
        "buyer": buyer_view(record.buyer, words.unnamed, lang),
        "facts": _facts(record, words),
        "total": money(record.total.gross, lang),
        "settled": settled.format(paid=paid, method=method),
        "period": _period(record, words),
        "columns": list(words.columns),
        "lines": [row for line in record.lines for row in _rows(line, words, lang)],
        "sums": _sums(record, words),
        "notes": _notes(record, words),
        "page": words.page,
    }


def _parts(on: date) -> list[int]:
    return [on.year, on.month, on.day]


def _facts(record: InvoiceRecord, words: InvoiceWords) -> list[Fact]:
    lang = record.lang
    facts = (
        (words.issued, long_date(record.issued_on, lang)),
        (words.paid, long_date(record.paid_on, lang)),
        (words.customer, record.buyer.customer_id),
        (words.subscription, record.subscription_id),
        (words.payment, record.provider_reference),
    )
    return [{"name": name, "value": printable(value, "–")} for name, value in facts]


def _period(record: InvoiceRecord, words: InvoiceWords) -> dict[str, str]:
    """The period line: its drawing is decoration, these are its words."""
    first = record.lines[0].period_from_on
    last = record.lines[-1].period_to_on - ONE_DAY
    return {
        "name": words.supplied,
        "first_day": words.first_day,
        "first": short_date(first, record.lang),
        "last_day": words.last_day,
        "last": short_date(last, record.lang),
    }


def _rows(line: InvoiceLine, words: InvoiceWords, lang: Language) -> list[dict[str, str]]:
    """One row for the service at list price, one for its discount."""
    covered = words.covered.format(
        first=long_date(line.period_from_on, lang),
        last=long_date(line.period_to_on - ONE_DAY, lang),
    )
    net = money(line.listed.net, lang)
    service = {
        "name": words.service.format(plan=printable(line.plan_name, "–")),
        "detail": f"{line.description} {covered}".strip(),
        "quantity": "1",
        "unit": net,
        "rate": rate(line.listed.rate_bps, lang),
        "net": net,
    }
    if line.discount is None:
        return [service]
    return [service, _discount_row(line.discount, words, lang)]


def _discount_row(discount: Discount, words: InvoiceWords, lang: Language) -> dict[str, str]:
    off = money(-discount.taxed.net, lang)
    return {
        "name": printable(discount.label, "–"),
        "detail": words.saved.format(gross=money(discount.taxed.gross, lang)),
        "quantity": "1",
        "unit": off,
        "rate": rate(discount.taxed.rate_bps, lang),
        "net": off,
    }


def _sums(record: InvoiceRecord, words: InvoiceWords) -> list[dict[str, Any]]:
    lang, total = record.lang, record.total
    net, vat, gross = (money(part, lang) for part in (total.net, total.vat, total.gross))
    zero = money(total.gross - total.gross, lang)
    paid = words.paid_amount.format(paid=long_date(record.paid_on, lang))
    return [
        {"name": words.total_net, "value": net, "strong": False},
        {
            "name": words.total_vat.format(rate=rate(total.rate_bps, lang), base=net),
            "value": vat,
            "strong": False,
        },
        {"name": words.total_gross, "value": gross, "strong": True},
        {"name": paid, "value": money(-total.gross, lang), "strong": False},
        {"name": words.left_to_pay, "value": zero, "strong": True},
    ]


def _notes(record: InvoiceRecord, words: InvoiceWords) -> list[str]:
    exemption = record.exemption
    tax = exemption.mention if exemption else words.collections
    return [words.supply_kind, tax, words.keep]
