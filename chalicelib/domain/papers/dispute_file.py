"""The dispute file (dossier de contestation): what a bank is shown, frozen as it was known.

It holds facts alone: who accepted what, in which words, what was announced, used, invoiced and
paid. The wording around them belongs to the documents.
"""

from datetime import date, datetime
from typing import Literal

from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Value
from chalicelib.domain.papers.confirmation import TermsReference
from chalicelib.domain.papers.seller import Buyer, Seller

Moment = Literal[
    "concluded", "confirmed", "invited", "first_used", "charged", "letter", "dispute", "refund"
]


class ShownConsent(Value):
    """A box or a button, its words as they were shown, where, and when it was taken."""

    text: str
    screen: str
    lang: Language
    given_at: datetime


class Origin(Value):
    """Where the acceptance came from: kept small on purpose (FRM-1 c)."""

    session_id: str
    address: str
    agent: str


class SentNotice(Value):
    """A mail that the relay took; its digest proves which words were sent."""

    template: str
    sent_at: datetime
    sha256: str


class ToldCharge(Value):
    """One try at the payment of a month, as the provider knows it."""

    reference: str
    provider_reference: str | None
    opened_at: datetime
    outcome: str
    amount: Money


class FiledInvoice(Value):
    """An invoice whose paper goes with the file."""

    number: str
    issued_on: date
    from_on: date
    to_on: date
    amount: Money
    sha256: str


class Dated(Value):
    """One line of the timeline; `about` is a name that needs no translation."""

    at: datetime
    moment: Moment
    about: str = ""


class DisputeFileRecord(Value):
    """Everything the file of one dispute says, at one version of that dispute.

    Attributes:
        amount: what the bank asks, or took, for.
        reason: the scheme's or bank's own code.
        payment_reference: what the provider calls the disputed payment.
        first_used_at: first authenticated use of paid content.
    """

    schema_version: Literal[1] = 1
    dispute: str
    version: int
    lang: Language
    seller: Seller
    buyer: Buyer
    standing: str
    reason: str | None
    amount: Money
    opened_at: datetime
    subscription_id: str
    plan_name: str
    paid: ToldCharge
    method_label: str
    from_on: date
    to_on: date
    concluded_at: datetime
    terms: TermsReference
    consents: tuple[ShownConsent, ...]
    origin: Origin
    confirmed_at: datetime | None
    invited_at: datetime | None
    first_used_at: datetime | None
    notices: tuple[SentNotice, ...]
    charges: tuple[ToldCharge, ...]
    invoices: tuple[FiledInvoice, ...]
    timeline: tuple[Dated, ...]
