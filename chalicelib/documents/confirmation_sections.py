"""The sections of a confirmation: headings, and blocks of paragraphs, facts, lists and links."""

from typing import Any

from chalicelib.documents.confirmation_words import ConfirmationWords
from chalicelib.documents.formats import moment, money
from chalicelib.documents.printable import printable
from chalicelib.domain.kernel.language import LANGUAGES
from chalicelib.domain.papers.confirmation import ConfirmationRecord, Consent

Block = dict[str, Any]
Values = dict[str, str]
LONGEST_CONSENT = 2000


def sections(
    record: ConfirmationRecord, words: ConfirmationWords, values: Values
) -> list[dict[str, Any]]:
    """Each section with its heading, in the order a subscriber asks the questions."""
    where, seller = record.addresses, record.seller
    withdrawal = getattr(words, record.withdrawal.kind) + words.how_to_withdraw
    parts = (
        (words.order, [_order(record, words, values)]),
        (words.features, [_bullets(record.features), *_texts(words.equipment, values)]),
        (
            words.duration,
            [*_texts(words.duration_text, values), _link(words.terminate, where.terminate)],
        ),
        (words.withdrawal, [*_texts(withdrawal, values), _link(words.withdraw, where.withdraw)]),
        (words.consents, _accepted(record, words, values)),
        (words.rights, _texts(words.rights_text, values)),
        (
            words.complaints,
            [
                *_texts(words.complaints_text, values),
                _link(f"{words.mediator}, {seller.mediator.name}", seller.mediator.url),
                _link(words.contact, where.contact),
                _link(words.privacy, where.privacy),
            ],
        ),
        (words.seller, [_seller(record, words, values)]),
    )
    return [{"heading": heading, "blocks": blocks} for heading, blocks in parts]


def _texts(texts: tuple[str, ...], values: Values) -> list[Block]:
    return [{"kind": "text", "text": text.format_map(values)} for text in texts]


def _bullets(items: tuple[str, ...]) -> Block:
    return {"kind": "bullets", "items": [printable(item, "–", LONGEST_CONSENT) for item in items]}


def _link(name: str, url: str) -> Block:
    return {"kind": "link", "name": name, "url": url}


def _facts(*facts: tuple[str, str]) -> Block:
    """Names and values side by side; what is unknown is left out."""
    return {"kind": "facts", "facts": [{"name": n, "value": v} for n, v in facts if v]}


def _order(record: ConfirmationRecord, words: ConfirmationWords, values: Values) -> Block:
    return _facts(
        (words.plan, values["plan"]),
        (words.reference, values["reference"]),
        (words.concluded_on, values["concluded_at"]),
        (words.subscriber, values["subscriber"]),
        (words.address, values["subscriber_address"]),
        (words.email, values["subscriber_email"]),
        (words.payer, printable(record.payer_name, "")),
        (words.price, words.price_detail.format_map(values)),
        (words.first_charge, _first_charge(record, words, values)),
        (words.later_charges, words.later_charges_detail.format_map(values)),
        (words.method, printable(record.method_label, "–")),
        (words.access, words.access_detail.format_map(values)),
        (words.language, words.languages[LANGUAGES.index(record.lang)]),
    )


def _first_charge(record: ConfirmationRecord, words: ConfirmationWords, values: Values) -> str:
    gross = money(record.first_charge.gross, record.lang)
    if record.first_charge == record.monthly:
        return gross
    return words.first_charge_discounted.format_map({**values, "gross": gross})


def _accepted(record: ConfirmationRecord, words: ConfirmationWords, values: Values) -> list[Block]:
    terms = _facts(
        (words.terms_version, record.terms.version),
        (words.terms_digest, record.terms.sha256),
    )
    consents = [_consent(consent, record, words) for consent in record.consents]
    text = _link(words.terms_address, record.terms.url)
    return [*_texts(words.terms, values), terms, text, *consents]


def _consent(consent: Consent, record: ConfirmationRecord, words: ConfirmationWords) -> Block:
    """A box as it was shown, with its answer: the proof the subscriber keeps (WDR-2)."""
    at = consent.ticked_at
    answer = words.not_ticked if at is None else words.ticked.format(at=moment(at, record.lang))
    text = printable(consent.text, "–", LONGEST_CONSENT)
    return {"kind": "consent", "text": text, "answer": answer, "ticked": at is not None}


def _seller(record: ConfirmationRecord, words: ConfirmationWords, values: Values) -> Block:
    seller = record.seller
    return _facts(
        (words.company, f"{seller.trade_name} ({values['company']})"),
        (words.address, values["address"]),
        (words.register, words.register_detail.format_map(values)),
        (words.vat_number, seller.vat_number),
        (words.email, seller.email),
        (words.phone, seller.phone),
    )
