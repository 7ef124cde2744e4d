"""The server API: what the Python library calls, under `/checkout/v72`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from infra.local.adyen import charges, contracts, modifications, sessions, tokens
from infra.local.adyen.errors import ApiError, unprocessable, wrong_merchant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.local.adyen.records import Json
    from infra.local.adyen.world import World

PREFIX = re.compile(r"^/checkout/v\d+")
_ID = r"([A-Za-z0-9]{1,64})"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One operation's arguments, already read, and how many seconds it is to take."""

    path: tuple[str, ...]
    query: Mapping[str, str]
    body: Json
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation: its address, its two schemas and what it does."""

    name: str
    method: str
    pattern: re.Pattern[str]
    status: int
    request: str
    response: str
    run: Callable[[World, Call], Json]


def _modify(kind: str) -> Callable[[World, Call], Json]:
    def run(world: World, call: Call) -> Json:
        payment = modifications.find_payment(world, call.path[0])
        psp = modifications.modify(world, kind, payment, call.body)
        answer = {
            "merchantAccount": world.options.merchant_account,
            "paymentPspReference": payment.psp,
            "pspReference": psp,
            "status": "received",
        }
        echoed = ("amount", "reference", "lineItems", "merchantRefundReason")
        return answer | {name: call.body[name] for name in echoed if name in call.body}

    return run


def _cancel_by_reference(world: World, call: Call) -> Json:
    reference = call.body["paymentReference"]
    payments = [p for p in world.state.payments.values() if p.order.reference == reference]
    if not payments:
        raise unprocessable("167", "Original pspReference required for this operation")
    psps = [
        modifications.modify(world, "technical_cancels", payment, call.body)
        for payment in payments
        if payment.decision.accepted or payment is payments[-1]
    ]
    echoed = {"reference": call.body["reference"]} if "reference" in call.body else {}
    return {
        "merchantAccount": world.options.merchant_account,
        "paymentReference": reference,
        "pspReference": psps[-1],
        "status": "received",
        **echoed,
    }


def _read_session(world: World, call: Call) -> Json:
    if "sessionResult" not in call.query:
        raise unprocessable(sessions.INVALID_RESULT, "sessionResult is missing.")
    return sessions.read_result(world, call.path[0], call.query["sessionResult"])


def _list_tokens(world: World, call: Call) -> Json:
    _check_merchant(world, call.query)
    return tokens.listing(world, _required(call.query, "shopperReference"))


def _delete_token(world: World, call: Call) -> Json:
    _check_merchant(world, call.query)
    tokens.delete(world, call.path[0], _required(call.query, "shopperReference"))
    return {}


def _required(query: Mapping[str, str], name: str) -> str:
    if not query.get(name):
        raise unprocessable("702", f"Required field '{name}' is missing.")
    return query[name]


def _check_merchant(world: World, holder: Mapping[str, object]) -> None:
    if holder.get("merchantAccount") != world.options.merchant_account:
        raise wrong_merchant()


def _operation(
    name: str,
    route: str,
    schemas: tuple[str, str],
    run: Callable[[World, Call], Json],
    status: int = HTTPStatus.OK,
) -> Operation:
    method, pattern = route.split(" ")
    return Operation(
        name=name,
        method=method,
        pattern=re.compile(f"^{pattern}$"),
        status=int(status),
        request=schemas[0],
        response=schemas[1],
        run=run,
    )


_CREATED = HTTPStatus.CREATED
OPERATIONS = (
    _operation(
        "sessions",
        "POST /sessions",
        ("CreateCheckoutSessionRequest", "CreateCheckoutSessionResponse"),
        lambda world, call: sessions.create(world, call.body),
        _CREATED,
    ),
    _operation("session", f"GET /sessions/{_ID}", ("", "SessionResultResponse"), _read_session),
    _operation(
        "payments",
        "POST /payments",
        ("PaymentRequest", "PaymentResponse"),
        lambda world, call: charges.pay(world, call.body),
    ),
    _operation(
        "captures",
        f"POST /payments/{_ID}/captures",
        ("PaymentCaptureRequest", "PaymentCaptureResponse"),
        _modify("captures"),
        _CREATED,
    ),
    _operation(
        "refunds",
        f"POST /payments/{_ID}/refunds",
        ("PaymentRefundRequest", "PaymentRefundResponse"),
        _modify("refunds"),
        _CREATED,
    ),
    _operation(
        "cancels",
        f"POST /payments/{_ID}/cancels",
        ("PaymentCancelRequest", "PaymentCancelResponse"),
        _modify("cancels"),
        _CREATED,
    ),
    _operation(
        "reversals",
        f"POST /payments/{_ID}/reversals",
        ("PaymentReversalRequest", "PaymentReversalResponse"),
        _modify("reversals"),
        _CREATED,
    ),
    _operation(
        "technical_cancels",
        "POST /cancels",
        ("StandalonePaymentCancelRequest", "StandalonePaymentCancelResponse"),
        _cancel_by_reference,
        _CREATED,
    ),
    _operation(
        "tokens",
        "GET /storedPaymentMethods",
        ("", "ListStoredPaymentMethodsResponse"),
        _list_tokens,
    ),
    _operation(
        "delete_token",
        f"DELETE /storedPaymentMethods/{_ID}",
        ("", ""),
        _delete_token,
        HTTPStatus.NO_CONTENT,
    ),
)
OPERATION_NAMES = frozenset(operation.name for operation in OPERATIONS)


def find_operation(method: str, path: str) -> tuple[Operation, tuple[str, ...]]:
    """The operation at `path`, and the identifiers in it.

    Raises:
        ApiError: 404, nothing there.
    """
    bare = PREFIX.sub("", path)
    for operation in OPERATIONS:
        found = operation.pattern.match(bare)
        if found and operation.method == method:
            return operation, found.groups()
    raise ApiError(HTTPStatus.NOT_FOUND, "000", "Not Found")


def check_request(world: World, operation: Operation, body: Json) -> None:
    """Check a request body as Adyen does.

    Raises:
        ApiError: 403, another merchant account; 422, a breach of the schema.
    """
    if not operation.request:
        return
    if "merchantAccount" in body:
        _check_merchant(world, body)
    try:
        contracts.check("checkout", operation.request, body)
        if operation.name == "payments":
            contracts.check_method(body["paymentMethod"], world.options.payment_methods)
    except contracts.Breach as breach:
        raise refusal_of(breach, operation.request) from breach


def refusal_of(breach: contracts.Breach, schema: str) -> ApiError:
    """The refusal that tells a breach of a request's schema; it quotes no value."""
    if breach.rule == "required":
        name = breach.names[0]
        codes = {"returnUrl": "14_030", "amount": "100", "reference": "130"}
        missing = "Return URL is missing." if name == "returnUrl" else f"Required field '{name}'"
        return unprocessable(codes.get(name, "702"), missing)
    if breach.rule == "additionalProperties":
        names = ", ".join(breach.names)
        where = f"{schema}.{breach.path}" if breach.path else schema
        message = f"Structure of {where} contains the following unknown fields: [{names}]"
        return unprocessable("702", message)
    return unprocessable("702", f"Field '{breach.path}' is not valid ({breach.rule}).")


def check_answer(operation: Operation, document: Json) -> None:
    """Check an own answer against its schema.

    Raises:
        Breach: the simulator is wrong.
    """
    if operation.response:
        contracts.check("checkout", operation.response, document)
    if "action" in document:
        contracts.check_action(document["action"])
