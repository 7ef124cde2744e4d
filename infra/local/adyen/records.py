"""What the simulator remembers. Card numbers are absent on purpose: last four digits only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

Json = dict[str, Any]
CREDITS = ("Settled", "RefundedReversed", "ChargebackReversed")
"""The movements that bring the merchant money; all others take some back."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the issuer says; `code` is Adyen's refusal code, empty when accepted.

    `later` is the final word of an asynchronous answer (code 13).
    """

    result_code: str = "Authorised"
    code: str = ""
    reason: str = ""
    raw: str = ""
    advice: str = ""
    later: Decision | None = None

    @property
    def accepted(self) -> bool:
        """Whether money (or the verification) went through."""
        return self.result_code == "Authorised"


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """What the shopper pays with; `fingerprint` tells two cards apart without their number."""

    type: str
    brand: str
    last4: str = ""
    fingerprint: str = ""
    expiry_month: str = ""
    expiry_year: str = ""
    holder_name: str = field(default="", repr=False)
    challenged: bool = False

    @property
    def label(self) -> str:
        """The word webhooks use for the method: the brand of a card, the type otherwise."""
        return self.brand or self.type


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be paid, read from a session or from a payment request."""

    amount_minor: int
    currency: str
    reference: str
    merchant_order_reference: str = ""
    shopper_reference: str = ""
    shopper_interaction: str = "Ecommerce"
    processing_model: str = ""
    stores: bool = False
    manual_capture: bool = False
    capture_delay_hours: int = 0
    session_id: str = ""


@dataclass(kw_only=True)
class Payment:
    """One authorisation and what became of its money, in minor units."""

    psp: str
    order: Order
    instrument: Instrument
    decision: Decision
    created_at: datetime
    token_id: str = ""
    captured_minor: int = 0
    refunded_minor: int = 0
    disputed_minor: int = 0
    capture_count: int = 0
    is_cancelled: bool = False
    dispute_psp: str = ""

    @property
    def amount(self) -> Json:
        """The authorised amount as the API writes it."""
        return {"currency": self.order.currency, "value": self.order.amount_minor}


@dataclass(kw_only=True)
class Modification:
    """A capture, refund, cancel or reversal that was asked for."""

    psp: str
    kind: str
    payment_psp: str
    reference: str
    amount_minor: int
    success: bool
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One movement of a payment's money, as a settlement reports it; minor units, no sign."""

    kind: str
    psp: str
    reference: str
    modification_psp: str
    modification_reference: str
    method: str
    currency: str
    gross_minor: int
    created_at: datetime
    booked_at: datetime
    commission_minor: int = 0
    markup_minor: int = 0
    scheme_minor: int = 0
    interchange_minor: int = 0

    @property
    def fees_minor(self) -> int:
        """What is withheld for this movement."""
        return (
            self.commission_minor + self.markup_minor + self.scheme_minor + self.interchange_minor
        )

    @property
    def signed_minor(self) -> int:
        """What it adds to the merchant's balance, fees deducted."""
        gross = self.gross_minor if self.kind in CREDITS else -self.gross_minor
        return gross - self.fees_minor


@dataclass(kw_only=True)
class Batch:
    """Entries settled together; with fees, what is brought and carried, they sum to the payout."""

    number: int
    currency: str
    closed_at: datetime
    entries: list[Entry] = field(default_factory=list)
    brought_minor: int = 0
    fee_minor: int = 0
    payout_minor: int = 0
    carried_minor: int = 0


@dataclass(kw_only=True)
class Token:
    """A stored payment method; months and attempts drive the plan of a holder name."""

    id: str
    shopper_reference: str
    instrument: Instrument
    models: tuple[str, ...]
    created_at: datetime
    first_psp: str
    first_month: int
    disabled_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    attempts: dict[str, int] = field(default_factory=dict)


@dataclass(kw_only=True)
class Session:
    """A checkout session; `results` are the frozen views behind each `sessionResult`."""

    id: str
    request: Json = field(repr=False)
    data: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    status: str = "active"
    refused_count: int = 0
    payments: list[str] = field(default_factory=list)
    results: dict[str, Json] = field(default_factory=dict, repr=False)


@dataclass(kw_only=True)
class Attempt:
    """A payment that waits for its shopper: 3-D Secure, PayPal, a redirect."""

    id: str
    order: Order
    instrument: Instrument
    step: str
    return_url: str = ""
    server_transaction_id: str = ""
    verdict: str = ""
    is_used: bool = False


@dataclass(kw_only=True)
class Due:
    """Something that happens by itself when the clock reaches `at`."""

    at: datetime
    kind: str
    psp: str
    decision: Decision | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of a script: the outcome of one charge, and a fault around it."""

    outcome: str
    raw: str = ""
    advice: str = ""


@dataclass(kw_only=True)
class Script:
    """Outcomes of the next charges, in order; `then` serves once they are used up."""

    steps: list[Step]
    then: Step | None = None
