"""The due item (échéance): one amount of money owed, from its date to its mailed invoice.

    scheduled --claim--> charging --authorised--> paid --> number --> file --> mail (leaves agenda)
        ^                   |  |
        |----- refused -----|  |-- unknown: asked again with the same key, then parked
        |                      |-- refused too often --> unpaid (parked)
        |-- the contract ends first --> lapsed

A due item always ends done, scheduled or parked.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from chalicelib.domain.billing.journal import Posting
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Entity, Value
from chalicelib.domain.selling.catalogue import PlanKey


class DueState(StrEnum):
    """Where a due item stands."""

    SCHEDULED = "scheduled"
    CHARGING = "charging"
    PAID = "paid"
    UNPAID = "unpaid"
    LAPSED = "lapsed"


class Attempt(Value):
    """One try at a payment; the next exists only after a final refusal or proven absence."""

    number: int = Field(ge=1)
    state: Literal["open", "authorised", "refused", "returned"] = "open"
    opened_at: datetime
    provider_reference: str | None = None
    code: str | None = None


class DueItem(Entity):
    """Money owed for one period, identified by (subscription, period, instalment).

    Attributes:
        from_on: first day of the period, the due date.
        to_on: first day of the next period.
        method_label: how the payment method is named on the invoice.
        paid_at: instant at which success was learnt.
        parked: why nobody will act on it without a person, else None.
    """

    subscription_id: str
    period: int = Field(ge=0)
    instalment: int = Field(default=1, ge=1)
    customer_id: str
    plan: PlanKey
    lang: Language
    state: DueState = DueState.SCHEDULED
    from_on: date
    to_on: date
    currency: str
    gross_minor: int = Field(gt=0)
    net_minor: int
    rate_bps: int
    price_row: str
    identity_number: int = 1
    attempts: tuple[Attempt, ...] = ()
    postings: tuple[Posting, ...] = ()
    method_label: str | None = None
    paid_at: datetime | None = None
    number: str | None = None
    issued_on: date | None = None
    sha256: str | None = None
    mailed_at: datetime | None = None
    parked: str | None = None
    agenda_at: datetime | None = None

    @property
    def key(self) -> DueKey:
        """The identity of this money."""
        return DueKey(
            subscription_id=self.subscription_id, period=self.period, instalment=self.instalment
        )

    @property
    def gross(self) -> Money:
        """What is owed, all taxes included."""
        return Money(minor=self.gross_minor, currency=self.currency)

    @property
    def vat_minor(self) -> int:
        """The VAT in it: gross less net, so that the sum is exact (VAT-1)."""
        return self.gross_minor - self.net_minor

    @property
    def open_attempt(self) -> Attempt | None:
        """The attempt whose outcome is not known yet."""
        return next((a for a in reversed(self.attempts) if a.state == "open"), None)

    @property
    def paying_attempt(self) -> Attempt | None:
        """The attempt that paid this due item."""
        return next((a for a in self.attempts if a.state == "authorised"), None)

    @property
    def refusals(self) -> int:
        """How many attempts were finally refused."""
        return sum(attempt.state == "refused" for attempt in self.attempts)

    def attempt(self, number: int) -> Attempt | None:
        """The attempt of that number."""
        return next((a for a in self.attempts if a.number == number), None)

    def with_attempt(self, attempt: Attempt) -> tuple[Attempt, ...]:
        """Every attempt, with this one in place of its number, in order of number."""
        others = [a for a in self.attempts if a.number != attempt.number]
        return tuple(sorted((*others, attempt), key=lambda a: a.number))
