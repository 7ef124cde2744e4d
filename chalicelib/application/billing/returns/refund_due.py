"""Refunds: promised in one commit, asked on the agenda, settled by notification."""

from datetime import datetime

from chalicelib.application.billing.notices import Notice, Unplaced
from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.billing import reversal as reversals
from chalicelib.domain.billing.returns import refund as refunds
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import Change
from chalicelib.domain.kernel.ids import DueKey, RefundKey, parse_refund_reference
from chalicelib.domain.kernel.seals import idempotency_key

CAME_BACK = ("REFUND_FAILED", "REFUNDED_REVERSED")
"""Their success is the failure: money that had left is here again."""


def ask_refund(key: DueKey, gross_minor: int, *, cause: str, ports: Ports) -> Refund:
    """Promise part of a captured payment back; the next sweep asks the provider for it.

    `cause` names what it is for (`withdrawal`, an operator's decision): asking again for the same
    cause finds the promise already made.

    Raises:
        NotFound: no such due item.
        Refused: as `domain.billing.returns.refund.promise`.
        Conflict: somebody else kept being first.
    """

    def known() -> tuple[Refund, ...]:
        every = ports.store.refunds(key.subscription_id)
        return tuple(refund for refund in every if refund.due_key == key)

    def decide(_: int) -> Change:
        due = ports.store.due_item(key, fresh=True)
        return refunds.promise(due, known(), gross_minor, cause=cause, now=ports.clock())

    commit_fresh(ports.store, decide)
    return next(refund for refund in known() if refund.cause == cause)


def ask_again(key: RefundKey, *, ports: Ports) -> None:
    """Try a failed refund once more, under another key.

    Raises:
        NotFound: no such refund.
        Refused: `REFUND_NOT_FAILED`.
    """
    commit_fresh(
        ports.store,
        lambda _: refunds.ask_again(ports.store.refund(key, fresh=True), ports.clock()),
    )


def send_refund(key: RefundKey, *, ports: Ports) -> None:
    """Order a promised refund: the same key on every resend, none once the provider forgot it.

    Raises:
        GatewayUnavailable: whether it acted is unknown; the next sweep asks with the same key.
    """
    refund = ports.store.refund(key, fresh=True)
    now = ports.clock()
    if not refunds.may_be_asked(refund, now):
        ports.store.commit(refunds.overdue(refund, now))
        return
    number, reference = refund.latest.number, refund.reference
    order_key = idempotency_key(ports.keys.identity, reference)
    name: str | None = None
    code = ""
    try:
        name = ports.gateway.refund(
            refund.payment_reference, refund.gross, reference=reference, idempotency_key=order_key
        )
    except errors.Refused as refused:
        code = refused.detail or refused.code

    def decide(tried: int) -> Change:
        current = ports.store.refund(key, fresh=True) if tried else refund
        if name is None:
            return refunds.failed(current, number, None, code, now)
        return refunds.asked(current, number, name, now)

    commit_fresh(ports.store, decide)


def enter_refund(notice: Notice, now: datetime, ports: Ports) -> str:
    """Enter what became of a refund; answers why it was set aside, or nothing.

    Raises:
        NotFound, Unplaced: no refund of ours is meant.
    """
    if notice.event in CAME_BACK and not notice.success:
        return "nothing came back"
    key, number = _place(notice, ports)
    if key is None:
        return enter_reversal_failure(notice, ports)

    def decide(_: int) -> Change:
        refund = ports.store.refund(key, fresh=True)
        _check(refund, notice)
        which = number or refund.try_number(notice.provider_reference)
        if which > refund.latest.number:
            raise Unplaced("a try that was never made")
        if notice.event == "REFUND" and notice.success:
            return refunds.sent(refund, which, notice.provider_reference, now)
        code = "came_back" if notice.event in CAME_BACK else "turned_down"
        return refunds.failed(refund, which, notice.provider_reference, code, now)

    commit_fresh(ports.store, decide)
    return ""


