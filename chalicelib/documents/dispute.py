"""DisputeFileRecord -> PDF: what a bank is shown, in the language of the contract."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.documents.compiler import compile_pdf
from chalicelib.documents.dispute_words import WORDS, DisputeWords, Names
from chalicelib.documents.formats import long_date, moment, money, short_date
from chalicelib.documents.identity import address_lines, buyer_view, seller_view
from chalicelib.documents.printable import printable
from chalicelib.documents.selfcheck import check
from chalicelib.domain.kernel.calendar import PARIS
from chalicelib.domain.papers.dispute_file import Dated, DisputeFileRecord, ToldCharge

Block = dict[str, Any]
ONE_DAY = timedelta(days=1)
LONGEST = 2000


def render_dispute(record: DisputeFileRecord) -> bytes:
    """The archivable summary of a dispute: the same record always gives the same bytes.

    Raises:
        UnfitDocument: the renderer made something that must not be sealed.
    """
    pdf = compile_pdf("dispute", dispute_view(record))
    check(pdf, record.dispute)
    return pdf


def dispute_view(record: DisputeFileRecord) -> dict[str, Any]:
    """Everything the summary shows, in reading order."""
    words, lang = WORDS[record.lang], record.lang
    named = {"dispute": record.dispute, "subscription": record.subscription_id}
    local = record.opened_at.astimezone(PARIS)
    parts = (
        (words.dispute, [_dispute(record, words)]),
        (words.payment, [_payment(record, words)]),
        (words.contract, [_contract(record, words)]),
        (words.consents, _consents(record, words)),
        (words.usage, [_usage(record, words)]),
        (words.notices, [_notices(record, words)]),
        (words.charges, [_charges(record, words)]),
        (words.invoices, _invoices(record, words)),
        (words.timeline, [_timeline(record, words)]),
    )
    return {
        "lang": lang,
        "title": f"{words.heading} – {record.dispute}",
        "description": words.description.format(**named),
        "author": record.seller.legal_name,
        "date": [local.year, local.month, local.day],
        "heading": words.heading,
        "opening": words.opening,
        "reference": record.dispute,
        "seller": seller_view(record.seller, lang),
        "sections": [{"heading": heading, "blocks": blocks} for heading, blocks in parts],
        "page": words.page,
    }


def _dispute(record: DisputeFileRecord, words: DisputeWords) -> Block:
    return _facts(
        (words.dispute_name, record.dispute),
        (words.standing, _called(words.standings, record.standing)),
        (words.amount, money(record.amount, record.lang)),
        (words.reason, printable(record.reason or "", "")),
        (words.opened, moment(record.opened_at, record.lang)),
    )


def _payment(record: DisputeFileRecord, words: DisputeWords) -> Block:
    lang, paid = record.lang, record.paid
    last = long_date(record.to_on - ONE_DAY, lang)
    return _facts(
        (words.reference, paid.reference),
        (words.provider_reference, paid.provider_reference or ""),
        (words.charged, moment(paid.opened_at, lang)),
        (words.amount, money(paid.amount, lang)),
        (words.method, printable(record.method_label, "")),
        (words.period, words.period_of.format(first=long_date(record.from_on, lang), last=last)),
    )


def _contract(record: DisputeFileRecord, words: DisputeWords) -> Block:
    buyer = buyer_view(record.buyer, words.unnamed, record.lang)
    terms, origin = record.terms, record.origin
    return _facts(
        (words.plan, printable(record.plan_name, "–")),
        (words.contract_reference, record.subscription_id),
        (words.customer, str(buyer["name"])),
        (words.address, ", ".join(address_lines(record.buyer.address, record.lang))),
        (words.email, str(buyer["email"])),
        (words.concluded, moment(record.concluded_at, record.lang)),
        (words.terms, words.terms_of.format(version=terms.version, url=terms.url)),
        (words.digest, terms.sha256),
        (
            words.origin,
            words.origin_of.format(
                address=printable(origin.address, "–"),
                agent=printable(origin.agent, "–"),
                session=printable(origin.session_id, "–"),
            ),
        ),
    )


def _consents(record: DisputeFileRecord, words: DisputeWords) -> list[Block]:
    return [
        {
            "kind": "consent",
            "text": printable(consent.text, "–", LONGEST),
            "answer": words.given.format(
                at=moment(consent.given_at, record.lang), screen=printable(consent.screen, "–")
            ),
        }
        for consent in record.consents
    ]


def _usage(record: DisputeFileRecord, words: DisputeWords) -> Block:
    def told(at: datetime | None) -> str:
        return moment(at, record.lang) if at else words.never

    return _facts(
        (words.confirmed, told(record.confirmed_at)),
        (words.invited, told(record.invited_at)),
        (words.first_used, told(record.first_used_at)),
    )


def _notices(record: DisputeFileRecord, words: DisputeWords) -> Block:
    rows = [
        [
            moment(notice.sent_at, record.lang),
            _called(words.letters, notice.template),
            notice.sha256,
        ]
        for notice in record.notices
    ]
    return _table(words.notice_columns, (3, 3, 5), rows, words)


def _charges(record: DisputeFileRecord, words: DisputeWords) -> Block:
    def row(charge: ToldCharge) -> list[str]:
        return [
            moment(charge.opened_at, record.lang),
            charge.reference,
            charge.provider_reference or "–",
            money(charge.amount, record.lang),
            _called(words.outcomes, charge.outcome),
        ]

    rows = [row(charge) for charge in record.charges]
    return _table(words.charge_columns, (4, 5, 4, 2, 2), rows, words)


def _invoices(record: DisputeFileRecord, words: DisputeWords) -> list[Block]:
    lang = record.lang
    rows = [
        [
            invoice.number,
            long_date(invoice.issued_on, lang),
            words.period_of.format(
                first=short_date(invoice.from_on, lang),
                last=short_date(invoice.to_on - ONE_DAY, lang),
            ),
            money(invoice.amount, lang),
        ]
        for invoice in record.invoices
    ]
    table = _table(words.invoice_columns, (3, 3, 5, 2), rows, words)
    return [{"kind": "text", "text": words.invoices_text}, table] if rows else [table]


def _timeline(record: DisputeFileRecord, words: DisputeWords) -> Block:
    rows = [[moment(line.at, record.lang), _line(line, words)] for line in record.timeline]
    return _table(words.timeline_columns, (2, 5), rows, words)


def _line(line: Dated, words: DisputeWords) -> str:
    about = _called(words.letters, line.about) if line.moment == "letter" else line.about
    return _called(words.moments, line.moment).format(about=printable(about, "–"))


def _facts(*facts: tuple[str, str]) -> Block:
    """Names and values side by side; what is unknown is left out."""
    return {"kind": "facts", "facts": [{"name": n, "value": v} for n, v in facts if v]}


def _table(
    columns: tuple[str, ...], widths: tuple[int, ...], rows: list[list[str]], words: DisputeWords
) -> Block:
    if not rows:
        return {"kind": "text", "text": words.nothing}
    return {"kind": "table", "columns": list(columns), "widths": list(widths), "rows": rows}


def _called(names: Names, code: str) -> str:
    """What a code is called; the code itself when nobody gave it a name."""
    return dict(names).get(code, code)
