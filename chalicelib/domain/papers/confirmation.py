"""The confirmation of a contract on a durable medium (L221-13, FRM-4), frozen as it was concluded.

It holds facts and the very texts the subscriber was shown; the wording around them belongs to the
documents.
"""

from datetime import date, datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Value
from chalicelib.domain.papers.seller import Buyer, Seller
from chalicelib.domain.papers.tax import Taxed, extract_vat


class TermsReference(Value):
    """The exact text that was accepted: version, language, digest, and where it stays readable."""

    version: str
    lang: Language
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    url: str


class Consent(Value):
    """A box, its text as shown, and when it was ticked; None when it was left empty."""

    text: str
    ticked_at: datetime | None


class Withdrawal(Value):
    """What became of the right to withdraw (WDR-1..3).

    `kept`: fourteen days, access waits. `kept_pro_rata`: fourteen days, and what was used in them
    is owed. `lost_at_first_use`: the right ends when paid content is first opened, because the
    subscriber asked for access at once and acknowledged the loss. `lost_at_sign_in`: the terms as
    written, where the first use of the access codes is enough.
    """

    kind: Literal["kept", "kept_pro_rata", "lost_at_first_use", "lost_at_sign_in"]
    last_on: date = Field(description="Last day on which a withdrawal can be sent.")


class PublicAddresses(Value):
    """Where the functions the law asks for are reached, in the contract's language."""

    withdraw: str
    terminate: str
    account: str
    contact: str
    privacy: str


class ConfirmationRecord(Value):
    """Everything the confirmation of one subscription says."""

    schema_version: Literal[1] = 1
    subscription_id: str
    lang: Language
    concluded_at: datetime
    seller: Seller
    buyer: Buyer
    payer_name: str = Field(default="", description="Empty when the buyer pays.")
    plan_name: str
    features: tuple[str, ...] = Field(min_length=1)
    monthly: Taxed
    first_charge: Taxed
    discount_label: str = ""
    method_label: str
    period_from_on: date
    next_due_on: date
    access_from_on: date
    terms: TermsReference
    consents: tuple[Consent, ...]
    withdrawal: Withdrawal
    addresses: PublicAddresses

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.concluded_at.tzinfo is None:
            raise ValueError("an instant knows its zone")
        if not self.concluded_on <= self.period_from_on < self.next_due_on:
            raise ValueError("conclusion, first day and next due date follow each other")
        if self.monthly.gross.currency != self.first_charge.gross.currency:
            raise ValueError("one contract, one currency")
        return self

    @property
    def concluded_on(self) -> date:
        """The Paris date of the order, from which every deadline counts."""
        return paris_date(self.concluded_at)


def freeze_confirmation(
    *,
    subscription_id: str,
    lang: Language,
    concluded_at: datetime,
    seller: Seller,
    buyer: Buyer,
    plan_name: str,
    features: tuple[str, ...],
    monthly_gross: Money,
    rate_bps: int,
    method_label: str,
    period_from_on: date,
    next_due_on: date,
    terms: TermsReference,
    consents: tuple[Consent, ...],
    withdrawal: Withdrawal,
    addresses: PublicAddresses,
    first_gross: Money | None = None,
    discount_label: str = "",
    access_from_on: date | None = None,
    payer_name: str = "",
) -> ConfirmationRecord:
    """The record of a contract just concluded (FRM-4, CGS 2.1 b §2).

    `monthly_gross` is the price of each period; `first_gross` that of the first one when a
    discount applies to it. Access opens with the first period unless told otherwise.

    Raises:
        ValidationError: a date or a digest does not fit.
    """
    monthly = extract_vat(monthly_gross, rate_bps)
    return ConfirmationRecord(
        subscription_id=subscription_id,
        lang=lang,
        concluded_at=concluded_at,
        seller=seller,
        buyer=buyer,
        payer_name=payer_name,
        plan_name=plan_name,
        features=features,
        monthly=monthly,
        first_charge=monthly if first_gross is None else extract_vat(first_gross, rate_bps),
        discount_label=discount_label,
        method_label=method_label,
        period_from_on=period_from_on,
        next_due_on=next_due_on,
        access_from_on=access_from_on or period_from_on,
        terms=terms,
        consents=consents,
        withdrawal=withdrawal,
        addresses=addresses,
    )
