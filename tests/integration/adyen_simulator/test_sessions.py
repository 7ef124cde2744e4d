"""A session is paid once, in its time, by its own shopper."""

from __future__ import annotations

import pytest

from infra.local.adyen import Simulator
from tests.integration.adyen_simulator.conftest import (
    Inbox,
    open_session,
    options,
    session_request,
    subscribe,
)


def _pays(sim: Simulator, **payment: str) -> str:
    return str(sim.pay(open_session(sim)["id"], **payment)["resultCode"])


class TestOutcomes:
    @pytest.mark.parametrize(
        ("payment", "code"),
        [
            ({"card": "4111111111111111"}, "Authorised"),
            ({"card": "370000000000002"}, "Authorised"),
            ({"holder_name": "NOT_ENOUGH_BALANCE"}, "Refused"),
            ({"holder_name": "SIM M1=12"}, "Refused"),
            ({"holder_name": "FRAUD_CANCELLED"}, "Cancelled"),
            ({"holder_name": "ERROR"}, "Error"),
            ({"holder_name": "PENDING"}, "Received"),
            ({"card": "5454545454545454"}, "Authorised"),
            ({"card": "5454545454545454", "verdict": "N"}, "Refused"),
            ({"card": "5454545454545454", "verdict": "C"}, "Refused"),
            ({"method": "paypal"}, "Authorised"),
            ({"method": "paypal", "verdict": "C"}, "Cancelled"),
            ({"iban": "FR1420041010050500013M02606"}, "Received"),
            ({"expiry_month": "11", "expiry_year": "2026"}, "Refused"),
        ],
    )
    def test_each_payment_has_its_outcome(
        self, sim: Simulator, payment: dict[str, str], code: str
    ) -> None:
        assert _pays(sim, **payment) == code
        assert sim.admin("GET", "/state")["violations"] == []

    def test_a_failed_authentication_is_refused_with_its_own_code(self, sim: Simulator) -> None:
        _pays(sim, card="5454545454545454", verdict="N")
        assert sim.admin("GET", "/payments")["payments"][0]["refusal_code"] == "11"

    def test_a_french_card_may_be_paid_under_either_brand(self, sim: Simulator) -> None:
        _pays(sim, card="4035501000000008")
        _pays(sim, card="4035501000000008", brand="visa")
        brands = [payment["brand"] for payment in sim.admin("GET", "/payments")["payments"]]
        assert brands == ["cartebancaire", "visa"]

    @pytest.mark.parametrize("number", ["4539578763621486", "4111111111111112"])
    def test_a_number_that_is_not_published_is_refused(self, sim: Simulator, number: str) -> None:
        with pytest.raises(ValueError, match="Invalid card number"):
            _pays(sim, card=number)

    def test_an_account_that_is_not_published_is_refused(self, sim: Simulator) -> None:
        with pytest.raises(ValueError, match="Invalid iban"):
            _pays(sim, iban="FR7630006000011234567890189")


class TestZeroAmount:
    def test_a_verification_stores_the_card_and_takes_nothing(self, sim: Simulator) -> None:
        token_id = subscribe(sim, amount={"currency": "EUR", "value": 0})
        payment = sim.admin("GET", "/payments")["payments"][0]
        assert payment["token_id"] == token_id
        assert payment["captured_minor"] == 0
        assert payment["capture_count"] == 0

    def test_no_mandate_is_offered(self, sim: Simulator) -> None:
        session = open_session(sim, amount={"currency": "EUR", "value": 0})
        with pytest.raises(ValueError, match="not available"):
            sim.pay(session["id"], iban="FR1420041010050500013M02606")


class TestOnce:
    def test_a_paid_session_refuses_a_second_payment(self, sim: Simulator) -> None:
        session = open_session(sim)
        sim.pay(session["id"])
        with pytest.raises(ValueError, match="The session is completed"):
            sim.pay(session["id"])
        assert sim.admin("GET", "/state")["counts"]["payments"] == 1

    def test_a_debit_on_its_way_refuses_a_second_payment(self, sim: Simulator) -> None:
        session = open_session(sim)
        sim.pay(session["id"], iban="FR1420041010050500013M02606")
        with pytest.raises(ValueError, match="paymentPending"):
            sim.pay(session["id"])

    def test_a_session_expires_on_the_virtual_clock(self, sim: Simulator) -> None:
        session = open_session(sim)
        sim.admin("PUT", "/clock", {"advance_seconds": 3600})
        with pytest.raises(ValueError, match="expired"):
            sim.pay(session["id"])

    def test_a_chosen_expiry_is_kept(self, sim: Simulator) -> None:
        session = open_session(sim, expiresAt="2026-12-01T20:00:00Z")
        sim.admin("PUT", "/clock", {"advance_seconds": 3600 * 10})
        assert sim.pay(session["id"])["resultCode"] == "Authorised"

    def test_after_a_refusal_the_shopper_may_try_again(self, sim: Simulator) -> None:
        session = open_session(sim)
        sim.pay(session["id"], holder_name="DECLINED")
        assert sim.pay(session["id"])["resultCode"] == "Authorised"

    def test_too_many_refusals_close_the_session(self, inbox: Inbox) -> None:
        sim = Simulator(options(refused_attempts_max=2), transport=inbox)
        session = open_session(sim)
        for _ in range(2):
            sim.pay(session["id"], holder_name="DECLINED")
        with pytest.raises(ValueError, match="refused"):
            sim.pay(session["id"])


class TestResult:
    def test_the_view_behind_a_result_never_changes(self, sim: Simulator) -> None:
        session = open_session(sim)
        refused = sim.pay(session["id"], holder_name="DECLINED")["sessionResult"]
        paid = sim.pay(session["id"])["sessionResult"]
        assert _read(sim, session["id"], refused)["status"] == "active"
        assert _read(sim, session["id"], paid)["status"] == "completed"
        assert _read(sim, session["id"], refused)["payments"] == []

    def test_a_result_opens_its_own_session_only(self, sim: Simulator) -> None:
        one, other = open_session(sim), open_session(sim)
        result = sim.pay(one["id"])["sessionResult"]
        assert _read(sim, other["id"], result)["errorCode"] == "14_041"


def _read(sim: Simulator, session_id: str, result: str) -> dict[str, object]:
    target = f"/checkout/v72/sessions/{session_id}"
    quoted = result.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    key = {"x-api-key": sim.options.api_key}
    answer: dict[str, object] = sim.call(
        "GET", f"{target}?sessionResult={quoted}", headers=key
    ).json()
    return answer


class TestStorage:
    def test_nothing_is_stored_unless_asked(self, sim: Simulator) -> None:
        sim.pay(open_session(sim, storePaymentMethodMode="disabled")["id"])
        assert sim.admin("GET", "/tokens")["tokens"] == []

    def test_the_same_card_is_found_again(self, sim: Simulator, inbox: Inbox) -> None:
        first = subscribe(sim)
        assert subscribe(sim) == first
        sim.deliver_pending()
        assert inbox.events().count("recurring.token.created") == 1
        assert inbox.events().count("recurring.token.alreadyExisting") == 1

    def test_the_request_is_echoed_with_what_the_page_needs(self, sim: Simulator) -> None:
        session = open_session(sim)
        assert session["expiresAt"] == "2026-12-01T10:00:00Z"
        assert session["sessionData"]
        assert {name: session[name] for name in session_request()} == session_request()
