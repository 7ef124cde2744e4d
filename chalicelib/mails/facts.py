"""What a mail is about: one frozen record per mail, complete in itself.

A record holds every figure and every link of its mail, so the same record gives the same mail
on any day. Dates are Paris dates, instants are UTC, amounts include all taxes. A period and a
contract end at 00:00 of their end date: the last day is the one before.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Value
from chalicelib.domain.papers.confirmation import Withdrawal
from chalicelib.domain.papers.seller import Seller


def _absolute(link: str) -> str:
    """The link itself, once it is known to work outside a page."""
    parts = urlsplit(link)
    local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    if not (parts.hostname and (parts.scheme == "https" or local)):
        raise ValueError("a link in a mail is absolute and https")
    return link


def _utc(instant: datetime) -> datetime:
    """The instant itself, once it is known to be UTC."""
    if instant.utcoffset() != timedelta(0):
        raise ValueError("an instant is UTC")
    return instant.astimezone(UTC)


Link = Annotated[str, AfterValidator(_absolute)]
Instant = Annotated[datetime, AfterValidator(_utc)]
Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\r\n]+$")]


class Period(Value):
    """A paid month: from 00:00 of `start_on` to 00:00 of `end_on`, Paris time (REN-1)."""

    start_on: date
    end_on: date

    @model_validator(mode="after")
    def _advances(self) -> Self:
        if self.end_on <= self.start_on:
            raise ValueError("a period ends after it starts")
        return self

    @property
    def last_on(self) -> date:
        """The last day inside the period."""
        return self.end_on - timedelta(days=1)


class Fact(Value):
    """What every mail knows.

    Attributes:
        template: the name of the templates that say it, the same in every language.
        template_version: raised by one whenever the words of a template change.
        seller: who writes.
        site: the public address of the shop, without a slash at its end.
    """

    template: ClassVar[str]
    template_version: ClassVar[int] = 1

    seller: Seller
    site: Link


class SubscriptionConfirmed(Fact):
    """The contract is concluded; its PDF travels with this mail (FRM-4, CGS 2.1 b §2).

    Attributes:
        contract: the reference of the contract, as printed.
        payment_method: as the payer knows it, such as `Visa •••• 1111`.
        access_from_on: the day access opens when it was not asked for at once, else None.
        withdraw: where the withdrawal function is.
        attachment: the file name of the attached PDF.
    """

    template = "subscription_confirmed"

    contract: Words
    concluded_at: Instant
    plan: Words
    price: Money
    paid: Money
    payment_method: Words
    period: Period
    access_from_on: date | None
    withdrawal: Withdrawal
    withdraw: Link
    terms_version: Words
    terms: Link
    attachment: Words


class AccessOpened(Fact):
    """How to open the account: a link to set the password, apart from the confirmation (FRM-4)."""

    template = "access_opened"

    plan: Words
    login: Words
    set_password: Link
    valid_until_at: Instant
    access_from_on: date | None


class InvoiceReady(Fact):
    """An invoice has its number and its file (CGS 3.3)."""

    template = "invoice_ready"

    number: Words
    issued_on: date
    plan: Words
    total: Money
    paid_on: date | None
    period: Period
    invoice: Link


class PaymentRefused(Fact):
    """A due payment was refused (CGS 3.2, DUN-1).

    Attributes:
        why: what the refusal means, never the bank's own code; `none` is a method that is missing.
        next_attempt_on: when we try again by ourselves; None when only the payer can act.
        suspension_on: the day access closes if nothing is paid; None when that is not planned.
        access_closed: whether access is closed already.
        termination_on: the day the contract ends if nothing is paid; None when not planned.
        pay: the payment link, or where another means of payment is given.
        pay_until_at: until when the payment link serves; None when `pay` is no such link.
    """

    template = "payment_refused"
    template_version = 3

    plan: Words
    amount: Money
    due_on: date
    refused_at: Instant
    payment_method: Words
    why: Literal["tech", "soft", "sca", "update", "stop", "none"]
    next_attempt_on: date | None
    suspension_on: date | None
    access_closed: bool
    termination_on: date | None
    pay: Link
    pay_until_at: Instant | None


class PaymentLinkSent(Fact):
    """A payment link for a month that is owed: asked for again, or the method is gone (DUN-1).

    Attributes:
        method_gone: whether nothing can be charged by itself any more.
        suspension_on: the day access closes if nothing is paid; None when that is not planned.
        access_closed: whether access is closed already.
    """

    template = "payment_link"

    plan: Words
    amount: Money
    due_on: date
    method_gone: bool
    suspension_on: date | None
    access_closed: bool
    pay: Link
    valid_until_at: Instant


class MethodReplaced(Fact):
    """Another payment method pays from now on (PAY-5)."""

    template = "method_replaced"

    plan: Words
    payment_method: Words
    replaced_at: Instant
    price: Money
    next_due_on: date | None
    account: Link


class MethodRemoved(Fact):
    """No payment method is stored any more: deleted, or revoked elsewhere (PAY-5)."""

    template = "method_removed"

    plan: Words
    removed_at: Instant
    price: Money
    next_due_on: date | None
    account: Link


class MethodExpires(Fact):
    """The card on file ends before the charge of `next_due_on` (PAY-5)."""

    template = "method_expires"

    plan: Words
    payment_method: Words
    last_on: date
    price: Money
    next_due_on: date
    account: Link


class PaymentRecovered(Fact):
    """What was late is paid; the dates of the contract have not moved (DUN-1)."""

    template = "payment_recovered"

    plan: Words
    amount: Money
    paid_at: Instant
    period: Period
    access_restored: bool


class CancellationAcknowledged(Fact):
    """A termination was received; what it does and when (REN-2, REN-3).

    Attributes:
        amount_due: what is still owed; None when nothing is.
        undo: where the request is taken back before the end.
    """

    template = "cancellation_acknowledged"

    contract: Words
    plan: Words
    received_at: Instant
    period: Period
    amount_due: Money | None
    undo: Link


class CancellationUndone(Fact):
    """A termination was taken back before its effect; the contract goes on (REN-2)."""

    template = "cancellation_undone"

    contract: Words
    plan: Words
    undone_at: Instant
    period: Period
    price: Money


class CheckoutWaiting(Fact):
    """An order stands unfinished; a link to take it up again (PAY-1)."""

    template = "checkout_waiting"

    plan: Words
    price: Money
    resume: Link
    valid_until_at: Instant


class CheckoutVoided(Fact):
    """An order was not paid in time and is void; nothing was charged (PAY-1)."""

    template = "checkout_voided"

    plan: Words
    price: Money
    opened_at: Instant
    voided_at: Instant
    order: Link


class PasswordLinkAsked(Fact):
    """Somebody asked for a link to set a new password (SEC-1)."""

    template = "password_link_asked"

    asked_at: Instant
    set_password: Link
    valid_until_at: Instant


class DuplicatePaymentReturned(Fact):
    """The same amount came twice; the second one is on its way back."""

    template = "duplicate_payment_returned"

    plan: Words
    amount: Money
    received_at: Instant
    returned_at: Instant
    payment_method: Words
    reference: Words
    period: Period


class RefundSent(Fact):
    """Money promised back has left for the means of payment it came from (WDR-5)."""

    template = "refund_sent"

    amount: Money
    promised_at: Instant
    sent_at: Instant
    payment_method: Words
    reference: Words
    period: Period


class RefundFailed(Fact):
    """Money promised back did not arrive; it is still owed, and we act, not the learner (WDR-5).

    Attributes:
        contact: where to write when the means of payment no longer exists.
    """

    template = "refund_failed"

    amount: Money
    promised_at: Instant
    payment_method: Words
    reference: Words
    contact: Link


class SubscriptionEnded(Fact):
    """The contract has ended; what closes and what stays (CGS 2.1 d §3, DEF-2).

    Attributes:
        ended_on: the contract ran until 00:00 of this Paris date.
        cause: the subscriber's termination, or sums left unpaid.
        amount_due: what is still owed; None when nothing is.
        subscribe: where a new contract is concluded.
    """

    template = "subscription_ended"

    contract: Words
    plan: Words
    ended_on: date
    cause: Literal["terminated", "unpaid"]
    amount_due: Money | None
    subscribe: Link

    @property
    def last_on(self) -> date:
        """The last day of the contract."""
        return self.ended_on - timedelta(days=1)
