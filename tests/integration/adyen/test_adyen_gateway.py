"""What only the real gateway can show: bodies that fit, and errors of every kind."""

from typing import Any

import pytest

from chalicelib.adapters.adyen.connection import reports_url
from chalicelib.adapters.adyen.gateway import AdyenGateway, read_charge, read_session
from chalicelib.domain.billing.outcomes import Authorised, Refused, Unknown
from chalicelib.domain.kernel import errors
from chalicelib.domain.selling.checkout import StoredMethod
from tests.fakes_things import SUBSCRIPTION_ID
from tests.integration.adyen.conftest import FIRST, KEY, charge_request, session_request, stored
from tests.integration.adyen.providers import Simulated

BROKEN: list[dict[str, Any]] = [
    {"kind": "error", "status": 500},
    {"kind": "error", "status": 503},
    {"kind": "error", "status": 429},
    {"kind": "error", "status": 401},
    {"kind": "error", "status": 403},
    {"kind": "error", "status": 400},
    {"kind": "error", "status": 302},
    {"kind": "truncated"},
    {"kind": "timeout_before"},
    {"kind": "timeout_after"},
]


def named(fault: dict[str, Any]) -> str:
    """How a test of a fault is called."""
    return "-".join(str(part) for part in fault.values())


def test_every_body_fits_the_published_schemas(adyen: Simulated) -> None:
    method = stored(adyen)
    paid = adyen.gateway.charge(charge_request(method))
    assert isinstance(paid, Authorised)
    adyen.gateway.give_back(paid.provider_reference, reference=FIRST, idempotency_key="back")
    adyen.gateway.forget_method(SUBSCRIPTION_ID, method.token)
    requests = adyen.simulator.admin("GET", "/requests")["requests"]
    assert {line["status"] for line in requests} == {200, 201, 204}
    state = adyen.simulator.admin("GET", "/state")
    assert (state["violations"], state["idempotency_conflicts"]) == ([], [])


def test_a_charge_is_merchant_initiated_and_tied_to_its_cycle(adyen: Simulated) -> None:
    adyen.gateway.charge(charge_request(stored(adyen)))
    charged = adyen.simulator.admin("GET", f"/payments?reference={KEY.reference(1)}")
    (payment,) = charged["payments"]
    assert payment["interaction"] == "ContAuth"
    assert payment["merchant_order_reference"] == f"{SUBSCRIPTION_ID}.0001.1"
    assert payment["shopper_reference"] == SUBSCRIPTION_ID


@pytest.mark.parametrize("fault", BROKEN, ids=named)
def test_a_broken_answer_to_a_charge_is_unknown_and_then_found(
    adyen: Simulated, fault: dict[str, Any]
) -> None:
    method = stored(adyen)
    adyen.arm(operation="payments", **fault)
    assert adyen.gateway.charge(charge_request(method)) == Unknown()
    assert isinstance(adyen.gateway.charge(charge_request(method)), Authorised)
    assert adyen.captured_minor(KEY.reference(1)) == [2000]


@pytest.mark.parametrize("fault", BROKEN, ids=named)
def test_a_broken_answer_to_a_question_is_unavailable(
    adyen: Simulated, fault: dict[str, Any]
) -> None:
    adyen.arm(operation="sessions", **fault)
    with pytest.raises(errors.GatewayUnavailable):
        adyen.gateway.open_session(session_request())
    assert adyen.gateway.open_session(session_request()).session_id


def test_half_a_list_of_methods_does_not_say_there_is_none(adyen: Simulated) -> None:
    stored(adyen)
    adyen.arm(operation="tokens", kind="truncated")
    with pytest.raises(errors.GatewayUnavailable):
        adyen.gateway.stored_methods(SUBSCRIPTION_ID)


def test_half_a_result_says_nothing_of_the_page(adyen: Simulated) -> None:
    page = adyen.gateway.open_session(session_request())
    result = adyen.pay(page.session_id)
    adyen.arm(operation="session", kind="truncated")
    with pytest.raises(errors.GatewayUnavailable):
        adyen.gateway.session_news(page.session_id, result)


class Answering:
    """The library's facade, whose every call answers the same thing that is not an answer."""

    def __init__(self, content: object) -> None:
        self.message = content

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *_: object, **__: object) -> "Answering":
        return self


@pytest.mark.parametrize("content", [None, "", "<html>", [], ["x"], 7, {"payments": 3}, {"id": 1}])
def test_an_answer_by_somebody_else_is_unknown_or_unavailable(content: object) -> None:
    """A proxy in between speaks its own language."""
    gateway = AdyenGateway(lambda: Answering(content), "ClairiereECOM")
    method = StoredMethod(token="T", kind="scheme")
    assert gateway.charge(charge_request(method)) == Unknown()
    with pytest.raises(errors.GatewayUnavailable):
        gateway.open_session(session_request())


