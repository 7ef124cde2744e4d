"""The shape of a confirmation's wording; one file per language fills it.

Braces are filled from the record. Every tuple is a list of paragraphs.
"""

from dataclasses import dataclass

Paragraphs = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmationWords:
    """The fixed words of the confirmation of a contract (L221-13, L221-5, FRM-4)."""

    heading: str
    description: str
    opening: str
    unnamed: str
    monthly_price: str
    concluded: str
    next_due: str
    page: str

    order: str
    plan: str
    reference: str
    concluded_on: str
    subscriber: str
    payer: str
    price: str
    price_detail: str
    first_charge: str
    first_charge_discounted: str
    later_charges: str
    later_charges_detail: str
    method: str
    access: str
    access_detail: str
    language: str
    languages: tuple[str, str]

    features: str
    equipment: Paragraphs

    duration: str
    duration_text: Paragraphs
    terminate: str

    withdrawal: str
    kept: Paragraphs
    kept_pro_rata: Paragraphs
    lost_at_first_use: Paragraphs
    lost_at_sign_in: Paragraphs
    how_to_withdraw: Paragraphs
    withdraw: str

    consents: str
    terms: Paragraphs
    terms_version: str
    terms_digest: str
    terms_address: str
    ticked: str
    not_ticked: str

    rights: str
    rights_text: Paragraphs
    complaints: str
    complaints_text: Paragraphs
    mediator: str
    contact: str
    privacy: str

    seller: str
    company: str
    address: str
    register: str
    register_detail: str
    vat_number: str
    email: str
    phone: str

    form: str
    form_hint: str
    form_to: str
    form_statement: str
    form_fields: tuple[str, str, str, str, str]
    form_note: str
