"""What banks say of a payment they were asked to take back, entered with all that follows."""

from datetime import datetime

from chalicelib.application.billing.notices import Notice, Unplaced
from chalicelib.application.billing.returns.enter_capture import attempt_of, captured
from chalicelib.application.billing.settle_due import settle_due
from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import Attempt, DueItem
from chalicelib.domain.billing.returns.capture import kind_of_return, uncapture
from chalicelib.domain.billing.returns.contested import contest, release
from chalicelib.domain.billing.returns.dispute import (
    MONEY_EVENTS,
    Dispute,
    Heard,
    after_hearing,
    booked,
)
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace, Write
from chalicelib.domain.kernel.policy import policy_named

HEARD = ("DisputeHeard",)


def enter_dispute(notice: Notice, now: datetime, ports: Ports) -> str:
    """Enter one event of a dispute; answers why it was set aside, or nothing.

    Raises:
        NotFound, Unplaced: no payment of ours is meant.
    """
    if not notice.success:
        return "nothing happened"
    key, number = notice.due

    def decide(_: int) -> Change:
        due = ports.store.due_item(key, fresh=True)
        attempt = attempt_of(due, number)
        _check(notice, due, attempt)
        return _heard(notice, due, attempt, now, ports)

    commit_fresh(ports.store, decide)
    due = ports.store.due_item(key, fresh=True)
    if due.is_direct_debit and notice.event == "CHARGEBACK_REVERSED":
        # the bank gave the returned debit back: its money came after all
        paid = captured(attempt_of(due, number).provider_reference or notice.original)
        settle_due(key, number, paid, now=now, ports=ports)
    return ""


def lift_hold(subscription_id: str, *, ports: Ports) -> None:
    """Charge a contract again that a dispute held, because a person decided so.

    Raises:
        NotFound: no such contract.
    """

    def decide(_: int) -> Change:
        subscription = ports.store.subscription(subscription_id, fresh=True)
        if subscription.held is None:
            return NOTHING
        return release(subscription, ports.store.due_items(subscription_id), ports.clock())

    commit_fresh(ports.store, decide)


def _check(notice: Notice, due: DueItem, attempt: Attempt) -> None:
    """That it speaks of the payment we know, and takes no more than that was.

    The reference names the payment by itself: many events of a dispute say nothing else.
    """
    if notice.original and attempt.provider_reference not in (None, notice.original):
        raise Unplaced("another payment")
    if notice.event not in MONEY_EVENTS:
        return
    amount = notice.amount
    if amount is None or amount.currency != due.currency:
        raise Unplaced("another currency")
    if not 0 < amount.minor <= due.gross_minor:
        raise Unplaced("another amount")


def _heard(notice: Notice, due: DueItem, attempt: Attempt, now: datetime, ports: Ports) -> Change:
    every = ports.store.disputes(due.subscription_id)
    before = next((one for one in every if _is(one, notice, due)), None)
    news = Heard(
        event=notice.event,
        minor=notice.amount.minor if notice.amount else 0,
        heard_at=now,
        reason=notice.reason,
    )
    after = after_hearing(before, news) if before else _opened(notice, due, attempt, news)
    if after is before:
        return NOTHING
    subscription = ports.store.subscription(due.subscription_id, fresh=True)
    dues = ports.store.due_items(due.subscription_id)
    if after.is_return:
        kept: Write = Replace(after, HEARD) if before else Insert(after, HEARD)
        return Change((kept, *_returned(notice, due, attempt, subscription, dues, now).writes))
    others = (one for one in every if one is not before)
    return contest(before, after, due, subscription, dues=dues, others=others, now=now)


def _is(dispute: Dispute, notice: Notice, due: DueItem) -> bool:
    return dispute.due_key == due.key and dispute.dispute == notice.provider_reference


def _opened(notice: Notice, due: DueItem, attempt: Attempt, news: Heard) -> Dispute:
    first = Dispute(
        subscription_id=due.subscription_id,
        period=due.period,
        instalment=due.instalment,
        dispute=notice.provider_reference,
        attempt=attempt.number,
        payment_reference=attempt.provider_reference or notice.original or None,
        currency=due.currency,
        is_return=due.is_direct_debit,
        heard=(news,),
        opened_at=news.heard_at,
    )
    return booked(None, first)


def _returned(
    notice: Notice,
    due: DueItem,
    attempt: Attempt,
    subscription: Subscription,
    dues: tuple[DueItem, ...],
    now: datetime,
) -> Change:
    """A direct debit that came back: its period is owed again, and tried again if that can help."""
    if notice.event != "CHARGEBACK":
        return NOTHING
    return uncapture(
        due,
        subscription,
        dues[-1],
        attempt.number,
        code=notice.reason or "returned",
        kind=kind_of_return(due, notice.reason),
        policy=policy_named(subscription.policy),
        now=now,
    )