def test_a_method_that_was_forgotten_is_refused_for_good(adyen: Simulated) -> None:
    method = stored(adyen)
    adyen.gateway.forget_method(SUBSCRIPTION_ID, method.token)
    outcome = adyen.gateway.charge(charge_request(method))
    assert isinstance(outcome, Refused)
    assert outcome.code.startswith("422-")
    assert adyen.captured_minor(KEY.reference(1)) == []


def test_a_payment_nobody_knows_cannot_be_given_back(adyen: Simulated) -> None:
    for unknown in ("NOSUCHPAYMENT000", "../x", "", "é"):
        with pytest.raises(errors.Refused) as refused:
            adyen.gateway.give_back(
                unknown, reference=FIRST, idempotency_key=f"back {len(unknown)}"
            )
        assert refused.value.code == "PROVIDER_REFUSED"


def test_no_name_address_or_token_is_in_an_error(adyen: Simulated) -> None:
    adyen.arm(kind="error", status=500)
    with pytest.raises(errors.GatewayUnavailable) as unavailable:
        adyen.gateway.open_session(session_request())
    assert "zoe" not in repr(unavailable.value)
    assert unavailable.value.__cause__ is None
    assert unavailable.value.__suppress_context__


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"resultCode": "Authorised"},
        {"resultCode": "Authorised", "pspReference": ""},
        {"resultCode": "Received", "pspReference": "P"},
        {"resultCode": "Pending", "pspReference": "P"},
        {"resultCode": "RedirectShopper", "pspReference": "P"},
        {"resultCode": "a word of next year", "pspReference": "P"},
        {"resultCode": None},
    ],
)
def test_what_is_not_understood_is_never_a_refusal(answer: dict[str, Any]) -> None:
    assert read_charge(answer) == Unknown()


@pytest.mark.parametrize("code", ["Refused", "Cancelled", "Error"])
def test_a_no_is_a_refusal(code: str) -> None:
    answer = {"resultCode": code, "pspReference": "P", "refusalReasonCode": "12"}
    assert read_charge(answer) == Refused(provider_reference="P", code="12")


def test_the_payment_that_succeeded_speaks_for_its_page() -> None:
    amount = {"currency": "EUR", "value": 2000}
    paid = {"resultCode": "Authorised", "pspReference": "P2", "amount": amount}
    refused = {"resultCode": "Refused", "pspReference": "P1", "amount": amount}
    for payments in ([paid, refused], [refused, paid]):
        news = read_session({"reference": FIRST, "status": "completed", "payments": payments})
        assert news.outcome == Authorised(provider_reference="P2")


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ({"type": "scheme", "brand": "mc"}, "Mastercard"),
        ({"type": "scheme", "brand": "cartebancaire"}, "CB"),
        ({"type": "paypal"}, "PayPal"),
        ({"type": "sepadirectdebit"}, "SEPA"),
        ({"type": "bcmc_mobile"}, "bcmc mobile"),
        ({}, None),
    ],
)
def test_what_paid_on_a_page_has_the_name_its_bearer_knows(
    method: dict[str, str], name: str | None
) -> None:
    paid = {"resultCode": "Authorised", "pspReference": "P2", "paymentMethod": method}
    news = read_session({"reference": FIRST, "status": "completed", "payments": [paid]})
    assert news.outcome == Authorised(provider_reference="P2", method_label=name)


@pytest.mark.parametrize("answer", [{}, {"payments": None}])
def test_a_page_of_which_nothing_is_known_is_unknown(answer: dict[str, Any]) -> None:
    assert read_session(answer).outcome == Unknown()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "error", "status": 500}, errors.GatewayUnavailable),
        ({"kind": "error", "status": 302}, errors.GatewayUnavailable),
        ({"kind": "timeout_before"}, errors.GatewayUnavailable),
        ({"kind": "error", "status": 410}, errors.NotFound),
        ({"kind": "error", "status": 401}, errors.Refused),
        ({"kind": "error", "status": 403}, errors.Refused),
    ],
)
def test_a_report_that_does_not_come_says_why(
    adyen: Simulated, fault: dict[str, Any], error: type[errors.BillingError]
) -> None:
    stored(adyen)
    name = adyen.close_batch()
    adyen.arm(operation="report", **fault)
    with pytest.raises(error):
        adyen.gateway.report(name)
    assert adyen.gateway.report(name).startswith("Company Account,")


def test_reports_come_from_the_providers_own_host() -> None:
    """Never from an address that a notification tells."""
    path = "reports/download/MerchantAccount"
    assert reports_url(platform="live", checkout_url="") == f"https://ca-live.adyen.com/{path}"
    assert reports_url(platform="test", checkout_url="") == f"https://ca-test.adyen.com/{path}"
    sandbox = reports_url(platform="test", checkout_url="http://localhost:8080/checkout/v72")
    assert sandbox == f"http://localhost:8080/{path}"
