"""Money that came without being owed goes back in full, with its own postings and its own key."""

from datetime import datetime
from typing import Literal

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.journal import Posting
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Entity

FAILED = "reversal_failed"
Reason = Literal["paid_twice", "order_void", "already_subscribed"]


class Reversal(Entity):
    """The undoing of one payment, identified by the attempt that brought it.

    Attributes:
        settled_in: the provider's batch in which the payment came; None before a report tells.
        returned_in: the batch in which it went back.
        asked_at: when the provider last took the order; None while nobody could ask.
        confirmed_at: when the provider said that it was done.
        failures: what the provider calls the orders that failed; the next one has another key.
        parked: why nobody will act on it without a person, else None.
    """

    subscription_id: str
    period: int
    instalment: int
    attempt: int
    provider_reference: str
    gross_minor: int
    currency: str
    reason: Reason
    postings: tuple[Posting, ...]
    asked_at: datetime | None = None
    settled_in: int | None = None
    returned_in: int | None = None
    agenda_at: datetime | None = None
    confirmed_at: datetime | None = None
    failures: tuple[str, ...] = ()
    parked: str | None = None

    @property
    def key(self) -> DueKey:
        """The identity of the money whose payment it undoes."""
        return DueKey(
            subscription_id=self.subscription_id, period=self.period, instalment=self.instalment
        )

    @property
    def reference(self) -> str:
        """The reference the provider is told; the payment's own."""
        return self.key.reference(self.attempt)

    @property
    def order(self) -> str:
        """What the order to the provider is named, to make its key of; new after a failure."""
        number = len(self.failures) + 1
        return f"{self.reference}.back" if number == 1 else f"{self.reference}.back{number}"

    @property
    def gross(self) -> Money:
        """What goes back."""
        return Money(minor=self.gross_minor, currency=self.currency)


def give_back(
    key: DueKey, attempt: int, provider_reference: str, gross: Money, reason: Reason, now: datetime
) -> Insert:
    """Book money that is not ours, to be sent back at once."""
    return Insert(
        Reversal(
            subscription_id=key.subscription_id,
            period=key.period,
            instalment=key.instalment,
            attempt=attempt,
            provider_reference=provider_reference,
            gross_minor=gross.minor,
            currency=gross.currency,
            reason=reason,
            postings=journal.surplus(gross.minor),
            agenda_at=now,
        )
    )


def asked(reversal: Reversal, now: datetime) -> Change:
    """The provider took the order to send the money back.

    Its failure may have been heard first: then the money is still here.
    """
    if reversal.asked_at is not None or reversal.parked is not None:
        return NOTHING
    done = reversal.next(
        asked_at=now,
        agenda_at=None,
        postings=(*reversal.postings, *journal.returned(reversal.gross_minor)),
    )
    return Change((Replace(done, events=("MoneyReturned",)),))


def confirmed(reversal: Reversal, now: datetime) -> Change:
    """The provider did it; heard before its reply, it counts as that."""
    if reversal.confirmed_at is not None or reversal.parked is not None:
        return NOTHING
    done = reversal.replace(confirmed_at=now)
    if reversal.asked_at is not None:
        return Change((Replace(done.next()),))
    return asked(done, now)


def failed(reversal: Reversal, order_reference: str) -> Change:
    """The money stayed, or came back: it is owed again, and a person decides."""
    if order_reference in reversal.failures or reversal.parked is not None:
        return NOTHING
    back = journal.undone(journal.returned(reversal.gross_minor)) if reversal.asked_at else ()
    owed = reversal.next(
        asked_at=None,
        confirmed_at=None,
        failures=(*reversal.failures, order_reference),
        postings=(*reversal.postings, *back),
        parked=FAILED,
        agenda_at=None,
    )
    return Change((Replace(owed, events=("Parked",)),))


def give_back_again(reversal: Reversal, now: datetime) -> Change:
    """Ask again after a final failure: another order, under another key.

    Raises:
        Refused: `REFUND_NOT_FAILED`; the last order may still send the money.
    """
    if reversal.parked is None:
        raise Refused("REFUND_NOT_FAILED", reversal.subscription_id)
    return Change((Replace(reversal.next(parked=None, agenda_at=now)),))
