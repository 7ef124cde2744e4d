"""What the provider would notify, in its own words, of what happened at the gateway in memory."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.application.ports import Notification, SessionNews
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.selling.checkout import StoredMethod
from tests.fakes import FACTS
from tests.fakes_gateway import Happening


def notifications(news: SessionNews, at: datetime) -> list[Notification]:
    """The notification of one payment: none as long as nobody knows."""
    match news.outcome:
        case Authorised(provider_reference=psp):
            return [_authorisation(news, psp, "true", at)]
        case Refused(provider_reference=psp):
            name = hashlib.sha256(news.reference.encode()).hexdigest()[:16].upper()
            return [_authorisation(news, psp or name, "false", at)]
        case _:
            return []


def _authorisation(news: SessionNews, psp: str, success: str, at: datetime) -> Notification:
    assert news.amount is not None
    item = {
        "amount": {"currency": news.amount.currency, "value": news.amount.minor},
        "eventCode": "AUTHORISATION",
        "eventDate": at.isoformat(),
        "merchantAccountCode": FACTS.merchant_account,
        "merchantReference": news.reference,
        "paymentMethod": "visa",
        "pspReference": psp,
        "reason": "",
        "success": success,
    }
    return Notification(psp, "AUTHORISATION", success, json.dumps(item).encode(), at)


def happening_item(happening: Happening, at: datetime, **changes: Any) -> dict[str, Any]:
    """The item of what happened to money after its payment; `changes` replace its fields."""
    extra = {"chargebackReasonCode": f" {happening.reason}"} if happening.reason else {}
    return {
        "additionalData": extra,
        "amount": {"currency": happening.amount.currency, "value": happening.amount.minor},
        "eventCode": happening.event,
        "eventDate": at.isoformat(),
        "merchantAccountCode": FACTS.merchant_account,
        "merchantReference": happening.reference,
        "originalReference": happening.payment,
        "paymentMethod": "visa",
        "pspReference": happening.provider_reference,
        "reason": "",
        "success": "true" if happening.success else "false",
    } | changes


def happening_notification(happening: Happening, at: datetime) -> Notification:
    """The notification of what happened to money after its payment."""
    item = happening_item(happening, at)
    name, success = happening.provider_reference, str(item["success"])
    return Notification(name, happening.event, success, json.dumps(item).encode(), at)


def report_notification(name: str, at: datetime) -> Notification:
    """The news that a settlement report can be fetched."""
    item = {
        "amount": {"currency": "EUR", "value": 0},
        "eventCode": "REPORT_AVAILABLE",
        "eventDate": at.isoformat(),
        "merchantAccountCode": FACTS.merchant_account,
        "merchantReference": "",
        "pspReference": name,
        "reason": "https://somewhere.example/else.csv",
        "success": "true",
    }
    return Notification(name, "REPORT_AVAILABLE", "true", json.dumps(item).encode(), at)


def token_notifications(
    methods: Mapping[str, Sequence[StoredMethod]], told: set[str], at: datetime
) -> list[Notification]:
    """One for every stored method that was not told yet; `told` remembers it."""
    fresh = [
        (shopper, method)
        for shopper, stored in methods.items()
        for method in stored
        if f"{shopper} {method.token}" not in told
    ]
    told.update(f"{shopper} {method.token}" for shopper, method in fresh)
    return [_token_created(shopper, method, at) for shopper, method in fresh]


def _token_created(shopper: str, method: StoredMethod, at: datetime) -> Notification:
    event, name = "recurring.token.created", f"EV{shopper}{method.token}"
    document = {
        "createdAt": at.isoformat(),
        "environment": "test",
        "eventId": name,
        "type": event,
        "version": "1",
        "data": {
            "merchantAccount": FACTS.merchant_account,
            "operation": "created",
            "shopperReference": shopper,
            "storedPaymentMethodId": method.token,
            "type": method.brand or method.kind,
        },
    }
    raw = json.dumps(document).encode()
    return Notification(name, event, method.token, raw, at)
