"""Money promised back (remboursement): owed at once, asked for until answered, owed again if lost.

    open --ask--> asked --sent--> sent
      |             |               |
      |             |-- failed -----|--> failed: the money is back, and owed: parked for a person,
      |                                          who may ask again; that is another try
      |-- no answer for a day, no outcome for five --> parked: waits for its notification

A try is a lattice: open, asked, sent, failed; older news never undoes newer, in whatever order it
comes. What is promised back never exceeds what came: the due item counts it, in the same commit.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, get_args

from pydantic import Field

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.agenda import REPORT_PATIENCE, may_ask
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.journal import Posting
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.ids import DueKey, RefundKey
from chalicelib.domain.kernel.money import Money, round_half_up
from chalicelib.domain.kernel.value import Entity, Value

TryState = Literal["open", "asked", "sent", "failed"]
STATES: tuple[TryState, ...] = get_args(TryState)
FAILED = "refund_failed"
UNANSWERED = "refund_unanswered"
UNCONFIRMED = "refund_unconfirmed"
REFUNDS_MAX = 99


class Try(Value):
    """One order to send the money; the next exists only after the final failure of this one.

    Attributes:
        provider_reference: what the provider calls this order.
        code: why it failed, in the provider's words or ours.
    """

    number: int = Field(ge=1)
    state: TryState = "open"
    opened_at: datetime
    provider_reference: str | None = None
    code: str | None = None


class Refund(Entity):
    """Part of a captured payment promised back, identified by (due item, number).

    Attributes:
        refund: its number among the refunds of the due item, from 1.
        cause: what it was promised for; the same cause never promises twice.
        vat_minor: the VAT in it; over all refunds of a due item it adds up to that of the sale.
        payment_reference: what the provider calls the payment it is taken from.
        sent_at: instant at which the provider's confirmation was learnt.
        parked: why nobody will act on it without a person, else None.
    """

    subscription_id: str
    period: int = Field(ge=0)
    instalment: int = Field(ge=1)
    refund: int = Field(ge=1, le=REFUNDS_MAX)
    cause: str = Field(min_length=1, max_length=80)
    gross_minor: int = Field(gt=0)
    vat_minor: int = Field(ge=0)
    currency: str
    payment_reference: str
    tries: tuple[Try, ...] = Field(min_length=1)
    postings: tuple[Posting, ...]
    promised_at: datetime
    sent_at: datetime | None = None
    parked: str | None = None
    agenda_at: datetime | None = None

    @property
    def due_key(self) -> DueKey:
        """The identity of the money it is taken from."""
        return DueKey(
            subscription_id=self.subscription_id, period=self.period, instalment=self.instalment
        )

    @property
    def key(self) -> RefundKey:
        """The identity of this refund."""
        return RefundKey(due=self.due_key, number=self.refund)

    @property
    def gross(self) -> Money:
        """What goes back, all taxes included."""
        return Money(minor=self.gross_minor, currency=self.currency)

    @property
    def latest(self) -> Try:
        """The try that decides where the money is."""
        return self.tries[-1]

    @property
    def reference(self) -> str:
        """The reference of the latest try, as the provider is told."""
        return self.key.reference(self.latest.number)

    def bears(self, provider_reference: str) -> bool:
        """Whether one of its tries is called that by the provider."""
        return any(one.provider_reference == provider_reference for one in self.tries)

    def try_number(self, provider_reference: str) -> int:
        """The number of the try the provider calls that, else of the latest."""
        named = (one.number for one in self.tries if one.provider_reference == provider_reference)
        return next(named, self.latest.number)


def vat_share(due: DueItem, gross_minor: int) -> int:
    """The VAT in the next part promised back.

    Counted on everything promised so far, so that the parts of a whole add up to its VAT.
    """
    before, after = due.refunded_minor, due.refunded_minor + gross_minor
    counted = [round_half_up(due.vat_minor * part, due.gross_minor) for part in (before, after)]
    return counted[1] - counted[0]


def promise(
    due: DueItem, known: Iterable[Refund], gross_minor: int, *, cause: str, now: datetime
) -> Change:
    """Promise part of what paid a due item back, to be asked of the provider at once.

    `known` are the refunds of the due item so far. Promising for the same cause again changes
    nothing.

    Raises:
        Refused: `NOT_PAID`; `MORE_THAN_CAPTURED`: refunds and disputes leave less than that;
            `REFUND_DIFFERS`: that cause was promised another amount.
    """
    assert gross_minor > 0, "nothing to promise"
    refunds = list(known)
    same = next((refund for refund in refunds if refund.cause == cause), None)
    if same is not None:
        if same.gross_minor != gross_minor:
            raise Refused("REFUND_DIFFERS", due.subscription_id)
        return NOTHING
    paying = due.paying_attempt
    if paying is None or paying.provider_reference is None:
        raise Refused("NOT_PAID", due.subscription_id)
    if gross_minor > due.refundable_minor:
        raise Refused("MORE_THAN_CAPTURED", due.subscription_id)
    vat_minor = vat_share(due, gross_minor)
    refund = Refund(
        subscription_id=due.subscription_id,
        period=due.period,
        instalment=due.instalment,
        refund=len(refunds) + 1,
        cause=cause,
        gross_minor=gross_minor,
        vat_minor=vat_minor,
        currency=due.currency,
        payment_reference=paying.provider_reference,
        tries=(Try(number=1, opened_at=now),),
        postings=journal.refund_owed(net_minor=gross_minor - vat_minor, vat_minor=vat_minor),
        promised_at=now,
        agenda_at=now,
    )
    counted = due.next(refunded_minor=due.refunded_minor + gross_minor)
    return Change((Replace(counted), Insert(refund)))


def may_be_asked(refund: Refund, now: datetime) -> bool:
    """Whether its order may be sent, again with the same key: the provider still knows that key."""
    return refund.latest.state == "open" and may_ask(refund.latest.opened_at, now)


def asked(refund: Refund, number: int, provider_reference: str, now: datetime) -> Change:
    """The provider took the order; its outcome comes by notification."""
    return _learnt(refund, number, "asked", provider_reference, None, now)


def sent(refund: Refund, number: int, provider_reference: str, now: datetime) -> Change:
    """The money has left the provider."""
    return _learnt(refund, number, "sent", provider_reference, None, now)


def failed(
    refund: Refund, number: int, provider_reference: str | None, code: str, now: datetime
) -> Change:
    """The money never left, or came back: it is owed again, and a person decides."""
    return _learnt(refund, number, "failed", provider_reference, code, now)


def overdue(refund: Refund, now: datetime) -> Change:
    """No answer while its key was good, or no outcome in time: asking anew could pay twice."""
    if refund.agenda_at is None or refund.agenda_at > now:
        return NOTHING
    why = UNCONFIRMED if refund.latest.state == "asked" else UNANSWERED
    return Change((Replace(refund.next(parked=why, agenda_at=None), events=("Parked",)),))


def ask_again(refund: Refund, now: datetime) -> Change:
    """Another try after a final failure: another order, under another key.

    Raises:
        Refused: `REFUND_NOT_FAILED`; the last try may still send the money.
    """
    if refund.latest.state != "failed":
        raise Refused("REFUND_NOT_FAILED", refund.subscription_id)
    again = Try(number=refund.latest.number + 1, opened_at=now)
    return Change((Replace(refund.next(tries=(*refund.tries, again), parked=None, agenda_at=now)),))


def _learnt(
    refund: Refund,
    number: int,
    state: TryState,
    provider_reference: str | None,
    code: str | None,
    now: datetime,
) -> Change:
    attempt = next((one for one in refund.tries if one.number == number), None)
    assert attempt is not None, "an outcome without a try"
    if STATES.index(state) <= STATES.index(attempt.state):
        return NOTHING
    news = attempt.replace(
        state=state, provider_reference=provider_reference or attempt.provider_reference, code=code
    )
    tries = tuple(news if one.number == number else one for one in refund.tries)
    after = refund.replace(tries=tries)
    movement = journal.moved(_position(refund), _position(after))
    after = after.replace(postings=(*refund.postings, *movement))
    if number != refund.latest.number:
        return Change((Replace(after.next()),))
    match state:
        case "sent":
            arrived = after.next(sent_at=now, parked=None, agenda_at=None)
            return Change((Replace(arrived, events=("RefundSent",)),))
        case "failed":
            owed = after.next(sent_at=None, parked=FAILED, agenda_at=None)
            return Change((Replace(owed, events=("RefundFailed", "Parked")),))
        case _:
            return Change((Replace(after.next(parked=None, agenda_at=now + REPORT_PATIENCE)),))


def _position(refund: Refund) -> tuple[Posting, ...]:
    """Where the money is, beyond the promise."""
    away = any(one.state == "sent" for one in refund.tries)
    return journal.refund_sent(refund.gross_minor) if away else ()
