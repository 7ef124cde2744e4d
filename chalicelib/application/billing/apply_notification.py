"""Apply one kept notification: it was verified when it came, and is believed only where signed."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from chalicelib.application.billing.learn_method import learn_method
from chalicelib.application.billing.reconcile_report import apply_report_available
from chalicelib.application.billing.settle_due import settle_due
from chalicelib.application.billing.settle_first_charge import settle_first_charge
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused
from chalicelib.domain.billing.refusals import code_in_words
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.ids import DueKey, is_id, parse_reference
from chalicelib.domain.kernel.money import Money

Disposition = Literal["applied", "set_aside"]
Handler = Callable[[Mapping[str, Any], datetime, Ports], tuple[Disposition, str]]


def apply_notification(raw: bytes, *, now: datetime, ports: Ports) -> tuple[Disposition, str]:
    """Enter what a notification says; answers what became of it, and why when set aside.

    Raises:
        Conflict, GatewayUnavailable: to be delivered again.
    """
    item = json.loads(raw)
    event = str(item.get("type") or item.get("eventCode") or "")
    handler = HANDLERS.get(event)
    if handler is None:
        return "set_aside", f"event {event}"
    return handler(item, now, ports)


def _apply_authorisation(
    item: Mapping[str, Any], now: datetime, ports: Ports
) -> tuple[Disposition, str]:
    if item.get("merchantAccountCode") != ports.facts.merchant_account:
        return "set_aside", "another merchant"
    named = parse_reference(str(item.get("merchantReference", "")))
    if named is None:
        return "set_aside", "not one of our references"
    key, number = named
    amount = _amount(item)
    outcome = _outcome(item)
    try:
        if key.period == 0:
            if amount != ports.store.checkout(key.subscription_id).gross:
                return "set_aside", "another amount"
            settle_first_charge(key.subscription_id, number, outcome, now=now, ports=ports)
        else:
            due = _due_item(key, amount, ports)
            if amount != due.gross:
                return "set_aside", "another amount"
            settle_due(key, number, outcome, now=now, ports=ports, known=(due, None))
    except (errors.NotFound, errors.Refused) as unknown:
        return "set_aside", unknown.code
    return "applied", ""


def _due_item(key: DueKey, amount: Money | None, ports: Ports) -> DueItem:
    """The due item; read again consistently before its amount may contradict the provider."""
    due = ports.store.due_item(key)
    return due if due.gross == amount else ports.store.due_item(key, fresh=True)


def _amount(item: Mapping[str, Any]) -> Money | None:
    amount = item.get("amount")
    if not isinstance(amount, Mapping) or not isinstance(amount.get("value"), int):
        return None
    currency = str(amount.get("currency", ""))
    return Money(minor=amount["value"], currency=currency) if len(currency) == 3 else None  # noqa: PLR2004 - ISO 4217


def _outcome(item: Mapping[str, Any]) -> Outcome:
    reference = str(item["pspReference"])
    if str(item.get("success")) == "true":
        return Authorised(provider_reference=reference)
    extra = item.get("additionalData")
    told: Mapping[str, Any] = extra if isinstance(extra, Mapping) else {}
    return Refused(
        provider_reference=reference,
        code=code_in_words(str(item.get("reason", ""))),
        advice=_word(told, "merchantAdviceCode"),
        raw=_word(told, "refusalReasonRaw"),
    )


def _word(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) else None


def _apply_token(event: Mapping[str, Any], _: datetime, ports: Ports) -> tuple[Disposition, str]:
    content = event.get("data")
    if not isinstance(content, Mapping):
        return "set_aside", "no token in it"
    if content.get("merchantAccount") != ports.facts.merchant_account:
        return "set_aside", "another merchant"
    shopper = str(content.get("shopperReference", ""))
    if not is_id(shopper):
        return "set_aside", "not one of our shoppers"
    token = str(content.get("storedPaymentMethodId", ""))
    try:
        learnt = learn_method(shopper, ports=ports, token=token)
    except errors.NotFound as unknown:
        return "set_aside", unknown.code
    return ("applied", "") if learnt else ("set_aside", "the provider does not know this token")


HANDLERS: Mapping[str, Handler] = {
    "AUTHORISATION": _apply_authorisation,
    "REPORT_AVAILABLE": apply_report_available,
    "recurring.token.created": _apply_token,
    "recurring.token.alreadyExisting": _apply_token,
}
"""Who enters what an event says; an event of no handler is kept and set aside."""
