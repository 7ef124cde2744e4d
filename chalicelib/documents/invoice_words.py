"""What an invoice says around its figures, in both languages; nothing here names a seller."""

from dataclasses import dataclass

from chalicelib.documents.formats import set_words
from chalicelib.domain.kernel.language import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceWords:
    """The fixed words of an invoice; braces are filled from the record."""

    heading: str
    description: str
    billed_to: str
    customer: str
    unnamed: str
    issued: str
    supplied: str
    paid: str
    subscription: str
    payment: str
    settled: str
    settled_plainly: str
    service: str
    covered: str
    saved: str
    first_day: str
    last_day: str
    columns: tuple[str, str, str, str, str]
    total_net: str
    total_vat: str
    total_gross: str
    paid_amount: str
    left_to_pay: str
    supply_kind: str
    collections: str
    keep: str
    page: str


FRENCH = InvoiceWords(
    heading="Facture",
    description="Facture {number} du {issued}",
    billed_to="Facturé à",
    customer="Référence client",
    unnamed="Client {customer}",
    issued="Date d'émission",
    supplied="Période de service",
    paid="Date de paiement",
    subscription="Abonnement",
    payment="Référence de paiement",
    settled="Payée le {paid} par {method}",
    settled_plainly="Payée le {paid}",
    service="Abonnement mensuel {plan}",
    covered="Du {first} au {last}",
    saved="Soit {gross} TTC de moins",
    first_day="Premier jour",
    last_day="Dernier jour",
    columns=("Désignation", "Qté", "Prix unitaire HT", "TVA", "Montant HT"),
    total_net="Total HT",
    total_vat="TVA {rate} sur {base}",
    total_gross="Total TTC",
    paid_amount="Payé le {paid}",
    left_to_pay="Reste à payer",
    supply_kind="Catégorie de l'opération : prestation de services.",
    collections="La TVA est exigible à l'encaissement du prix.",
    keep="Nous vous conseillons de conserver cette facture.",
    page="Page {page} sur {pages}",
)
ENGLISH = InvoiceWords(
    heading="Invoice",
    description="Invoice {number} of {issued}",
    billed_to="Billed to",
    customer="Customer reference",
    unnamed="Customer {customer}",
    issued="Date of issue",
    supplied="Period of service",
    paid="Date of payment",
    subscription="Subscription",
    payment="Payment reference",
    settled="Paid on {paid} by {method}",
    settled_plainly="Paid on {paid}",
    service="{plan}, monthly subscription",
    covered="From {first} to {last}",
    saved="{gross} less, VAT included",
    first_day="First day",
    last_day="Last day",
    columns=("Description", "Qty", "Unit price excl. VAT", "VAT", "Amount excl. VAT"),
    total_net="Total excl. VAT",
    total_vat="VAT {rate} on {base}",
    total_gross="Total incl. VAT",
    paid_amount="Paid on {paid}",
    left_to_pay="Left to pay",
    supply_kind="Category of the operation: supply of services.",
    collections="VAT becomes chargeable when the price is paid (cash basis).",
    keep="We advise you to keep this invoice.",
    page="Page {page} of {pages}",
)
WORDS: dict[Language, InvoiceWords] = {
    "fr": set_words(FRENCH, "fr"),
    "en": set_words(ENGLISH, "en"),
}
