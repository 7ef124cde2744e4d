"""One key, one answer: replays, concurrent duplicates, misuse, age."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from infra.local.adyen.wire import ConnectionDropped
from tests.integration.adyen_simulator.conftest import (
    charge_request,
    session_request,
    subscribe,
)

if TYPE_CHECKING:
    from infra.local.adyen import Simulator


def _captures(sim: Simulator, reference: str = "S1M2A1") -> int:
    sums = sim.admin("GET", "/payments")["by_reference"]
    return int(sums[reference]["capture_count"]) if reference in sums else 0


class TestReplay:
    def test_the_same_key_gives_the_same_answer(self, sim: Simulator) -> None:
        request = charge_request(subscribe(sim))
        first = sim.api("POST", "/payments", request, key="k1")
        again = sim.api("POST", "/payments", request, key="k1")
        assert again.body == first.body
        assert again.headers["idempotency-key"] == "k1"
        assert _captures(sim) == 1

    def test_another_key_pays_again(self, sim: Simulator) -> None:
        request = charge_request(subscribe(sim))
        sim.api("POST", "/payments", request, key="k1")
        sim.api("POST", "/payments", request, key="k2")
        assert _captures(sim) == 2

    def test_a_refusal_of_the_request_is_kept_too(self, sim: Simulator) -> None:
        request = session_request(nonsense=True)
        first = sim.api("POST", "/sessions", request, key="k1")
        assert first.status == 422
        assert sim.api("POST", "/sessions", request, key="k1").body == first.body

    def test_a_key_is_forgotten_after_a_week(self, sim: Simulator) -> None:
        """Whoever sends an old key again pays again: that is the trap to notice."""
        request = charge_request(subscribe(sim))
        sim.api("POST", "/payments", request, key="k1")
        sim.admin("PUT", "/clock", {"advance_seconds": 8 * 24 * 3600})
        sim.api("POST", "/payments", request, key="k1")
        assert _captures(sim) == 2

    def test_a_key_that_is_too_long_is_refused(self, sim: Simulator) -> None:
        answer = sim.api("POST", "/sessions", session_request(), key="k" * 65)
        assert answer.status == 422


class TestMisuse:
    def test_another_body_gets_the_first_answer_and_is_logged(self, sim: Simulator) -> None:
        first = sim.api("POST", "/sessions", session_request(), key="k1")
        other = sim.api("POST", "/sessions", session_request(reference="O2"), key="k1")
        assert other.body == first.body
        conflicts = sim.admin("GET", "/state")["idempotency_conflicts"]
        assert [conflict["reason"] for conflict in conflicts] == ["other_body"]

    def test_another_operation_is_refused_and_logged(self, sim: Simulator) -> None:
        token_id = subscribe(sim)
        sim.api("POST", "/sessions", session_request(), key="k1")
        answer = sim.api("POST", "/payments", charge_request(token_id), key="k1")
        assert (answer.status, answer.json()["errorCode"]) == (422, "704")
        assert len(sim.admin("GET", "/state")["idempotency_conflicts"]) == 1


class TestConcurrency:
    def test_a_duplicate_of_a_running_request_is_told_to_wait(self, sim: Simulator) -> None:
        request = charge_request(subscribe(sim))
        sim.admin("POST", "/faults/api", {"kind": "hold", "operation": "payments"})
        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(sim.api, "POST", "/payments", request, key="k1")
            while "k1" not in sim.world.state.ledger.running:
                time.sleep(0.001)
            duplicate = sim.api("POST", "/payments", request, key="k1")
            sim.admin("POST", "/faults/release")
            first = held.result(timeout=5)
        assert (duplicate.status, duplicate.json()["errorCode"]) == (422, "704")
        assert duplicate.headers["transient-error"] == "true"
        assert sim.api("POST", "/payments", request, key="k1").body == first.body
        assert _captures(sim) == 1

    def test_a_crowd_with_one_key_pays_once(self, sim: Simulator) -> None:
        request = charge_request(subscribe(sim))
        with ThreadPoolExecutor(8) as pool:
            sent = [pool.submit(sim.api, "POST", "/payments", request, key="k1") for _ in range(40)]
            answers = [future.result(timeout=10) for future in sent]
        assert {answer.status for answer in answers} <= {200, 422}
        assert len({answer.body for answer in answers if answer.status == 200}) == 1
        assert _captures(sim) == 1


class TestFaults:
    def test_a_timeout_before_does_nothing(self, sim: Simulator) -> None:
        request = charge_request(subscribe(sim))
        sim.admin("POST", "/faults/api", {"kind": "timeout_before", "operation": "payments"})
        with pytest.raises(ConnectionDropped):
            sim.api("POST", "/payments", request, key="k1")
        assert _captures(sim) == 0
        assert sim.api("POST", "/payments", request, key="k1").json()["resultCode"] == "Authorised"

    def test_a_timeout_after_has_captured(self, sim: Simulator) -> None:
        request = charge_request(subscribe(sim))
        fault = {"kind": "timeout_after", "operation": "payments", "times": 2}
        sim.admin("POST", "/faults/api", fault)
        for _ in range(2):
            with pytest.raises(ConnectionDropped):
                sim.api("POST", "/payments", request, key="k1")
        assert sim.api("POST", "/payments", request, key="k1").json()["resultCode"] == "Authorised"
        assert _captures(sim) == 1

    @pytest.mark.parametrize("status", [500, 503])
    def test_an_error_before_may_be_sent_again(self, sim: Simulator, status: int) -> None:
        request = charge_request(subscribe(sim))
        sim.admin("POST", "/faults/api", {"kind": "error", "status": status})
        failed = sim.api("POST", "/payments", request, key="k1")
        assert (failed.status, failed.headers["transient-error"]) == (status, "true")
        assert sim.api("POST", "/payments", request, key="k1").status == 200
        assert _captures(sim) == 1

    def test_an_error_after_is_the_key_s_last_word(self, sim: Simulator) -> None:
        request = charge_request(subscribe(sim))
        sim.admin("POST", "/faults/api", {"kind": "error_after"})
        for _ in range(2):
            failed = sim.api("POST", "/payments", request, key="k1")
            assert failed.status == 500
            assert "transient-error" not in failed.headers
        assert _captures(sim) == 1

    @pytest.mark.parametrize(
        ("wish", "captures"), [("NO_CONNECTION_AVAILABLE", 0), ("IOEXCEPTION_RECEIVED", 1)]
    )
    def test_a_request_may_ask_for_a_communication_error(
        self, sim: Simulator, wish: str, captures: int
    ) -> None:
        wished = {"RequestedTestErrorResponseCode": wish}
        request = charge_request(subscribe(sim), additionalData=wished)
        assert sim.api("POST", "/payments", request, key="k1").status == 500
        assert _captures(sim) == captures

    def test_half_an_answer(self, sim: Simulator) -> None:
        request = charge_request(subscribe(sim))
        sim.admin("POST", "/faults/api", {"kind": "truncated"})
        broken = sim.api("POST", "/payments", request, key="k1")
        with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
            broken.json()
        assert sim.api("POST", "/payments", request, key="k1").json()["resultCode"] == "Authorised"

    def test_a_fault_waits_for_its_request(self, sim: Simulator) -> None:
        token_id = subscribe(sim)
        fault = {"kind": "error", "reference": "S1M3A1", "skip": 1}
        sim.admin("POST", "/faults/api", fault)
        statuses = [
            sim.api("POST", "/payments", charge_request(token_id, reference=reference)).status
            for reference in ("S1M2A1", "S1M3A1", "S1M3A1", "S1M3A1")
        ]
        assert statuses == [200, 200, 500, 200]

    def test_an_unknown_fault_is_refused(self, sim: Simulator) -> None:
        with pytest.raises(ValueError, match="kinds"):
            sim.admin("POST", "/faults/api", {"kind": "earthquake"})
        with pytest.raises(ValueError, match="fields"):
            sim.admin("POST", "/faults/api", {"kind": "error", "colour": "red"})

    def test_faults_are_disarmed_together(self, sim: Simulator) -> None:
        sim.admin("POST", "/faults/api", {"kind": "error"})
        sim.admin("POST", "/faults/webhooks", {"kind": "lose"})
        board = sim.admin("DELETE", "/faults")
        assert (board["api"], board["webhooks"]) == ([], [])
