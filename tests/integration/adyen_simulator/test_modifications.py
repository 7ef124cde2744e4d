"""Captures, refunds, cancels, reversals, and the events that nobody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.adyen_simulator.conftest import Inbox, charge, open_session, subscribe

if TYPE_CHECKING:
    from infra.local.adyen import Simulator


def _modify(sim: Simulator, psp: str, kind: str, value: int | None = None) -> Any:
    body: dict[str, Any] = {"merchantAccount": "ClairiereECOM", "reference": "R1"}
    if value is not None:
        body["amount"] = {"currency": "EUR", "value": value}
    return sim.api("POST", f"/payments/{psp}/{kind}", body)


def _payment(sim: Simulator, psp: str) -> dict[str, Any]:
    found: dict[str, Any] = sim.admin("GET", f"/payments?psp_reference={psp}")["payments"][0]
    return found


@pytest.fixture
def paid(sim: Simulator) -> str:
    return str(charge(sim, subscribe(sim))["pspReference"])


@pytest.fixture
def authorised(sim: Simulator) -> str:
    manual = {"manualCapture": "true"}
    return str(charge(sim, subscribe(sim), additionalData=manual)["pspReference"])


def _last(sim: Simulator, inbox: Inbox) -> dict[str, Any]:
    sim.deliver_pending()
    return inbox.items()[-1]


class TestRefunds:
    def test_parts_are_refunded_up_to_the_whole(
        self, sim: Simulator, inbox: Inbox, paid: str
    ) -> None:
        answer = _modify(sim, paid, "refunds", 1500)
        assert answer.json()["status"] == "received"
        item = _last(sim, inbox)
        assert (item["eventCode"], item["success"]) == ("REFUND", "true")
        assert item["pspReference"] == answer.json()["pspReference"]
        assert item["originalReference"] == paid
        assert item["merchantReference"] == "R1"
        assert _modify(sim, paid, "refunds", 501).status == 201
        item = _last(sim, inbox)
        assert (item["success"], item["reason"]) == ("false", "Insufficient balance on payment")
        assert _payment(sim, paid)["refunded_minor"] == 1500

    def test_what_is_not_captured_is_not_refunded(
        self, sim: Simulator, inbox: Inbox, authorised: str
    ) -> None:
        _modify(sim, authorised, "refunds", 100)
        assert _last(sim, inbox)["success"] == "false"

    def test_a_refund_may_fail_later(self, sim: Simulator, inbox: Inbox) -> None:
        token_id = subscribe(sim, holder_name="refund failed")
        psp = str(charge(sim, token_id)["pspReference"])
        _modify(sim, psp, "refunds", 2000)
        sim.deliver_pending()
        events = [(item["eventCode"], item["success"]) for item in inbox.items()[-2:]]
        assert events == [("REFUND", "true"), ("REFUND_FAILED", "true")]
        assert _payment(sim, psp)["refunded_minor"] == 0

    @pytest.mark.parametrize(
        ("psp", "amount", "code"),
        [
            ("UNKNOWN", {"currency": "EUR", "value": 1}, "167"),
            ("", {"currency": "USD", "value": 1}, "138"),
            ("", {"currency": "EUR", "value": 0}, "137"),
        ],
    )
    def test_a_senseless_request_is_refused(
        self, sim: Simulator, paid: str, psp: str, amount: dict[str, Any], code: str
    ) -> None:
        body = {"merchantAccount": "ClairiereECOM", "amount": amount}
        answer = sim.api("POST", f"/payments/{psp or paid}/refunds", body)
        assert (answer.status, answer.json()["errorCode"]) == (422, code)


class TestCapturesAndCancels:
    def test_captures_never_exceed_the_authorisation(
        self, sim: Simulator, inbox: Inbox, authorised: str
    ) -> None:
        _modify(sim, authorised, "captures", 1500)
        assert _last(sim, inbox)["success"] == "true"
        _modify(sim, authorised, "captures", 501)
        assert _last(sim, inbox)["success"] == "false"
        assert _payment(sim, authorised)["captured_minor"] == 1500

    def test_a_cancel_comes_before_the_capture(
        self, sim: Simulator, inbox: Inbox, authorised: str, paid: str
    ) -> None:
        _modify(sim, authorised, "cancels")
        assert _last(sim, inbox)["success"] == "true"
        _modify(sim, authorised, "captures", 2000)
        assert _last(sim, inbox)["success"] == "false"
        _modify(sim, paid, "cancels")
        assert _last(sim, inbox)["success"] == "false"

    @pytest.mark.parametrize(
        ("capture", "action", "refunded"), [(False, "cancel", 0), (True, "refund", 2000)]
    )
    def test_a_reversal_does_what_is_left_to_do(
        self,
        sim: Simulator,
        inbox: Inbox,
        authorised: str,
        capture: bool,  # noqa: FBT001
        action: str,
        refunded: int,
    ) -> None:
        if capture:
            _modify(sim, authorised, "captures", 2000)
        _modify(sim, authorised, "reversals")
        item = _last(sim, inbox)
        assert (item["eventCode"], item["success"]) == ("CANCEL_OR_REFUND", "true")
        assert item["additionalData"]["modification.action"] == action
        assert _payment(sim, authorised)["refunded_minor"] == refunded

    def test_a_reversal_is_of_the_whole_only(self, sim: Simulator, inbox: Inbox, paid: str) -> None:
        _modify(sim, paid, "refunds", 1)
        _modify(sim, paid, "reversals")
        assert _last(sim, inbox)["success"] == "false"

    def test_a_refused_payment_cannot_be_changed(self, sim: Simulator, inbox: Inbox) -> None:
        sim.pay(open_session(sim)["id"], holder_name="DECLINED")
        psp = sim.admin("GET", "/payments")["payments"][0]["psp_reference"]
        _modify(sim, psp, "reversals")
        assert _last(sim, inbox)["success"] == "false"


class TestIncidents:
    def _happen(self, sim: Simulator, psp: str, event: str, **more: Any) -> dict[str, Any]:
        body = {"event": event, **more}
        view: dict[str, Any] = sim.admin("POST", f"/payments/{psp}/events", body)
        return view

    def test_a_dispute_keeps_one_reference_and_moves_the_money(
        self, sim: Simulator, inbox: Inbox, paid: str
    ) -> None:
        story = ("NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK", "CHARGEBACK_REVERSED")
        disputed = [self._happen(sim, paid, event)["disputed_minor"] for event in story]
        assert disputed == [0, 2000, 0]
        sim.deliver_pending()
        items = inbox.items()[-3:]
        assert tuple(item["eventCode"] for item in items) == story
        assert len({item["pspReference"] for item in items}) == 1
        assert {item["originalReference"] for item in items} == {paid}

    def test_money_under_dispute_is_not_refunded(
        self, sim: Simulator, inbox: Inbox, paid: str
    ) -> None:
        self._happen(sim, paid, "CHARGEBACK")
        _modify(sim, paid, "refunds", 2000)
        assert _last(sim, inbox)["success"] == "false"

    def test_a_capture_that_fails(self, sim: Simulator, paid: str) -> None:
        view = self._happen(sim, paid, "CAPTURE_FAILED")
        assert (view["captured_minor"], view["capture_count"]) == (0, 0)

    @pytest.mark.parametrize(
        ("name", "event"), [("capture failed", "CAPTURE_FAILED"), ("Chargeback", "CHARGEBACK")]
    )
    def test_a_holder_name_foretells_an_incident(
        self, sim: Simulator, inbox: Inbox, name: str, event: str
    ) -> None:
        charge(sim, subscribe(sim, holder_name=name))
        sim.deliver_pending()
        assert event in inbox.events()

    @pytest.mark.parametrize(
        "event",
        [
            "NOTIFICATION_OF_FRAUD",
            "REQUEST_FOR_INFORMATION",
            "SECOND_CHARGEBACK",
            "PREARBITRATION_WON",
            "PREARBITRATION_LOST",
            "DISPUTE_DEFENSE_PERIOD_ENDED",
            "INFORMATION_SUPPLIED",
            "REFUND_FAILED",
            "REFUNDED_REVERSED",
            "EXPIRE",
        ],
    )
    def test_each_event_keeps_to_its_published_schema(
        self, sim: Simulator, paid: str, event: str
    ) -> None:
        self._happen(sim, paid, event, amount_minor=100)
        assert sim.admin("GET", "/state")["violations"] == []

    def test_an_unknown_event_is_refused(self, sim: Simulator, paid: str) -> None:
        with pytest.raises(ValueError, match="events"):
            self._happen(sim, paid, "EARTHQUAKE")
