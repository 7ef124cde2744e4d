"""Money that came without being owed goes back in full, with its own postings and its own key."""

from datetime import datetime
from typing import Literal

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.journal import Posting
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Entity

Reason = Literal["paid_twice", "order_void", "already_subscribed"]


class Reversal(Entity):
    """The undoing of one payment, identified by the attempt that brought it.

    Attributes:
        settled_in: the provider's batch in which the payment came; None before a report tells.
        returned_in: the batch in which it went back.
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

    @property
    def reference(self) -> str:
        """The reference the provider is told; the payment's own."""
        key = DueKey(
            subscription_id=self.subscription_id, period=self.period, instalment=self.instalment
        )
        return key.reference(self.attempt)

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
    """The provider took the order to send the money back."""
    if reversal.asked_at is not None:
        return NOTHING
    done = reversal.next(
        asked_at=now,
        agenda_at=None,
        postings=(*reversal.postings, *journal.returned(reversal.gross_minor)),
    )
    return Change((Replace(done, events=("MoneyReturned",)),))
