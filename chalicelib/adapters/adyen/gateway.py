"""The `Gateway` port on Adyen: sessions, merchant-initiated charges, reversals, stored methods.

Every answer is read in one place and speaks the domain's words. Requests and answers are never
logged: they bear personal data and secrets.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from Adyen.exceptions import AdyenAPIUnprocessableEntity, AdyenError
from requests.exceptions import RequestException

from chalicelib.adapters.adyen import connection
from chalicelib.application.ports import (
    ChargeRequest,
    PaymentSession,
    SessionNews,
    SessionRequest,
)
from chalicelib.domain.billing.books.report import batch_of
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused, Unknown
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.selling.checkout import StoredMethod, label_of

T = TypeVar("T")

NOBODY = "clock"
PATH_PART = re.compile(r"[A-Za-z0-9_]{4,80}")
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
IN_PROGRESS = "704"
UNPAID_STATUSES = ("refused", "canceled", "expired", "active")
SUBSCRIPTION = "Subscription"
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
"""What reading an answer comes to that was cut short, or is not the provider's at all."""
RECURRING_KIND = {"paypal": "paypal", "sepadirectdebit": "sepadirectdebit"}


class AdyenGateway:
    """One merchant account."""

    def __init__(self, connect: Callable[[], Any], merchant_account: str) -> None:
        """`connect` gives the library's facade, at the first call only."""
        self._connect = connect
        self._merchant = merchant_account

    def open_session(self, request: SessionRequest) -> PaymentSession:
        body = session_body(request, self._merchant)
        return self._ask(
            lambda: self._payments.sessions(body, idempotency_key=request.idempotency_key),
            read_page,
        )

    def session_news(self, session_id: str, session_result: str) -> SessionNews:
        if not PATH_PART.fullmatch(session_id):
            raise errors.Refused("BAD_SESSION_RESULT")
        query = {"sessionResult": quote(session_result, safe="")}
        try:
            return self._ask(
                lambda: self._payments.get_result_of_payment_session(
                    session_id, query_parameters=query
                ),
                lambda answer: read_session(_whole(answer)),
            )
        except errors.Refused:
            raise errors.Refused("BAD_SESSION_RESULT") from None

    def charge(self, request: ChargeRequest) -> Outcome:
        body = charge_body(request, self._merchant)
        try:
            answer = self._payments.payments(body, idempotency_key=request.idempotency_key)
            return read_charge(answer.message)
        except AdyenAPIUnprocessableEntity as refused:
            code = str(refused.error_code)
            return Unknown() if code == IN_PROGRESS else Refused(code=f"422-{code}")
        except (AdyenError, RequestException, *UNREADABLE):
            return Unknown()

    def give_back(self, provider_reference: str, *, reference: str, idempotency_key: str) -> None:
        body = {"merchantAccount": self._merchant, "reference": reference}
        self._ask(
            lambda: self._facade.checkout.modifications_api.refund_or_cancel_payment(
                body, _part(provider_reference), idempotency_key=idempotency_key
            ),
            _nothing,
        )

    def refund(
        self, provider_reference: str, amount: Money, *, reference: str, idempotency_key: str
    ) -> str:
        body = {
            "merchantAccount": self._merchant,
            "amount": _amount(amount),
            "reference": reference,
        }
        return self._ask(
            lambda: self._facade.checkout.modifications_api.refund_captured_payment(
                body, _part(provider_reference), idempotency_key=idempotency_key
            ),
            lambda answer: str(_whole(answer)["pspReference"]),
        )

    def stored_methods(self, shopper_reference: str) -> tuple[StoredMethod, ...]:
        query = {"merchantAccount": self._merchant, "shopperReference": shopper_reference}
        return self._ask(
            lambda: self._facade.checkout.recurring_api.get_tokens_for_stored_payment_details(
                query_parameters=query
            ),
            read_methods,
        )

    def forget_method(self, shopper_reference: str, token: str) -> None:
        query = {"merchantAccount": self._merchant, "shopperReference": shopper_reference}
        try:
            self._ask(
                lambda: self._facade.checkout.recurring_api.delete_token_for_stored_payment_details(
                    _part(token), query_parameters=query
                ),
                _nothing,
            )
        except errors.Refused:
            return

    def report(self, name: str) -> str:
        if batch_of(name) is None:
            raise errors.NotFound(detail="report")
        client = self._facade.client
        try:
            status, text = client.http_client.report(f"{self._merchant}/{name}", client.xapikey)
        except RequestException as silence:
            raise errors.GatewayUnavailable(detail=type(silence).__name__) from None
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise errors.NotFound(detail="report")
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise errors.Refused("PROVIDER_REFUSED", str(int(status)))
        if status != HTTPStatus.OK:
            raise errors.GatewayUnavailable(detail=str(int(status)))
        return str(text)

    def clock_offset(self) -> timedelta | None:
        if connection.clock_offset() is None:
            with suppress(errors.BillingError):  # any answer bears the date
                self.stored_methods(NOBODY)
        return connection.clock_offset()

    @property
    def _facade(self) -> Any:
        return self._connect()

    @property
    def _payments(self) -> Any:
        return self._facade.checkout.payments_api

    def _ask(self, call: Callable[[], Any], read: Callable[[Mapping[str, Any]], T]) -> T:
        """What the answer says; a refusal is told apart from silence and from half an answer."""
        try:
            return read(call().message)
        except AdyenAPIUnprocessableEntity as refused:
            if str(refused.error_code) == IN_PROGRESS:
                raise errors.GatewayUnavailable(detail=IN_PROGRESS) from None
            raise errors.Refused("PROVIDER_REFUSED", str(refused.error_code)) from None
        except (AdyenError, RequestException, *UNREADABLE) as silence:
            raise errors.GatewayUnavailable(detail=type(silence).__name__) from None


