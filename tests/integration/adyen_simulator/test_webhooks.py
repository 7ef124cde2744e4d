"""Webhooks: signed, ordered, retried on the virtual clock, and spoilt on request."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from Adyen.util import is_valid_hmac_notification, is_valid_hmac_payload

from infra.local.adyen import Simulator
from tests.integration.adyen_simulator.conftest import (
    SHOP,
    Inbox,
    charge,
    open_session,
    options,
    subscribe,
)


def _arm(sim: Simulator, kind: str, **fault: Any) -> None:
    sim.admin("POST", "/faults/webhooks", {"kind": kind, **fault})


def _valid(sim: Simulator, body: bytes) -> bool:
    return is_valid_hmac_notification(json.loads(body), sim.options.hmac_key) is True


class TestContent:
    def test_a_first_payment_tells_its_authorisation_and_its_token(
        self, sim: Simulator, inbox: Inbox
    ) -> None:
        token_id = subscribe(sim)
        report = sim.deliver_pending()
        assert (report.delivered, report.queued, report.due) == (2, 0, 0)
        assert inbox.events() == ["AUTHORISATION", "recurring.token.created"]
        item = inbox.items()[0]
        assert item["success"] == "true"
        assert item["amount"] == {"currency": "EUR", "value": 2000}
        assert item["operations"] == ["CANCEL", "CAPTURE", "REFUND"]
        assert item["additionalData"]["tokenization.storedPaymentMethodId"] == token_id
        assert item["reason"].split(":")[1:] == ["1111", "03/2029"]
        token = json.loads(inbox.received[1][1])
        assert token["data"]["storedPaymentMethodId"] == token_id
        assert token["eventId"] == item["pspReference"]

    def test_a_refusal_tells_its_reason(self, sim: Simulator, inbox: Inbox) -> None:
        sim.pay(open_session(sim)["id"], holder_name="DECLINED : 06 : ERROR")
        sim.deliver_pending()
        item = inbox.items()[0]
        assert (item["success"], item["reason"]) == ("false", "Refused")
        assert item["additionalData"]["refusalReasonRaw"] == "06 : ERROR"

    def test_each_endpoint_has_its_address_and_credentials(
        self, sim: Simulator, inbox: Inbox
    ) -> None:
        subscribe(sim)
        sim.deliver_pending()
        assert [url for url, _, _ in inbox.received] == [
            f"{SHOP}/webhooks/adyen",
            f"{SHOP}/webhooks/adyen/tokens",
        ]
        pair = f"{sim.options.webhook_user}:{sim.options.webhook_password}".encode()
        expected = f"Basic {base64.b64encode(pair).decode()}"
        assert {headers["authorization"] for _, _, headers in inbox.received} == {expected}


class TestSignatures:
    def test_the_library_accepts_both(self, sim: Simulator, inbox: Inbox) -> None:
        subscribe(sim)
        sim.deliver_pending()
        (_, standard, _), (_, token, headers) = inbox.received
        assert _valid(sim, standard)
        key = sim.options.token_hmac_key
        assert is_valid_hmac_payload(headers["hmacsignature"], key, token) is True

    def test_the_two_keys_differ(self, sim: Simulator, inbox: Inbox) -> None:
        subscribe(sim)
        sim.deliver_pending()
        _, body, headers = inbox.received[1]
        assert not is_valid_hmac_payload(headers["hmacsignature"], sim.options.hmac_key, body)


class TestDelivery:
    def test_nothing_leaves_before_it_is_asked_for(self, sim: Simulator, inbox: Inbox) -> None:
        subscribe(sim)
        assert inbox.received == []
        assert sim.admin("GET", "/state")["webhooks"]["due"] == 2

    def test_a_failure_is_retried_on_the_virtual_clock(self, sim: Simulator, inbox: Inbox) -> None:
        sim.pay(open_session(sim, storePaymentMethodMode="disabled")["id"])
        inbox.answers = [500, 0, 302]
        for waited in (9, 18, 27):
            report = sim.deliver_pending()
            assert (report.failed, report.queued, report.due) == (1, 1, 0)
            assert report.next_due_at is not None
            assert (report.next_due_at - sim.world.now()).total_seconds() == waited
            assert sim.deliver_pending().failed == 0
            sim.admin("PUT", "/clock", {"advance_seconds": waited})
        assert sim.deliver_pending().delivered == 1
        assert len({body for _, body, _ in inbox.received}) == 1

    def test_an_event_is_given_up_after_thirty_days(self, sim: Simulator, inbox: Inbox) -> None:
        sim.pay(open_session(sim, storePaymentMethodMode="disabled")["id"])
        inbox.answers = [500] * 500
        for _ in range(200):
            if sim.deliver_pending().next_due_at is None:
                break
            sim.admin("PUT", "/clock", {"advance_seconds": 28800})
        assert sim.admin("GET", "/state")["webhooks"]["by_status"] == {"given_up": 1}

    def test_a_failing_event_holds_back_those_behind_it(self, sim: Simulator, inbox: Inbox) -> None:
        token_id = subscribe(sim)
        charge(sim, token_id)
        inbox.answers = [500]
        sim.deliver_pending()
        assert inbox.events() == ["AUTHORISATION", "recurring.token.created"]
        sim.admin("PUT", "/clock", {"advance_seconds": 9})
        sim.deliver_pending()
        assert [item["merchantReference"] for item in inbox.items()] == ["O1", "O1", "S1M2A1"]

    def test_a_receiver_may_call_back_and_cause_more(self, inbox: Inbox) -> None:
        """What a delivery causes is delivered by the same call: the system comes to rest."""
        charged: list[int] = []

        def receive(url: str, body: bytes, headers: dict[str, str]) -> int:
            if not charged and "recurring.token.created" in body.decode():
                token_id = json.loads(body)["data"]["storedPaymentMethodId"]
                charged.append(len(charge(sim, token_id)))
            return inbox(url, body, headers)

        sim = Simulator(options(), transport=receive)
        subscribe(sim)
        assert sim.deliver_pending().queued == 0
        assert inbox.events().count("AUTHORISATION") == 2

    def test_a_receiver_may_ask_for_a_delivery_itself(self, inbox: Inbox) -> None:
        """The delivery that goes on will take care of it: nothing is sent twice or stuck."""

        def receive(url: str, body: bytes, headers: dict[str, str]) -> int:
            assert sim.deliver_pending().delivered == 0
            return inbox(url, body, headers)

        sim = Simulator(options(), transport=receive)
        subscribe(sim)
        assert sim.deliver_pending().delivered == 2
        assert len(inbox.received) == 2

    def test_without_an_address_events_wait(self, inbox: Inbox) -> None:
        sim = Simulator(options(token_webhook_url=""), transport=inbox)
        subscribe(sim)
        assert sim.deliver_pending().queued == 1


class TestFaults:
    def _events(self, sim: Simulator, inbox: Inbox) -> list[str]:
        token_id = subscribe(sim)
        charge(sim, token_id)
        sim.deliver_pending()
        return [item["merchantReference"] for item in inbox.items()]

    def test_lost(self, sim: Simulator, inbox: Inbox) -> None:
        _arm(sim, "lose", event="AUTHORISATION")
        assert self._events(sim, inbox) == ["S1M2A1"]
        assert sim.admin("GET", "/state")["webhooks"]["by_status"]["lost"] == 1

    def test_duplicated(self, sim: Simulator, inbox: Inbox) -> None:
        _arm(sim, "duplicate", event="AUTHORISATION")
        assert self._events(sim, inbox) == ["O1", "O1", "S1M2A1"]

    def test_reordered(self, sim: Simulator, inbox: Inbox) -> None:
        _arm(sim, "reorder", reference="S1M2A1")
        token_id = subscribe(sim, storePaymentMethodMode="enabled")
        sim.deliver_pending()
        charge(sim, token_id, reference="S1M2A0")
        charge(sim, token_id)
        sim.deliver_pending()
        references = [item["merchantReference"] for item in inbox.items()]
        assert references == ["O1", "S1M2A1", "S1M2A0"]

    def test_delayed(self, sim: Simulator, inbox: Inbox) -> None:
        _arm(sim, "delay", event="AUTHORISATION", delay_seconds=3600)
        assert self._events(sim, inbox) == ["S1M2A1"]
        sim.admin("PUT", "/clock", {"advance_seconds": 3600})
        sim.deliver_pending()
        assert [item["merchantReference"] for item in inbox.items()] == ["S1M2A1", "O1"]

    def test_before_the_answer(self, sim: Simulator, inbox: Inbox) -> None:
        token_id = subscribe(sim)
        sim.deliver_pending()
        sim.admin("POST", "/faults/api", {"kind": "webhook_first", "operation": "payments"})
        charge(sim, token_id)
        assert inbox.items()[-1]["merchantReference"] == "S1M2A1"

    @pytest.mark.parametrize(
        ("kind", "valid"),
        [
            ("forge_hmac", False),
            ("forge_key", False),
            ("forge_merchant", True),
            ("forge_live", True),
            ("forge_second_item", True),
        ],
    )
    def test_forged(self, sim: Simulator, inbox: Inbox, kind: str, valid: bool) -> None:  # noqa: FBT001
        """A forgery comes first, then the genuine event."""
        _arm(sim, kind, event="AUTHORISATION")
        inbox.answers = [401]
        sim.pay(open_session(sim, storePaymentMethodMode="disabled")["id"])
        report = sim.deliver_pending()
        assert (report.forged, report.delivered, report.failed) == (1, 1, 0)
        bodies = [body for _, body, _ in inbox.received]
        assert [_valid(sim, body) for body in bodies] == [valid, True]
        assert bodies[0] != bodies[1]
        assert sim.admin("GET", "/state")["webhooks"]["forgeries_accepted"] == 0

    def test_the_second_of_two_items_is_the_false_one(self, sim: Simulator, inbox: Inbox) -> None:
        _arm(sim, "forge_second_item", event="AUTHORISATION")
        sim.pay(open_session(sim)["id"])
        sim.deliver_pending()
        amounts = [item["amount"]["value"] for item in inbox.items()]
        assert amounts == [2000, 2001, 2000]

    def test_a_receiver_that_takes_a_forgery_is_found_out(self, sim: Simulator) -> None:
        _arm(sim, "forge_key", event="AUTHORISATION")
        subscribe(sim)
        sim.deliver_pending()
        assert sim.admin("GET", "/state")["webhooks"]["forgeries_accepted"] == 1

    @pytest.mark.parametrize(
        ("kind", "valid"),
        [
            ("forge_hmac", [False, True]),
            ("forge_key", [False, True]),
            ("forge_merchant", [True, True]),
            ("forge_live", [True, True]),
            ("forge_second_item", [True]),
        ],
    )
    def test_token_events_are_forged_too(
        self, sim: Simulator, inbox: Inbox, kind: str, valid: list[bool]
    ) -> None:
        _arm(sim, kind, event="recurring.token.created")
        subscribe(sim)
        sim.deliver_pending()
        checks = [
            is_valid_hmac_payload(headers["hmacsignature"], sim.options.token_hmac_key, body)
            for _, body, headers in inbox.received[1:]
        ]
        assert checks == valid

    def test_a_hostile_world_loses_nothing(self, sim: Simulator, inbox: Inbox) -> None:
        sim.admin("PUT", "/faults/profile", {"profile": "hostile"})
        token_id = subscribe(sim)
        for number in range(60):
            charge(sim, token_id, reference=f"S1A{number}")
        sim.deliver_pending()
        sim.admin("PUT", "/clock", {"advance_seconds": 600})
        assert sim.deliver_pending().queued == 0
        references = [item["merchantReference"] for item in inbox.items()]
        assert set(references) == {"O1", *(f"S1A{number}" for number in range(60))}
        assert len(references) > 61
        assert references != sorted(references, key=lambda name: int(name[3:] or 0))


def _authorisation(sim: Simulator) -> int:
    """The number of the first AUTHORISATION."""
    webhooks = sim.admin("GET", "/webhooks")["webhooks"]
    return int(next(view["id"] for view in webhooks if view["event"] == "AUTHORISATION"))


class TestReplay:
    def test_an_event_may_be_sent_again_as_it_was(self, sim: Simulator, inbox: Inbox) -> None:
        subscribe(sim)
        sim.deliver_pending()
        sim.admin("POST", f"/webhooks/{_authorisation(sim)}/replay")
        sim.deliver_pending()
        assert inbox.events().count("AUTHORISATION") == 2
        assert inbox.received[-1][1] == inbox.received[0][1]

    def test_an_event_may_be_forged_afterwards(self, sim: Simulator, inbox: Inbox) -> None:
        subscribe(sim)
        sim.deliver_pending()
        address = f"/webhooks/{_authorisation(sim)}/forge"
        sim.admin("POST", address, {"forgery": "hmac"})
        sim.deliver_pending()
        assert not _valid(sim, inbox.received[-1][1])
        with pytest.raises(ValueError, match="forgeries"):
            sim.admin("POST", address, {"forgery": "nothing"})
        with pytest.raises(ValueError, match="no such webhook"):
            sim.admin("POST", "/webhooks/99/replay")
