"""The subscription (abonnement): the contract that runs from its anchor until it is ended."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import Field

from chalicelib.domain.kernel.calendar import due_date, paris_date, period_index, roll, start_of_day
from chalicelib.domain.kernel.change import Change, Replace
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.selling.catalogue import PlanKey
from chalicelib.domain.selling.checkout import Consent, Evidence, StoredMethod

WITHDRAWAL_DAYS = 14
PAPERS_PATIENCE = timedelta(minutes=15)
METHOD_EXPECTED_WITHIN = timedelta(days=1)
REMINDER_HOUR = 9


class Status(StrEnum):
    """Where a subscription stands; there is no pause (REN-4)."""

    ACTIVE = "active"
    PAST_DUE = "past_due"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Contract(Entity):
    """What was concluded, word for word and for ever: evidence, never rewritten (FRM-1)."""

    subscription_id: str
    customer_id: str
    plan: PlanKey
    price_row: str
    gross_minor: int
    currency: str
    rate_bps: int
    terms_version: str
    terms_sha256: str
    lang: Language
    policy: dict[str, object]
    consents: tuple[Consent, ...]
    evidence: Evidence
    concluded_at: datetime


class Subscription(Entity):
    """A monthly commitment, tacitly renewed (CGS 2.1 d §1).

    Attributes:
        anchor_on: Paris date on which the first period starts; every due date counts from it.
        ends_on: first date without access once a cancellation stands, else None.
        confirmed_at: when the relay took the confirmation with its PDF; no access before (FRM-4).
        invited_at: when the relay took the mail with the access link.
        failed_tries: refusals met by the stored method within the schemes' longest span.
        held: why no automatic charge is made, else None.
        method_cause: what last changed the payment method; hearing it again changes nothing.
        barred_token: a stored method that must never be charged again, after a refusal for good.
        expiry_told_on: the last day of the card that its holder was reminded of.
        method_pages: pages opened to give another method, numbered from 1.
        method_page_at: when the latest of them was opened.
        first_used_at: first authenticated use of paid content, as the platform reports (WDR-2).
    """

    id: str
    customer_id: str
    plan: PlanKey
    lang: Language
    status: Status = Status.ACTIVE
    price_row: str
    gross_minor: int = Field(gt=0)
    currency: str
    rate_bps: int
    policy: str
    terms_version: str
    anchor_on: date
    concluded_at: datetime
    starts_at_once: bool
    method: StoredMethod | None = None
    method_cause: str | None = None
    failed_tries: tuple[datetime, ...] = ()
    barred_token: str | None = None
    expiry_told_on: date | None = None
    method_pages: int = 0
    method_page_at: datetime | None = None
    held: Literal["disputed"] | None = None
    identity_number: int = 1
    ends_on: date | None = None
    cancelled_at: datetime | None = None
    ended_at: datetime | None = None
    confirmation_sha256: str | None = None
    confirmed_at: datetime | None = None
    invited_at: datetime | None = None
    first_used_at: datetime | None = None
    agenda_at: datetime | None = None

    @property
    def gross(self) -> Money:
        """The price of a month, all taxes included."""
        return Money(minor=self.gross_minor, currency=self.currency)

    def period(self, number: int) -> tuple[date, date]:
        """First day of a period and first day of the next: `[anchor + n, anchor + n + 1)`."""
        return due_date(self.anchor_on, number), due_date(self.anchor_on, number + 1)

    def period_at(self, instant: datetime) -> int:
        """The number of the period that runs at `instant`; 0 before the first."""
        return max(0, period_index(self.anchor_on, paris_date(instant)))

    def runs_past(self, on: date) -> bool:
        """Whether a period starting on that date still belongs to the contract."""
        return self.status is not Status.ENDED and (self.ends_on is None or on < self.ends_on)


def withdrawal_last_day(concluded_on: date) -> date:
    """Last day on which the right of withdrawal can be used (WDR-1, L221-18)."""
    return roll(concluded_on + timedelta(days=WITHDRAWAL_DAYS))


def effective_on(concluded_at: datetime, *, starts_at_once: bool) -> date:
    """The anchor: the day of the order, or the day after the withdrawal period (WDR-2)."""
    concluded_on = paris_date(concluded_at)
    if starts_at_once:
        return concluded_on
    return withdrawal_last_day(concluded_on) + timedelta(days=1)


def next_wake(subscription: Subscription, now: datetime) -> datetime | None:
    """When the contract itself next has something to do: its papers, a card's expiry, its end.

    A payment method still unknown after a day is asked for when it is next charged.
    """
    if subscription.status is Status.ENDED:
        return None
    is_young = now < subscription.concluded_at + METHOD_EXPECTED_WITHIN
    if subscription.invited_at is None or (subscription.method is None and is_young):
        return now + PAPERS_PATIENCE
    ends_at = start_of_day(subscription.ends_on) if subscription.ends_on else None
    reminds_at = expiry_reminder_at(subscription)
    return min((at for at in (reminds_at, ends_at) if at), default=None)


def expiry_reminder_at(subscription: Subscription) -> datetime | None:
    """When to remind of a card's expiry, about a month before; None when nobody needs to be.

    Once a card and expiry, and only where a charge falls after the card's last day.
    """
    last_on = subscription.method.expires_on if subscription.method else None
    if last_on is None or last_on == subscription.expiry_told_on:
        return None
    following_on, _ = subscription.period(period_index(subscription.anchor_on, last_on) + 1)
    if not subscription.runs_past(following_on):
        return None
    return start_of_day(last_on.replace(day=1), REMINDER_HOUR)


def remind_of_expiry(subscription: Subscription, now: datetime) -> Change:
    """Tell the learner once that the card on file ends; a card that is over already tells itself.

    The wake after it is part of the same commit.
    """
    at = expiry_reminder_at(subscription)
    assert subscription.method is not None, "a reminder is of a method"
    last_on = subscription.method.expires_on
    assert at is not None, "a reminder has its time"
    assert last_on is not None, "a card that expires has a last day"
    told = subscription.replace(expiry_told_on=last_on)
    events = ("MethodExpires",) if paris_date(now) <= last_on else ()
    return Change((Replace(told.next(agenda_at=next_wake(told, now)), events=events),))
