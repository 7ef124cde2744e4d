"""Plans about one amount: owed, on its way back, or come from nobody knows where."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import get_args

from chalicelib.application.ports import Ports
from chalicelib.domain.billing import reversal
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.operating import repair
from chalicelib.domain.billing.operating.plainly import planned
from chalicelib.domain.billing.operating.proposal import Order, Plan
from chalicelib.domain.billing.operating.waiting import BACK, PART
from chalicelib.domain.billing.returns import refund, unplaced
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.change import Change
from chalicelib.domain.kernel.errors import Invalid, Refused
from chalicelib.domain.kernel.ids import (
    DueKey,
    RefundKey,
    parse_reference,
    parse_refund_reference,
)
from chalicelib.domain.kernel.policy import policy_named

Decision = Callable[[DueItem, Subscription], Change]
ANSWER_LENGTH_MAX = 200
MINOR = re.compile(r"[1-9][0-9]{0,8}")
CAUSE = re.compile(r"[a-z][a-z0-9 _.-]{0,79}")


def due_key_of(text: str) -> DueKey:
    """The due item that an operator names, with or without the number of an attempt at its end.

    Raises:
        Invalid: `BAD_ITEM`.
    """
    named = parse_reference(text) or parse_reference(f"{text}.0")
    if named is None:
        raise Invalid({"item": "BAD_ITEM"})
    return named[0]


def re_drive(order: Order, now: datetime, ports: Ports) -> Plan:
    """Tried once more: an amount owed, a refund that failed, or money that was too much."""
    item = order.arguments["item"]
    way_back = parse_reference(item.removesuffix(BACK)) if item.endswith(BACK) else None
    if way_back is not None:
        too_much = ports.store.reversal(*way_back)
        return planned(reversal.give_back_again(too_much, now), (too_much,), now=now)
    promised = parse_refund_reference(f"{item}.1")
    if promised is not None:
        return _refund_again(promised[0], now, ports)

    def decide(due: DueItem, subscription: Subscription) -> Change:
        policy = policy_named(subscription.policy)
        return repair.re_drive(due, subscription, policy=policy, now=now)

    return about_one(due_key_of(item), decide, now, ports)


def _refund_again(key: RefundKey, now: datetime, ports: Ports) -> Plan:
    promised = ports.store.refund(key, fresh=True)
    return planned(refund.ask_again(promised, now), (promised,), now=now)


def grant_attempt(order: Order, now: datetime, ports: Ports) -> Plan:
    """One attempt beyond the budget."""

    def decide(due: DueItem, subscription: Subscription) -> Change:
        policy = policy_named(subscription.policy)
        return repair.grant_attempt(due, subscription, policy=policy, now=now)

    return about_one(due_key_of(order.arguments["item"]), decide, now, ports)


def write_off(order: Order, now: datetime, ports: Ports) -> Plan:
    """A debt given up, for a reason of the list."""
    if order.arguments["reason"] not in get_args(repair.WriteOffReason):
        raise Invalid({"reason": "BAD_REASON"})
    key = due_key_of(order.arguments["item"])
    return about_one(key, lambda due, owner: repair.write_off(due, owner, now=now), now, ports)


def about_one(
    key: DueKey, decide: Decision, now: datetime, ports: Ports, notes: tuple[str, ...] = ()
) -> Plan:
    """What is decided about one due item and its contract, both read consistently."""
    due = ports.store.due_item(key, fresh=True)
    subscription = ports.store.subscription(due.subscription_id, fresh=True)
    return planned(decide(due, subscription), (due, subscription), now=now, notes=notes)


def refund_part(order: Order, now: datetime, ports: Ports) -> Plan:
    """Part of what paid an amount promised back; the next sweep asks the provider for it."""
    minor, cause = order.arguments["minor"], order.arguments["cause"]
    if not MINOR.fullmatch(minor):
        raise Invalid({"minor": "BAD_MINOR"})
    if not CAUSE.fullmatch(cause):
        raise Invalid({"cause": "BAD_CAUSE"})
    key = due_key_of(order.arguments["item"])
    due = ports.store.due_item(key, fresh=True)
    known = [each for each in ports.store.refunds(key.subscription_id) if each.due_key == key]
    change = refund.promise(due, known, int(minor), cause=cause, now=now)
    if not change:
        raise Refused("PROMISED_ALREADY", due.subscription_id)
    return planned(change, (due, *known), now=now)


def answer_unplaced(order: Order, now: datetime, ports: Ports) -> Plan:
    """Money that no due item answers for, dealt with by a person outside of here."""
    parts = order.arguments["money"].split(PART)
    if len(parts) != 3:  # noqa: PLR2004 - reference, event, success
        raise Invalid({"money": "BAD_MONEY"})
    answer = order.arguments["answer"]
    if len(answer) > ANSWER_LENGTH_MAX:
        raise Invalid({"answer": "BAD_ANSWER"})
    fact = ports.store.unplaced_money(*parts)
    if fact.parked is None:
        raise Refused("ANSWERED_ALREADY", fact.provider_reference)
    return planned(unplaced.answered(fact, answer), (fact,), now=now)
