"""ConfirmationRecord -> PDF: one document that a subscriber can keep and rely on (L221-13)."""

from typing import Any

from chalicelib.documents.compiler import compile_pdf
from chalicelib.documents.confirmation_sections import sections
from chalicelib.documents.confirmation_words import ConfirmationWords
from chalicelib.documents.formats import (
    long_date,
    moment,
    money,
    rate,
    short_date,
    whole_money,
)
from chalicelib.documents.identity import (
    address_lines,
    buyer_view,
    registered_name,
    seller_view,
    siren_text,
)
from chalicelib.documents.languages import CONFIRMATION_WORDS
from chalicelib.documents.printable import printable
from chalicelib.documents.selfcheck import check
from chalicelib.domain.kernel.calendar import PARIS
from chalicelib.domain.papers.confirmation import ConfirmationRecord


def render_confirmation(record: ConfirmationRecord) -> bytes:
    """The archivable PDF of a confirmation: the same record always gives the same bytes.

    Raises:
        UnfitDocument: the renderer made something that must not be sealed.
    """
    pdf = compile_pdf("confirmation", confirmation_view(record))
    check(pdf, record.subscription_id)
    return pdf


def confirmation_view(record: ConfirmationRecord) -> dict[str, Any]:
    """Everything the document shows, in reading order, in the language of the contract."""
    words, lang = CONFIRMATION_WORDS[record.lang], record.lang
    values = values_of(record, words)
    local = record.concluded_at.astimezone(PARIS)
    return {
        "lang": lang,
        "title": f"{words.heading} – {record.subscription_id}",
        "description": words.description.format_map(values),
        "author": record.seller.legal_name,
        "date": [local.year, local.month, local.day],
        "heading": words.heading,
        "opening": words.opening.format_map(values),
        "reference": record.subscription_id,
        "seller": seller_view(record.seller, lang),
        "plan": values["plan"],
        "price": money(record.monthly.gross, lang),
        "price_unit": words.monthly_price,
        "period": {
            "first_day": words.concluded,
            "first": short_date(record.period_from_on, lang),
            "last_day": words.next_due,
            "last": short_date(record.next_due_on, lang),
        },
        "sections": sections(record, words, values),
        "form": _form(words, values),
        "page": words.page,
    }


def values_of(record: ConfirmationRecord, words: ConfirmationWords) -> dict[str, str]:
    """What the braces of the wording stand for."""
    lang, seller = record.lang, record.seller
    return {
        "plan": printable(record.plan_name, "–"),
        "reference": record.subscription_id,
        "concluded_at": moment(record.concluded_at, lang),
        "concluded_on": long_date(record.concluded_on, lang),
        "subscriber": str(buyer_view(record.buyer, words.unnamed, lang)["name"]),
        "subscriber_address": ", ".join(address_lines(record.buyer.address, lang)),
        "subscriber_email": printable(record.buyer.email, ""),
        "gross": money(record.monthly.gross, lang),
        "net": money(record.monthly.net, lang),
        "vat": money(record.monthly.vat, lang),
        "rate": rate(record.monthly.rate_bps, lang),
        "discount": printable(record.discount_label, "–"),
        "next_due": long_date(record.next_due_on, lang),
        "access": long_date(record.access_from_on, lang),
        "last": long_date(record.withdrawal.last_on, lang),
        "company": registered_name(seller),
        "name": registered_name(seller),
        "address": ", ".join(address_lines(seller.address, lang)),
        "capital": whole_money(seller.capital, lang),
        "city": seller.register_city,
        "siren": siren_text(seller.siren),
        "email": seller.email,
    }


def _form(words: ConfirmationWords, values: dict[str, str]) -> dict[str, Any]:
    """The model withdrawal form (annex to R221-1), with what we know already filled in."""
    known = (f"{values['plan']}, {values['reference']}", values["concluded_on"], "", "", "")
    return {
        "heading": words.form,
        "hint": words.form_hint,
        "to": words.form_to.format_map(values),
        "statement": words.form_statement,
        "fields": [
            {"name": name, "value": value}
            for name, value in zip(words.form_fields, known, strict=True)
        ],
        "note": words.form_note,
    }
