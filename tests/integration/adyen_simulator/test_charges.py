"""Merchant-initiated charges: whose token, which outcome, how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.adyen_simulator.conftest import (
    Inbox,
    charge,
    charge_request,
    open_session,
    subscribe,
)

if TYPE_CHECKING:
    from infra.local.adyen import Simulator


class TestToken:
    @pytest.mark.parametrize(
        "changes",
        [
            {"shopperReference": "somebodyelse"},
            {"paymentMethod": {"type": "scheme", "storedPaymentMethodId": "UNKNOWN"}},
            {"paymentMethod": {"type": "paypal", "storedPaymentMethodId": ""}},
            {"recurringProcessingModel": "UnscheduledCardOnFile"},
        ],
    )
    def test_a_charge_that_does_not_fit_its_token_is_refused(
        self, sim: Simulator, changes: dict[str, Any]
    ) -> None:
        body = charge(sim, subscribe(sim), **changes)
        assert (body["status"], body["errorCode"]) == (422, "800")

    def test_another_method_than_the_tokens_is_refused(self, sim: Simulator) -> None:
        token_id = subscribe(sim)
        method = {"type": "paypal", "storedPaymentMethodId": token_id}
        assert charge(sim, token_id, paymentMethod=method)["errorCode"] == "800"

    def test_a_disabled_token_is_refused(self, sim: Simulator) -> None:
        token_id = subscribe(sim)
        sim.admin("POST", f"/tokens/{token_id}/disable")
        assert charge(sim, token_id)["errorCode"] == "800"

    def test_a_token_of_another_model_is_refused(self, sim: Simulator) -> None:
        token_id = subscribe(sim, recurringProcessingModel="CardOnFile")
        assert charge(sim, token_id)["errorCode"] == "800"

    def test_paypal_and_direct_debits_are_charged_too(self, sim: Simulator) -> None:
        sim.pay(open_session(sim)["id"], method="paypal")
        sim.pay(open_session(sim)["id"], iban="FR1420041010050500013M02606")
        codes = {}
        for token in sim.admin("GET", "/tokens")["tokens"]:
            method = {"type": token["method"], "storedPaymentMethodId": token["id"]}
            answer = charge(sim, token["id"], paymentMethod=method)
            codes[token["method"]] = answer["resultCode"]
        assert codes == {"paypal": "Authorised", "sepadirectdebit": "Received"}

    def test_an_expired_then_updated_card(self, sim: Simulator, inbox: Inbox) -> None:
        token_id = subscribe(sim)
        sim.admin("PATCH", f"/tokens/{token_id}", {"expires_at": "2026-12-01T00:00:00Z"})
        assert charge(sim, token_id)["refusalReasonCode"] == "6"
        sim.admin("POST", f"/tokens/{token_id}/update")
        assert charge(sim, token_id)["resultCode"] == "Authorised"
        sim.deliver_pending()
        assert "recurring.token.updated" in inbox.events()

    def test_a_revoked_mandate(self, sim: Simulator) -> None:
        token_id = subscribe(sim)
        sim.admin("PATCH", f"/tokens/{token_id}", {"revoked_at": "2026-12-01T00:00:00Z"})
        assert charge(sim, token_id)["refusalReasonCode"] == "26"


class TestScripts:
    def _codes(self, sim: Simulator, token_id: str, count: int) -> list[str]:
        answers = [charge(sim, token_id, reference=f"S1A{n}") for n in range(count)]
        return [answer.get("refusalReasonCode", answer["resultCode"]) for answer in answers]

    def test_a_token_follows_its_script(self, sim: Simulator) -> None:
        token_id = subscribe(sim)
        script = {"outcomes": ["Authorised", "12", {"outcome": "5", "raw": "04", "advice": "03"}]}
        sim.admin("PUT", f"/scripts/token/{token_id}", script)
        assert self._codes(sim, token_id, 4) == ["Authorised", "12", "5", "Authorised"]

    def test_the_last_word_of_a_script_may_repeat(self, sim: Simulator) -> None:
        subscribe(sim)
        token_id = subscribe(sim, shopperReference="shopper2")
        sim.admin("PUT", "/scripts/shopper/shopper2", {"outcomes": ["12"], "then": "2"})
        answers = [charge(sim, token_id, shopperReference="shopper2") for _ in range(3)]
        assert [answer["refusalReasonCode"] for answer in answers] == ["12", "2", "2"]

    def test_the_scheme_s_own_words_are_told(self, sim: Simulator) -> None:
        token_id = subscribe(sim)
        line = {"outcome": "12", "raw": "51 : Insufficient funds", "advice": "24"}
        sim.admin("PUT", f"/scripts/token/{token_id}", {"outcomes": [line]})
        extra = charge(sim, token_id)["additionalData"]
        assert extra["refusalReasonRaw"] == "51 : Insufficient funds"
        assert extra["merchantAdviceCode"] == "24"

    def test_a_checkout_may_be_scripted(self, sim: Simulator) -> None:
        sim.admin("PUT", "/scripts/checkout/shopper1", {"outcomes": ["2"]})
        session = open_session(sim)
        assert sim.pay(session["id"], method="paypal")["resultCode"] == "Refused"
        assert sim.pay(session["id"], method="paypal")["resultCode"] == "Authorised"

    def test_a_word_that_names_no_outcome_is_refused(self, sim: Simulator) -> None:
        with pytest.raises(ValueError, match="no outcome"):
            sim.admin("PUT", "/scripts/shopper/shopper1", {"outcomes": ["maybe"]})

    def test_a_request_may_ask_for_an_outcome(self, sim: Simulator) -> None:
        wish = {"RequestedTestAcquirerResponseCode": "6"}
        assert charge(sim, subscribe(sim), additionalData=wish)["refusalReasonCode"] == "6"


class TestHolderName:
    """A holder name such as `SIM M2=12/OK M3=OK` plans the months of its card."""

    def _month(self, sim: Simulator, token_id: str, month: int) -> list[str]:
        cycle = {"merchantOrderReference": f"S1M{month}"}
        answers = [charge(sim, token_id, reference=f"S1M{month}A{n}", **cycle) for n in range(2)]
        return [answer.get("refusalReasonCode", answer["resultCode"]) for answer in answers]

    def test_a_month_is_refused_as_often_as_it_is_tried(self, sim: Simulator) -> None:
        token_id = subscribe(sim, holder_name="SIM M2=12 M3=OK")
        assert self._month(sim, token_id, 2) == ["12", "12"]
        assert self._month(sim, token_id, 3) == ["Authorised", "Authorised"]

    def test_attempts_of_a_month_may_differ(self, sim: Simulator) -> None:
        token_id = subscribe(sim, holder_name="SIM M2=12/OK")
        assert self._month(sim, token_id, 2) == ["12", "Authorised"]

    def test_months_count_from_zero_when_only_the_card_was_verified(self, sim: Simulator) -> None:
        free = {"currency": "EUR", "value": 0}
        token_id = subscribe(sim, holder_name="SIM M0=OK M1=NOT_ENOUGH_BALANCE/OK", amount=free)
        assert self._month(sim, token_id, 1) == ["12", "Authorised"]

    def test_a_new_subscription_starts_the_plan_afresh(self, sim: Simulator) -> None:
        token_id = subscribe(sim, holder_name="SIM M2=12 M3=OK")
        self._month(sim, token_id, 2)
        assert subscribe(sim, holder_name="SIM M2=12 M3=OK") == token_id
        assert self._month(sim, token_id, 2) == ["12", "12"]


class TestMoney:
    def test_an_accepted_charge_is_captured_at_once(self, sim: Simulator) -> None:
        charge(sim, subscribe(sim))
        sums = sim.admin("GET", "/payments")["by_merchant_order_reference"]["S1M2"]
        assert sums == {
            "authorised_count": 1,
            "capture_count": 1,
            "captured_minor": 2000,
            "refunded_minor": 0,
        }

    def test_a_refused_charge_takes_nothing(self, sim: Simulator) -> None:
        token_id = subscribe(sim, holder_name="SIM M2=12")
        charge(sim, token_id)
        assert sim.admin("GET", "/payments")["by_reference"]["S1M2A1"]["captured_minor"] == 0

    def test_a_delayed_capture_waits_for_the_clock(self, sim: Simulator) -> None:
        charge(sim, subscribe(sim), captureDelayHours=48)
        assert sim.admin("GET", "/payments?reference=S1M2A1")["payments"][0]["captured_minor"] == 0
        sim.admin("PUT", "/clock", {"advance_seconds": 48 * 3600})
        sim.deliver_pending()
        payment = sim.admin("GET", "/payments?reference=S1M2A1")["payments"][0]
        assert payment["captured_minor"] == 2000

    @pytest.mark.parametrize(("word", "success"), [("13", "true"), ("13>12", "false")])
    def test_a_late_answer_comes_by_webhook(
        self, sim: Simulator, inbox: Inbox, word: str, success: str
    ) -> None:
        token_id = subscribe(sim)
        sim.admin("PUT", f"/scripts/token/{token_id}", {"outcomes": [word]})
        assert charge(sim, token_id)["resultCode"] == "Received"
        before = sim.deliver_pending()
        assert [item["merchantReference"] for item in inbox.items()] == ["O1"]
        assert before.next_due_at is not None
        sim.admin("PUT", "/clock", {"now": before.next_due_at.isoformat()})
        sim.deliver_pending()
        assert inbox.items()[-1]["merchantReference"] == "S1M2A1"
        assert inbox.items()[-1]["success"] == success

    def test_card_data_in_clear_is_refused(self, sim: Simulator) -> None:
        method = {"type": "scheme", "number": "4111111111111111", "expiryMonth": "03"}
        request = charge_request("", paymentMethod=method, shopperInteraction="Ecommerce")
        assert sim.api("POST", "/payments", request).json()["errorCode"] == "010"

    def test_a_first_payment_may_come_from_a_server(self, sim: Simulator) -> None:
        method = {
            "type": "scheme",
            "encryptedCardNumber": "test_4111111111111111",
            "encryptedExpiryMonth": "test_03",
            "encryptedExpiryYear": "test_2030",
            "encryptedSecurityCode": "test_737",
        }
        request = charge_request(
            "", paymentMethod=method, shopperInteraction="Ecommerce", storePaymentMethod=True
        )
        answer = sim.api("POST", "/payments", request).json()
        token_id = answer["additionalData"]["tokenization.storedPaymentMethodId"]
        assert charge(sim, token_id)["resultCode"] == "Authorised"