def _place(notice: Notice, ports: Ports) -> tuple[RefundKey | None, int | None]:
    """Which refund, and which try of it, is meant; no refund when a reversal is.

    The reference of a refund names both. Under the payment's own reference, as failures come, it
    is the refund of that name, else the only one of that amount.
    """
    named = parse_refund_reference(notice.reference)
    if named is not None:
        return named
    key, attempt = notice.due
    if notice.event in CAME_BACK and _reversal(key, attempt, ports) is not None:
        return None, None
    known = [each for each in ports.store.refunds(key.subscription_id) if each.due_key == key]
    meant = [each for each in known if each.bears(notice.provider_reference)]
    if not meant and notice.event in CAME_BACK:
        meant = [each for each in known if each.gross == notice.amount]
    if len(meant) != 1:
        raise Unplaced("no refund of ours")
    return meant[0].key, None


def _check(refund: Refund, notice: Notice) -> None:
    if notice.amount != refund.gross:
        raise Unplaced("another amount")
    if notice.original not in ("", refund.payment_reference):
        raise Unplaced("another payment")


# ---- payments given back as a whole -----------------------------------------------------------


def give_back(key: DueKey, attempt: int, *, ports: Ports) -> None:
    """Order a reversal, with the same key on every resend.

    Raises:
        NotFound, GatewayUnavailable.
    """
    reversal = ports.store.reversal(key, attempt)
    order = reversal.order
    code: str | None = None
    try:
        ports.gateway.give_back(
            reversal.provider_reference,
            reference=reversal.reference,
            idempotency_key=idempotency_key(ports.keys.identity, order),
        )
    except errors.Refused:
        code = order

    def decide(_: int) -> Change:
        current = ports.store.reversal(key, attempt)
        if current.order != order:
            return Change()
        return reversals.failed(current, code) if code else reversals.asked(current, ports.clock())

    commit_fresh(ports.store, decide)


def give_back_again(key: DueKey, attempt: int, *, ports: Ports) -> None:
    """Order a failed reversal once more, under another key.

    Raises:
        NotFound: no such reversal.
        Refused: `REFUND_NOT_FAILED`.
    """
    commit_fresh(
        ports.store,
        lambda _: reversals.give_back_again(ports.store.reversal(key, attempt), ports.clock()),
    )


def enter_reversal(notice: Notice, now: datetime, ports: Ports) -> str:
    """Enter what became of a payment given back; answers why it was set aside, or nothing.

    Raises:
        Unplaced: we never gave that payment back.
    """
    if not notice.success:
        return enter_reversal_failure(notice, ports)
    key, attempt = notice.due

    def decide(_: int) -> Change:
        return reversals.confirmed(_meant(key, attempt, notice, ports), now)

    commit_fresh(ports.store, decide)
    return ""


def enter_reversal_failure(notice: Notice, ports: Ports) -> str:
    """Enter that a payment given back stayed, or came back.

    Raises:
        Unplaced: we never gave that payment back.
    """
    key, attempt = notice.due

    def decide(_: int) -> Change:
        return reversals.failed(_meant(key, attempt, notice, ports), notice.provider_reference)

    commit_fresh(ports.store, decide)
    return ""


def _meant(key: DueKey, attempt: int, notice: Notice, ports: Ports) -> reversals.Reversal:
    reversal = _reversal(key, attempt, ports)
    if reversal is None:
        raise Unplaced("a payment we never gave back")
    if notice.original not in ("", reversal.provider_reference):
        raise Unplaced("another payment")
    if notice.amount != reversal.gross:
        raise Unplaced("another amount")
    return reversal


def _reversal(key: DueKey, attempt: int, ports: Ports) -> reversals.Reversal | None:
    try:
        return ports.store.reversal(key, attempt)
    except errors.NotFound:
        return None
