"""News about the capture of a payment: it came after all, or it does not come."""

from datetime import datetime

from chalicelib.application.billing.notices import Notice, Unplaced
from chalicelib.application.billing.settle_due import settle_due
from chalicelib.application.billing.settle_first_charge import settle_first_charge
from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import Attempt, DueItem
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.billing.returns.capture import uncapture
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import Change
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.selling.checkout import ATTEMPTS_MAX

CODES = {
    "CAPTURE": "capture_refused",
    "CAPTURE_FAILED": "capture_failed",
    "CANCELLATION": "cancelled",
    "TECHNICAL_CANCEL": "cancelled",
    "EXPIRE": "expired",
}


def enter_capture(notice: Notice, now: datetime, ports: Ports) -> str:
    """Enter that a payment was captured, or that a capture was turned down.

    Raises:
        NotFound, Unplaced: no payment of ours is meant.
    """
    if not notice.success:
        return enter_uncaptured(notice, now, ports)
    key, number = notice.due
    try:
        due = ports.store.due_item(key, fresh=True)
    except errors.NotFound:
        conclude_order(key, number, captured(notice.original), notice.amount, now, ports)
        return ""
    if went_back(due, number, ports):
        return ""
    attempt = attempt_of(due, number)
    check_payment(attempt, due, notice)
    paid = captured(notice.original or attempt.provider_reference)
    settle_due(key, number, paid, now=now, ports=ports)
    return ""


def captured(payment: str | None) -> Authorised:
    """The outcome of a payment that was captured in so many words.

    Raises:
        Unplaced: nobody says which payment that is.
    """
    if not payment:
        raise Unplaced("no payment is named")
    return Authorised(provider_reference=payment, captured=True)


def enter_uncaptured(notice: Notice, now: datetime, ports: Ports) -> str:
    """Enter that the money of a payment does not come.

    Raises:
        NotFound, Unplaced: no payment of ours is meant.
    """
    key, number = notice.due
    try:
        ports.store.due_item(key)
    except errors.NotFound:  # this news came before that of the payment it is about
        payment = Authorised(provider_reference=payment_of(notice))
        conclude_order(key, number, payment, notice.amount, now, ports)
        if _gave_back(key, number, ports):
            return ""
    commit_fresh(ports.store, lambda _: _uncaptured(key, number, notice, now, ports))
    return ""


def conclude_order(
    key: DueKey,
    number: int,
    payment: Authorised,
    amount: Money | None,
    now: datetime,
    ports: Ports,
) -> None:
    """Enter the payment of an order that is heard of only now.

    Raises:
        NotFound, Unplaced: no payment of an order of ours is meant.
    """
    if key.period or number > ATTEMPTS_MAX:
        raise errors.NotFound(detail=key.reference(number))
    if ports.store.checkout(key.subscription_id).gross != amount:
        raise Unplaced("another amount")
    try:
        settle_first_charge(key.subscription_id, number, payment, now=now, ports=ports)
    except errors.Refused as refused:
        raise Unplaced(refused.code) from None


def payment_of(notice: Notice) -> str:
    """What the provider calls the payment that a notice is about.

    Raises:
        Unplaced: nobody says which payment that is.
    """
    payment = notice.provider_reference if notice.event == "EXPIRE" else notice.original
    if not payment:
        raise Unplaced("no payment is named")
    return payment


def enter_failure(notice: Notice, now: datetime, ports: Ports) -> str:
    """Enter an event whose success is that the money does not come."""
    if not notice.success:
        return "nothing was cancelled"
    return enter_uncaptured(notice, now, ports)


def _uncaptured(key: DueKey, number: int, notice: Notice, now: datetime, ports: Ports) -> Change:
    due = ports.store.due_item(key, fresh=True)
    if went_back(due, number, ports):
        return Change()
    check_payment(attempt_of(due, number), due, notice)
    subscription = ports.store.subscription(key.subscription_id, fresh=True)
    return uncapture(
        due,
        subscription,
        ports.store.due_items(key.subscription_id)[-1],
        number,
        code=CODES[notice.event],
        kind="soft",
        policy=policy_named(subscription.policy),
        now=now,
    )


def attempt_of(due: DueItem, number: int) -> Attempt:
    """The attempt of that number.

    Raises:
        Unplaced: it was never made.
    """
    attempt = due.attempt(number)
    if attempt is None:
        raise Unplaced("an attempt that was never made")
    return attempt


def check_payment(attempt: Attempt, due: DueItem, notice: Notice) -> None:
    """That the notice speaks of the payment we know under its reference, and of all of it.

    Raises:
        Unplaced: another payment, or another amount.
    """
    payment = notice.provider_reference if notice.event == "EXPIRE" else notice.original
    if payment and attempt.provider_reference not in (None, payment):
        raise Unplaced("another payment")
    if notice.amount != due.gross:
        raise Unplaced("another amount")


def went_back(due: DueItem, number: int, ports: Ports) -> bool:
    """Whether the money of that attempt was surplus and is given back: its capture is no news."""
    return due.attempt(number) is None and _gave_back(due.key, number, ports)


def _gave_back(key: DueKey, number: int, ports: Ports) -> bool:
    try:
        ports.store.reversal(key, number)
    except errors.NotFound:
        return False
    return True
