"""The published Python library works unchanged against the simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests
from Adyen.exceptions import (
    AdyenAPIAuthenticationError,
    AdyenAPIInvalidPermission,
    AdyenAPIUnprocessableEntity,
)

from tests.integration.adyen_simulator.conftest import charge_request, session_request, subscribe

if TYPE_CHECKING:
    import Adyen

    from infra.local.adyen import Simulator

MERCHANT = {"merchantAccount": "ClairiereECOM"}


def _sessions(adyen: Adyen.Adyen, key: str = "key1", **changes: Any) -> Any:
    request = session_request(**changes)
    return adyen.checkout.payments_api.sessions(request, idempotency_key=key)


class TestSessions:
    def test_a_session_is_created_paid_and_read_back(
        self, adyen: Adyen.Adyen, served: Simulator
    ) -> None:
        created = _sessions(adyen)
        assert created.status_code == 201
        session_id = created.message["id"]
        result = served.pay(session_id)["sessionResult"]
        read = adyen.checkout.payments_api.get_result_of_payment_session(
            session_id, query_parameters={"sessionResult": quote(result, safe="")}
        ).message
        assert read["status"] == "completed"
        assert read["reference"] == "O1"
        assert read["payments"][0]["amount"] == {"currency": "EUR", "value": 2000}

    def test_a_result_that_was_not_quoted_is_refused(
        self, adyen: Adyen.Adyen, served: Simulator
    ) -> None:
        """The library writes the query as it is: its plus signs reach us as spaces."""
        session_id = _sessions(adyen).message["id"]
        result = served.pay(session_id)["sessionResult"]
        with pytest.raises(AdyenAPIUnprocessableEntity) as refused:
            adyen.checkout.payments_api.get_result_of_payment_session(
                session_id, query_parameters={"sessionResult": result}
            )
        assert refused.value.error_code == "14_041"


class TestCharges:
    def test_a_stored_card_is_charged(self, adyen: Adyen.Adyen, served: Simulator) -> None:
        token_id = subscribe(served)
        answer = adyen.checkout.payments_api.payments(
            charge_request(token_id), idempotency_key="charge1"
        )
        assert answer.message["resultCode"] == "Authorised"
        assert answer.message["merchantReference"] == "S1M2A1"

    def test_a_refusal_is_an_answer_of_its_own(self, adyen: Adyen.Adyen, served: Simulator) -> None:
        token_id = subscribe(served)
        served.admin("PUT", f"/scripts/token/{token_id}", {"outcomes": ["12"]})
        answer = adyen.checkout.payments_api.payments(charge_request(token_id))
        assert answer.status_code == 200
        assert answer.message["resultCode"] == "Refused"
        assert answer.message["refusalReasonCode"] == "12"
        assert answer.message["refusalReason"] == "Not enough balance"

    def test_stored_methods_are_listed_and_deleted(
        self, adyen: Adyen.Adyen, served: Simulator
    ) -> None:
        token_id = subscribe(served)
        recurring = adyen.checkout.recurring_api
        owner = {**MERCHANT, "shopperReference": "shopper1"}
        listed = recurring.get_tokens_for_stored_payment_details(query_parameters=owner).message
        assert [token["id"] for token in listed["storedPaymentMethods"]] == [token_id]
        assert listed["storedPaymentMethods"][0]["lastFour"] == "1111"
        deleted = recurring.delete_token_for_stored_payment_details(
            token_id, query_parameters=owner
        )
        assert deleted.status_code == 204
        listed = recurring.get_tokens_for_stored_payment_details(query_parameters=owner).message
        assert listed["storedPaymentMethods"] == []


class TestModifications:
    @pytest.mark.parametrize(
        ("call", "extra"),
        [
            ("refund_captured_payment", {"amount": {"currency": "EUR", "value": 500}}),
            ("capture_authorised_payment", {"amount": {"currency": "EUR", "value": 500}}),
            ("cancel_authorised_payment_by_psp_reference", {}),
            ("refund_or_cancel_payment", {}),
        ],
    )
    def test_a_modification_is_received(
        self, adyen: Adyen.Adyen, served: Simulator, call: str, extra: dict[str, Any]
    ) -> None:
        psp = served.world.state.tokens[subscribe(served)].first_psp
        request = {**MERCHANT, "reference": "R1", **extra}
        answer = getattr(adyen.checkout.modifications_api, call)(request, psp)
        assert answer.status_code == 201
        assert answer.message["status"] == "received"
        assert answer.message["paymentPspReference"] == psp
        assert answer.message["pspReference"] != psp

    def test_a_payment_is_cancelled_by_its_reference(
        self, adyen: Adyen.Adyen, served: Simulator
    ) -> None:
        subscribe(served)
        answer = adyen.checkout.modifications_api.cancel_authorised_payment(
            {**MERCHANT, "paymentReference": "O1"}
        )
        assert answer.message["paymentReference"] == "O1"


class TestErrors:
    def test_a_wrong_key_is_unauthorized(self, adyen: Adyen.Adyen) -> None:
        adyen.client.xapikey = "AQEother"
        with pytest.raises(AdyenAPIAuthenticationError) as refused:
            _sessions(adyen)
        assert refused.value.error_code == "000"

    def test_another_merchant_account_is_forbidden(self, adyen: Adyen.Adyen) -> None:
        with pytest.raises(AdyenAPIInvalidPermission) as refused:
            _sessions(adyen, merchantAccount="SomebodyElseECOM")
        assert refused.value.error_code == "901"

    @pytest.mark.parametrize(
        ("changes", "code", "told"),
        [
            ({"retrunUrl": "typo"}, "702", "unknown fields: [retrunUrl]"),
            ({"reference": "x" * 81}, "702", "'reference'"),
            ({"amount": {"currency": "EUR", "value": -1}}, "137", "amount"),
            ({"amount": {"currency": "EURO", "value": 1}}, "702", "amount.currency"),
            ({"expiresAt": "2026-12-03T09:00:00Z"}, "14_044", "24 hours"),
        ],
    )
    def test_a_faulty_request_is_unprocessable(
        self, adyen: Adyen.Adyen, changes: dict[str, Any], code: str, told: str
    ) -> None:
        with pytest.raises(AdyenAPIUnprocessableEntity) as refused:
            _sessions(adyen, **changes)
        assert refused.value.error_code == code
        assert told in refused.value.raw_response

    def test_a_missing_return_url_has_its_own_code(self, adyen: Adyen.Adyen) -> None:
        request = session_request()
        del request["returnUrl"]
        with pytest.raises(AdyenAPIUnprocessableEntity) as refused:
            adyen.checkout.payments_api.sessions(request)
        assert refused.value.error_code == "14_030"

    def test_a_dropped_connection_reaches_the_caller_as_such(
        self, adyen: Adyen.Adyen, served: Simulator
    ) -> None:
        """The charge was made, the answer is lost: the same key finds it again."""
        token_id = subscribe(served)
        served.admin("POST", "/faults/api", {"kind": "timeout_after", "operation": "payments"})
        request = charge_request(token_id)
        payments = adyen.checkout.payments_api
        with pytest.raises(requests.exceptions.ConnectionError):
            payments.payments(request, idempotency_key="charge1")
        answer = payments.payments(request, idempotency_key="charge1")
        assert answer.message["resultCode"] == "Authorised"
        sums = served.admin("GET", "/payments")["by_reference"]["S1M2A1"]
        assert sums["capture_count"] == 1
        assert sums["captured_minor"] == 2000