def session_body(request: SessionRequest, merchant: str) -> dict[str, Any]:
    """A first charge with strong authentication that stores the method for renewals (PAY-4)."""
    body = {
        "merchantAccount": merchant,
        "amount": _amount(request.amount),
        "reference": request.reference,
        "merchantOrderReference": request.reference.rpartition(".")[0],
        "returnUrl": request.return_url,
        "countryCode": request.country,
        "shopperLocale": LOCALES[request.lang],
        "channel": "Web",
        "shopperReference": request.shopper_reference,
        "shopperEmail": request.shopper_email,
        "shopperInteraction": "Ecommerce",
        "recurringProcessingModel": SUBSCRIPTION,
        "storePaymentMethodMode": "enabled",
        "authenticationData": {
            "attemptAuthentication": "always",
            "threeDSRequestData": {"nativeThreeDS": "preferred"},
        },
        "expiresAt": request.expires_at.isoformat(timespec="seconds"),
        "captureDelayHours": 0,
    }
    if request.shopper_address:
        body["shopperIP"] = request.shopper_address
    return body


def charge_body(request: ChargeRequest, merchant: str) -> dict[str, Any]:
    """A renewal on the stored method, linked by its token to the authenticated first charge."""
    return {
        "merchantAccount": merchant,
        "amount": _amount(request.amount),
        "reference": request.reference,
        "merchantOrderReference": request.cycle,
        "paymentMethod": {
            "type": RECURRING_KIND.get(request.method.kind, "scheme"),
            "storedPaymentMethodId": request.method.token,
        },
        "shopperReference": request.shopper_reference,
        "shopperInteraction": "ContAuth",
        "recurringProcessingModel": SUBSCRIPTION,
        "returnUrl": request.return_url,
        "additionalData": {"retry.orderAttemptNumber": str(request.attempt)},
    }


def read_page(answer: Mapping[str, Any]) -> PaymentSession:
    """The payment page that was opened."""
    return PaymentSession(
        session_id=answer["id"],
        session_secret=answer["sessionData"],
        expires_at=datetime.fromisoformat(answer["expiresAt"]),
    )


def read_charge(answer: Mapping[str, Any]) -> Outcome:
    """What an answer to a charge means; anything not understood is unknown, never a refusal."""
    reference = str(answer.get("pspReference", ""))
    match answer.get("resultCode"):
        case "Authorised" if reference:
            return Authorised(provider_reference=reference)
        case "Refused" | "Cancelled" | "Error":
            extra = answer.get("additionalData") or {}
            return Refused(
                provider_reference=reference or None,
                code=str(answer.get("refusalReasonCode", "none")),
                advice=extra.get("merchantAdviceCode"),
                raw=extra.get("refusalReasonRaw"),
            )
        case _:
            return Unknown()


def read_session(answer: Mapping[str, Any]) -> SessionNews:
    """What a payment page came to: the successful payment if there is one, else the last.

    A page that is still open after its shopper came back was refused or given up: the shopper must
    be told at once, and money that comes all the same beats this answer.
    """
    payments = list(answer.get("payments") or ())
    paid = [payment for payment in payments if payment.get("resultCode") == "Authorised"]
    payment = (paid or payments or [{}])[-1]
    outcome: Outcome = Unknown()
    if paid:
        outcome = Authorised(
            provider_reference=str(payment["pspReference"]), method_label=_label(payment)
        )
    elif payment.get("resultCode") == "Refused" or (
        not payments and answer.get("status") in UNPAID_STATUSES
    ):
        outcome = Refused(provider_reference=payment.get("pspReference"), code="session")
    amount = payment.get("amount")
    return SessionNews(
        reference=str(answer.get("reference", "")),
        amount=Money(minor=amount["value"], currency=amount["currency"]) if amount else None,
        outcome=outcome,
    )


def read_methods(answer: Mapping[str, Any]) -> tuple[StoredMethod, ...]:
    """Every stored method.

    Raises:
        ValueError: the answer is empty, which does not say that there is none.
    """
    stored = _whole(answer).get("storedPaymentMethods", ())
    return tuple(read_method(method) for method in stored)


def read_method(method: Mapping[str, Any]) -> StoredMethod:
    """A stored payment method in our words: token, brand, last four digits, expiry."""
    month, year = method.get("expiryMonth"), method.get("expiryYear")
    created_at = method.get("createdAt")
    return StoredMethod(
        token=str(method["id"]),
        kind=str(method.get("type", "scheme")),
        brand=method.get("brand"),
        last_four=method.get("lastFour"),
        expires=f"{int(month):02}/{year}" if month and year else None,
        stored_at=datetime.fromisoformat(created_at).astimezone(UTC) if created_at else None,
    )


def _whole(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """An answer with something in it; the library makes nothing of one that was cut short."""
    if not answer:
        raise ValueError("an empty answer")
    return answer


def _nothing(_: object) -> None:
    """What an acknowledgement says: it came."""


def _label(payment: Mapping[str, Any]) -> str | None:
    method = payment.get("paymentMethod") or {}
    code = method.get("brand") or method.get("type")
    return label_of(code) if code else None


def _amount(amount: Money) -> dict[str, Any]:
    return {"currency": amount.currency, "value": amount.minor}


def _part(reference: str) -> str:
    if not PATH_PART.fullmatch(reference):
        raise errors.Refused("PROVIDER_REFUSED", "reference")
    return reference
