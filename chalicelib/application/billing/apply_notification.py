"""Apply one kept notification: it was verified when it came, and is believed only where signed.

What is not signed explains to people and names what paid; it never makes us take more.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.application.billing.apply_token_event import TOKEN_EVENTS
from chalicelib.application.billing.books.reconcile_report import apply_report_available
from chalicelib.application.billing.notices import (
    Disposition,
    Handler,
    Notice,
    Unplaced,
    aside,
    placing,
    stray,
    unknown,
)
from chalicelib.application.billing.returns.enter_capture import enter_capture, enter_failure
from chalicelib.application.billing.returns.enter_dispute import enter_dispute
from chalicelib.application.billing.returns.refund_due import enter_refund, enter_reversal
from chalicelib.application.billing.settle_due import settle_due
from chalicelib.application.billing.settle_first_charge import settle_first_charge
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused
from chalicelib.domain.billing.refusals import code_in_words
from chalicelib.domain.billing.returns.dispute import DISPUTE_EVENTS
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.ids import DueKey, parse_method_reference
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.selling.checkout import ATTEMPTS_MAX, label_of

METHOD = re.compile("[a-z0-9_]{2,32}")
DIRECT_DEBIT = "sepa"
LAST_FOUR = re.compile("[0-9]{4}")
METHOD_ALONE = "the token's own event tells which method was stored"

WHAT_IS_LEFT_TO_OTHERS: Mapping[str, str] = {
    "AUTORESCUE": "retries are ours",
    "CANCEL_AUTORESCUE": "retries are ours",
    "AUTORESCUE_NEXT_ATTEMPT": "retries are ours",
    "MANUAL_REVIEW_ACCEPT": "its payment tells",
    "MANUAL_REVIEW_REJECT": "its cancellation tells",
    "OFFER_CLOSED": "the payment page tells",
    "ORDER_OPENED": "its payments tell",
    "ORDER_CLOSED": "its payments tell",
    "PENDING": "its outcome tells",
    "POSTPONED_REFUND": "its outcome tells",
    "RECURRING_CONTRACT": "the token's own event tells",
}
"""Known events that change nothing here, and who tells what matters."""

WHAT_WE_NEVER_ASK_FOR: Mapping[str, str] = {
    "AUTHORISATION_ADJUSTMENT": "amounts are never adjusted",
    "PAIDOUT_REVERSED": "nobody is paid out",
    "PAYOUT_DECLINE": "nobody is paid out",
    "PAYOUT_EXPIRE": "nobody is paid out",
    "PAYOUT_THIRDPARTY": "nobody is paid out",
    "REFUND_WITH_DATA": "a refund names its payment",
    "VOID_PENDING_REFUND": "a refund is never called back",
}
"""Money that moves without us: somebody did that at the provider's own desk, so a person looks."""


def apply_notification(raw: bytes, *, now: datetime, ports: Ports) -> tuple[Disposition, str]:
    """Enter what a notification says; answers what became of it, and why when set aside.

    Raises:
        Conflict, GatewayUnavailable: to be delivered again.
    """
    item = json.loads(raw)
    event = str(item.get("type") or item.get("eventCode") or "")
    handler = HANDLERS.get(event)
    if handler is None:
        return ("set_aside", f"event {event}") if "type" in item else unknown(item, now, ports)
    return handler(item, now, ports)


def _apply_authorisation(
    item: Mapping[str, Any], now: datetime, ports: Ports
) -> tuple[Disposition, str]:
    outcome = _outcome(item)

    def enter(notice: Notice, now: datetime, ports: Ports) -> str:
        if parse_method_reference(notice.reference):
            return METHOD_ALONE
        try:
            _settle(notice, outcome, now, ports)
        except errors.Refused as refused:
            raise Unplaced(refused.code) from None
        return ""

    return placing(enter)(item, now, ports)


def _settle(notice: Notice, outcome: Outcome, now: datetime, ports: Ports) -> None:
    key, number = notice.due
    if key.period == 0 and number <= ATTEMPTS_MAX:
        if notice.amount != ports.store.checkout(key.subscription_id).gross:
            raise Unplaced("another amount")
        settle_first_charge(key.subscription_id, number, outcome, now=now, ports=ports)
        return
    due = _due_item(key, notice.amount, ports)
    if notice.amount != due.gross:
        raise Unplaced("another amount")
    settle_due(key, number, outcome, now=now, ports=ports, known=(due, None))


def _due_item(key: DueKey, amount: Money | None, ports: Ports) -> DueItem:
    """The due item; read again consistently before its amount may contradict the provider."""
    due = ports.store.due_item(key)
    return due if due.gross == amount else ports.store.due_item(key, fresh=True)


def _outcome(item: Mapping[str, Any]) -> Outcome:
    reference = str(item["pspReference"])
    extra = item.get("additionalData")
    told: Mapping[str, Any] = extra if isinstance(extra, Mapping) else {}
    if str(item.get("success")) == "true":
        return Authorised(provider_reference=reference, method_label=_label(item, told))
    return Refused(
        provider_reference=reference,
        code=code_in_words(str(item.get("reason", ""))),
        advice=_word(told, "merchantAdviceCode"),
        raw=_word(told, "refusalReasonRaw"),
    )


def _label(item: Mapping[str, Any], told: Mapping[str, Any]) -> str | None:
    """How documents name what paid; none where its words are not of the expected shape.

    Nor where they name a direct debit: one that comes back is owed again without a dispute, and
    unsigned words may not bring that about.
    """
    code, digits = _word(item, "paymentMethod"), _word(told, "cardSummary")
    if code is None or code.startswith(DIRECT_DEBIT) or not METHOD.fullmatch(code):
        return None
    return label_of(code, digits if digits and LAST_FOUR.fullmatch(digits) else None)


def _word(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) else None


HANDLERS: Mapping[str, Handler] = {
    "AUTHORISATION": _apply_authorisation,
    "REPORT_AVAILABLE": apply_report_available,
    "CAPTURE": placing(enter_capture),
    "CAPTURE_FAILED": placing(enter_failure),
    "CANCELLATION": placing(enter_failure),
    "TECHNICAL_CANCEL": placing(enter_failure),
    "EXPIRE": placing(enter_failure),
    "CANCEL_OR_REFUND": placing(enter_reversal),
    "REFUND": placing(enter_refund),
    "REFUND_FAILED": placing(enter_refund),
    "REFUNDED_REVERSED": placing(enter_refund),
    **{event: placing(enter_dispute) for event in DISPUTE_EVENTS},
    **{event: aside(reason) for event, reason in WHAT_IS_LEFT_TO_OTHERS.items()},
    **{event: stray(reason) for event, reason in WHAT_WE_NEVER_ASK_FOR.items()},
    **TOKEN_EVENTS,
}
"""Who enters what an event says; one of no handler is set aside, and shown to a person."""
