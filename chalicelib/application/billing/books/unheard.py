"""Notifications that found no place in a restored table: kept until it was compared, then entered.

What no report tells is among them: a capture that failed is never settled. The signed word that a
payment was tried is as good as a report's that it was settled.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.billing.notices import Notice, read_notice
from chalicelib.application.billing.returns.enter_capture import CODES
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.books.restore import Taken
from chalicelib.domain.billing.returns.unplaced import UnplacedMoney, answered
from chalicelib.domain.kernel.errors import NotFound

ANSWER = "entered when the restored table was compared"
PAYMENT_NEWS = frozenset({"AUTHORISATION", *CODES})


@dataclass(frozen=True, slots=True)
class Unheard:
    """Money without a place, and the notification that told of it."""

    fact: UnplacedMoney
    raw: bytes
    notice: Notice


def waiting(ports: Ports) -> tuple[Unheard, ...]:
    """What waits for a person now, in the order in which it was heard."""
    facts = [fact for fact in ports.store.every_unplaced_money() if fact.parked is not None]
    found: list[Unheard] = []
    for fact in sorted(facts, key=lambda each: each.heard_at):
        with suppress(NotFound):
            kept = ports.store.notification(fact.provider_reference, fact.event, fact.success)
            found.append(Unheard(fact, kept.raw, read_notice(json.loads(kept.raw))))
    return tuple(found)


def taken(unheard: Sequence[Unheard]) -> list[Taken]:
    """The payments that they say were tried."""
    return [
        Taken(
            reference=notice.reference,
            payment=notice.original or notice.provider_reference,
            amount=notice.amount,
        )
        for notice in (each.notice for each in unheard)
        if notice.event in PAYMENT_NEWS and notice.amount is not None
    ]


def enter(unheard: Sequence[Unheard], ports: Ports) -> int:
    """Enter each where it belongs; how many have their place now. The others stay as they are.

    Raises:
        Conflict: traffic kept one out; every step may be taken again.
    """
    placed = 0
    for each in unheard:
        disposition, _ = apply_notification(each.raw, now=ports.clock(), ports=ports)
        if disposition == "applied":
            ports.store.commit(answered(each.fact, ANSWER))
            placed += 1
    return placed
