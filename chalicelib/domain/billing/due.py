"""The due item (échéance): one amount of money owed, from its date to its mailed invoice.

    scheduled --claim--> charging --authorised--> paid --> number --> file --> mail (leaves agenda)
        ^                   |  |
        |----- refused -----|  |-- unknown: asked again with the same key, then left to
        |                      |            notification and settlement report, then parked
        |                      |-- refused for good, or too often --> unpaid (parked)
        |-- the contract ends first --> lapsed         |-- given up by a person --> written off

A payment page opened by the learner is an attempt of its own beside this path, and pays from any
state but paid.

A due item always ends done, scheduled or parked.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from chalicelib.domain.billing.journal import Posting
from chalicelib.domain.billing.refusals import RefusalKind
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Entity, Value
from chalicelib.domain.selling.catalogue import PlanKey
from chalicelib.domain.selling.checkout import ATTEMPTS_MAX


class DueState(StrEnum):
    """Where a due item stands."""

    SCHEDULED = "scheduled"
    CHARGING = "charging"
    PAID = "paid"
    UNPAID = "unpaid"
    LAPSED = "lapsed"
    WRITTEN_OFF = "written_off"


AttemptState = Literal[
    "open", "authorised", "refused", "returned", "expired", "uncaptured", "absent"
]


class Attempt(Value):
    """One try at a payment; the next exists only after a final refusal or proven absence.

    Attributes:
        state: `expired` is a payment page that nobody used, `uncaptured` a success whose money
            never came, `returned` money that went back, `absent` what no report ever told.
        code: the provider's refusal reason code.
        kind: what the refusal means for the next try.
        channel: `auto` without the learner, `page` on a payment page with them.
        settled_in: the provider's batch that settled its money; None before a report tells.
        captured: whether the provider confirmed the capture in so many words; older news that
            it failed then changes nothing.
    """

    number: int = Field(ge=1)
    state: AttemptState = "open"
    opened_at: datetime
    provider_reference: str | None = None
    code: str | None = None
    kind: RefusalKind | None = None
    channel: Literal["auto", "page"] = "auto"
    settled_in: int | None = None
    captured: bool = False


class DueItem(Entity):
    """Money owed for one period, identified by (subscription, period, instalment).

    Attributes:
        from_on: first day of the period, the due date.
        to_on: first day of the next period.
        method_label: how the payment method is named on the invoice.
        retry_at: when a refused charge is tried again by itself; None when it is not, or while
            it was never refused.
        link_asked_at: when a payment link was last asked for.
        paid_at: instant at which success was learnt; it stays when the money fails to come later
            and the period after it is under way already.
        owed_again_on: Paris date on which a payment turned out not to come; patience counts anew.
        resumes_with: the period that was called off when its payment failed to come, and is called
            back by the next one.
        refunded_minor: what was promised back of the money that paid it.
        disputed_minor: what banks took back of it, for now or for good.
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
    retry_at: datetime | None = None
    link_asked_at: datetime | None = None
    paid_at: datetime | None = None
    owed_again_on: date | None = None
    resumes_with: int | None = None
    refunded_minor: int = Field(default=0, ge=0)
    disputed_minor: int = Field(default=0, ge=0)
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
        """The automatic charge whose outcome is not known yet."""
        return self._open("auto")

    @property
    def open_page(self) -> Attempt | None:
        """The payment page that may still bring money."""
        return self._open("page")

    @property
    def paying_attempt(self) -> Attempt | None:
        """The attempt that paid this due item."""
        return next((a for a in self.attempts if a.state == "authorised"), None)

    @property
    def is_direct_debit(self) -> bool:
        """Whether it was charged on a bank account: such money can be returned without a reason."""
        return (self.method_label or "").casefold().startswith("sepa")

    @property
    def refundable_minor(self) -> int:
        """What may still be promised back: what came, less what went or was taken back."""
        captured = self.gross_minor if self.paying_attempt else 0
        return max(0, captured - self.refunded_minor - self.disputed_minor)

    @property
    def next_number(self) -> int:
        """The number of the next attempt; none of an order's payment pages is ever used again."""
        reserved = ATTEMPTS_MAX if self.period == 0 else 0
        return max(reserved, *(attempt.number for attempt in self.attempts), 0) + 1

    @property
    def refusals(self) -> int:
        """How many attempts the budget counts."""
        return len(self.refused)

    @property
    def refused(self) -> tuple[Attempt, ...]:
        """The attempts that were refused, or whose money failed to come, oldest first.

        One that was refused and paid after all, when another had paid, still was refused.
        """
        return tuple(
            a
            for a in self.attempts
            if a.state in ("refused", "uncaptured") or (a.state == "returned" and a.kind)
        )

    def attempt(self, number: int) -> Attempt | None:
        """The attempt of that number."""
        return next((a for a in self.attempts if a.number == number), None)

    def with_attempt(self, attempt: Attempt) -> tuple[Attempt, ...]:
        """Every attempt, with this one in place of its number, in order of number."""
        others = [a for a in self.attempts if a.number != attempt.number]
        return tuple(sorted((*others, attempt), key=lambda a: a.number))

    def _open(self, channel: Literal["auto", "page"]) -> Attempt | None:
        found = (a for a in reversed(self.attempts) if a.state == "open" and a.channel == channel)
        return next(found, None)
