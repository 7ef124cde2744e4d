"""Sample records of the sandbox's seller: for looking at the papers, timing them, testing them."""

from datetime import UTC, date, datetime
from typing import Any

from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.papers.confirmation import (
    ConfirmationRecord,
    Consent,
    PublicAddresses,
    TermsReference,
    Withdrawal,
    freeze_confirmation,
)
from chalicelib.domain.papers.invoice import InvoiceRecord, freeze_invoice
from chalicelib.domain.papers.seller import Buyer, Mediator, PostalAddress, Seller

SUBSCRIPTION = "01JD3M7QK2X8V5T9BZ4R6N0WHF"
CUSTOMER = "01JD3M7QK2X8V5T9BZ4R6N0WHE"
SITE = "https://premium.clairiere.example"
SELLER = Seller(
    legal_name="Clairière SAS",
    trade_name="Clairière",
    legal_form="SAS",
    capital=Money(minor=10_000_00, currency="EUR"),
    address=PostalAddress(
        street="12 rue des Tilleuls", postal_code="75011", city="Paris", country="FR"
    ),
    siren="900000019",
    register_city="Paris",
    vat_number="FR32900000019",
    email="aide@clairiere.example",
    phone="+33 1 00 00 00 00",
    mediator=Mediator(name="AME Conso", url="https://www.mediationconso-ame.com"),
)
BUYER = Buyer(
    customer_id=CUSTOMER,
    name="Marie Lefèvre",
    email="marie.lefevre@example.org",
    address=PostalAddress(
        street="4 allée des Érables", postal_code="69003", city="Lyon", country="FR"
    ),
)
FEATURES: dict[Language, tuple[str, ...]] = {
    "fr": (
        "Tous les cours du catalogue, avec leurs exercices",
        "Les certificats de réussite de la plateforme et de ses partenaires",
        "Le forum et les messages privés entre abonnés",
    ),
    "en": (
        "Every course of the catalogue, with its exercises",
        "The certificates of achievement of the platform and its partners",
        "The forum and private messages between subscribers",
    ),
}
BOXES: dict[Language, tuple[str, str]] = {
    "fr": (
        "J'ai lu et j'accepte les conditions générales de services.",
        (
            "Je demande à accéder à Premium Solo tout de suite, avant la fin du délai de "
            "quatorze jours, et je reconnais que je perds mon droit de rétractation à la "
            "première utilisation de mes codes d'accès."
        ),
    ),
    "en": (
        "I have read and I accept the general terms of service.",
        (
            "I ask for access to Premium Solo at once, before the end of the fourteen-day "
            "period, and I acknowledge that I lose my right of withdrawal when I first use my "
            "access codes."
        ),
    ),
}
CONCLUDED_AT = datetime(2026, 11, 7, 9, 2, tzinfo=UTC)


def euros(minor: int) -> Money:
    """An amount in cents of a euro."""
    return Money(minor=minor, currency="EUR")


def sample_invoice(**changes: Any) -> InvoiceRecord:
    """A month of Premium Solo at EUR 20.00, paid by card; `changes` replace arguments."""
    arguments: dict[str, Any] = {
        "number": "F2026-00000001",
        "issued_on": date(2026, 11, 15),
        "paid_on": date(2026, 11, 15),
        "period_from_on": date(2026, 11, 15),
        "period_to_on": date(2026, 12, 15),
        "plan_name": "Premium Solo",
        "gross": euros(20_00),
        "rate_bps": 2000,
        "lang": "fr",
        "seller": SELLER,
        "buyer": BUYER,
        "method_label": "Visa •••• 1111",
        "subscription_id": SUBSCRIPTION,
        "due_reference": f"{SUBSCRIPTION}.0000.1",
        "provider_reference": "KHQC5N7G84BLNK43",
    }
    return freeze_invoice(**(arguments | changes))


def sample_confirmation(
    lang: Language = "fr", kind: str = "lost_at_first_use", **changes: Any
) -> ConfirmationRecord:
    """A Premium Solo contract of 7 November 2026; access is at once unless the right is `kept`."""
    at_once = kind != "kept"
    terms, access = BOXES[lang]
    site = f"{SITE}/{lang}"
    arguments: dict[str, Any] = {
        "subscription_id": SUBSCRIPTION,
        "lang": lang,
        "concluded_at": CONCLUDED_AT,
        "seller": SELLER,
        "buyer": BUYER,
        "plan_name": "Premium Solo",
        "features": FEATURES[lang],
        "monthly_gross": euros(20_00),
        "rate_bps": 2000,
        "method_label": "Visa •••• 1111",
        "period_from_on": date(2026, 11, 7) if at_once else date(2026, 11, 24),
        "next_due_on": date(2026, 12, 7) if at_once else date(2026, 12, 24),
        "terms": TermsReference(
            version="2026-09-01", lang=lang, sha256="ab" * 32, url=f"{site}/terms/2026-09-01"
        ),
        "consents": (
            Consent(text=terms, ticked_at=CONCLUDED_AT),
            Consent(text=access, ticked_at=CONCLUDED_AT if at_once else None),
        ),
        "withdrawal": Withdrawal.model_validate({"kind": kind, "last_on": date(2026, 11, 23)}),
        "addresses": PublicAddresses(
            withdraw=f"{site}/withdraw",
            terminate=f"{site}/terminate",
            account=f"{site}/account",
            contact=f"{site}/contact",
            privacy=f"{site}/privacy",
        ),
    }
    return freeze_confirmation(**(arguments | changes))
