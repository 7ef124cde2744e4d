"""Money a bank takes back (contestation): one dispute from its first word to its last.

| What was heard                                     | Where it stands | Where the money is        |
|----------------------------------------------------|-----------------|---------------------------|
| REQUEST_FOR_INFORMATION, INFORMATION_SUPPLIED,     | asked           | ours                      |
|   ISSUER_COMMENTS                                  |                 |                           |
| NOTIFICATION_OF_FRAUD, NOTIFICATION_OF_CHARGEBACK  | announced       | ours                      |
| CHARGEBACK                                         | taken           | taken: in `disputes`      |
| CHARGEBACK_REVERSED,                               | won             | ours                      |
|   ISSUER_RESPONSE_TIMEFRAME_EXPIRED                |                 |                           |
| SECOND_CHARGEBACK                                  | taken           | taken: in `disputes`      |
| PREARBITRATION_WON                                 | won             | ours                      |
| PREARBITRATION_LOST                                | lost            | gone: in `losses`         |
| DISPUTE_DEFENSE_PERIOD_ENDED, while it is taken    | lost            | gone: in `losses`         |

The table is in order: the last row that was heard decides, and implies those before it. So the
same events in any order, however often, end alike, and a chargeback heard again after it was
reversed changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import Field

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.journal import Posting
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.value import Entity, Value

Standing = Literal["asked", "announced", "taken", "won", "lost", "returned"]

LADDER: dict[str, Standing] = {
    "REQUEST_FOR_INFORMATION": "asked",
    "INFORMATION_SUPPLIED": "asked",
    "ISSUER_COMMENTS": "asked",
    "NOTIFICATION_OF_FRAUD": "announced",
    "NOTIFICATION_OF_CHARGEBACK": "announced",
    "CHARGEBACK": "taken",
    "CHARGEBACK_REVERSED": "won",
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": "won",
    "SECOND_CHARGEBACK": "taken",
    "PREARBITRATION_WON": "won",
    "PREARBITRATION_LOST": "lost",
}
DEFENCE_ENDED = "DISPUTE_DEFENSE_PERIOD_ENDED"
DISPUTE_EVENTS = (*LADDER, DEFENCE_ENDED)
MONEY_EVENTS = (
    "CHARGEBACK",
    "CHARGEBACK_REVERSED",
    "SECOND_CHARGEBACK",
    "PREARBITRATION_WON",
    "PREARBITRATION_LOST",
)
"""Those whose amount is money that moves; the others only speak of it."""

HOLDING: tuple[Standing, ...] = ("announced", "taken", "lost")
OPEN: tuple[Standing, ...] = ("asked", "announced", "taken")
RANKS = {event: rank for rank, event in enumerate(LADDER)}


class Heard(Value):
    """One event of a dispute.

    Attributes:
        minor: the amount it names; only that of an event that moves money is ever booked.
        reason: the scheme's or bank's reason code; nobody signs it, so it decides no money.
    """

    event: str
    minor: int
    heard_at: datetime
    reason: str | None = None


class Dispute(Entity):
    """One dispute about one payment, identified by (due item, the provider's name for it).

    Attributes:
        dispute: what the provider calls the dispute.
        attempt: the attempt whose payment is disputed.
        payment_reference: what the provider calls that payment.
        is_return: a direct debit that came back; it has no defence, its money is owed again, and
            the due item itself books that.
        parked: why a person must act, else None.
    """

    subscription_id: str
    period: int = Field(ge=0)
    instalment: int = Field(ge=1)
    dispute: str
    attempt: int = Field(ge=1)
    payment_reference: str | None
    currency: str
    is_return: bool = False
    heard: tuple[Heard, ...] = Field(min_length=1)
    postings: tuple[Posting, ...] = ()
    opened_at: datetime
    parked: str | None = None

    @property
    def due_key(self) -> DueKey:
        """The identity of the disputed money."""
        return DueKey(
            subscription_id=self.subscription_id, period=self.period, instalment=self.instalment
        )

    @property
    def standing(self) -> Standing:
        """Where it stands, by everything heard of it."""
        if self.is_return:
            return "returned"
        return standing(event.event for event in self.heard)

    @property
    def taken_minor(self) -> int:
        """What of the payment is in the bank's hands, for now or for good."""
        return taken_minor(self.heard) if self.standing in ("taken", "lost") else 0

    @property
    def holds(self) -> bool:
        """Whether it forbids automatic charges."""
        return self.standing in HOLDING

    @property
    def is_open(self) -> bool:
        """Whether a person may still defend it."""
        return self.standing in OPEN


def standing(events: Iterable[str]) -> Standing:
    """Where a dispute stands of which these events were heard; a later one implies the earlier."""
    known = set(events)
    decisive = max(known & set(LADDER), key=RANKS.__getitem__, default=None)
    stands = LADDER[decisive] if decisive else "asked"
    return "lost" if stands == "taken" and DEFENCE_ENDED in known else stands


def taken_minor(heard: tuple[Heard, ...]) -> int:
    """The amount named by the latest event of the ladder that takes money; the larger of two."""
    takes = [one for one in heard if LADDER.get(one.event) in ("taken", "lost")]
    return max(takes, key=lambda one: (RANKS[one.event], one.minor)).minor if takes else 0


def after_hearing(dispute: Dispute, news: Heard) -> Dispute:
    """The next version of a dispute once it heard `news`; itself when it knew all of it.

    The postings move from the old position to the new one, so they sum up to where the money is.
    """
    known = {(one.event, one.minor) for one in dispute.heard}
    if (news.event, news.minor) in known:
        return dispute
    after = dispute.replace(heard=(*dispute.heard, news))
    return booked(dispute, after.next())


def booked(before: Dispute | None, after: Dispute) -> Dispute:
    """`after` with the postings of the movement from `before`, and parked as long as it is open."""
    movement = journal.moved(position(before) if before else (), position(after))
    earlier = before.postings if before else ()
    return after.replace(
        postings=(*earlier, *movement), parked="disputed" if after.is_open else None
    )


def position(dispute: Dispute) -> tuple[Posting, ...]:
    """Where the disputed money is."""
    minor = dispute.taken_minor
    match dispute.standing:
        case "taken":
            return journal.taken_back(minor)
        case "lost":
            return journal.lost(minor)
        case _:
            return ()
