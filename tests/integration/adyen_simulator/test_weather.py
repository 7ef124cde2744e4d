"""Faults left to chance: seeded, counted, and blind to the order of parallel callers."""

from __future__ import annotations

import math
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.adyen import Options, Simulator
from infra.local.adyen.weather import Latency
from infra.local.adyen.wire import ConnectionDropped
from tests.integration.adyen_simulator.conftest import options

if TYPE_CHECKING:
    from tests.integration.adyen_simulator.conftest import Inbox

MANY = 400


def _stored(sim: Simulator) -> str:
    body = {
        "merchantAccount": sim.options.merchant_account,
        "amount": {"currency": "EUR", "value": 0},
        "reference": "start",
        "returnUrl": "http://localhost:8000/return",
        "shopperReference": "shopper1",
        "shopperInteraction": "Ecommerce",
        "recurringProcessingModel": "Subscription",
        "storePaymentMethodMode": "enabled",
    }
    sim.pay(sim.api("POST", "/sessions", body).json()["id"], card="4111111111111111")
    return str(sim.admin("GET", "/tokens")["tokens"][0]["id"])


def _charge(sim: Simulator, token: str, reference: str) -> str:
    body = {
        "merchantAccount": sim.options.merchant_account,
        "amount": {"currency": "EUR", "value": 1990},
        "reference": reference,
        "returnUrl": "http://localhost:8000/return",
        "paymentMethod": {"type": "scheme", "storedPaymentMethodId": token},
        "shopperReference": "shopper1",
        "shopperInteraction": "ContAuth",
        "recurringProcessingModel": "Subscription",
    }
    try:
        answer = sim.api("POST", "/payments", body, key=f"key-{reference}").json()
    except ConnectionDropped:
        return "dropped"
    return str(answer.get("refusalReasonCode") or answer["resultCode"])


def _played(references: list[str], weather: dict[str, Any], *, threads: int = 1) -> dict[str, str]:
    sim = Simulator(options())
    token = _stored(sim)
    sim.admin("PUT", "/faults/weather", weather)
    with ThreadPoolExecutor(threads) as pool:
        answers = pool.map(lambda reference: _charge(sim, token, reference), references)
        return dict(zip(references, answers, strict=True))


REFERENCES = [f"R-{number}" for number in range(MANY)]
STORM = {
    "seed": 11,
    "timeout_after": {"payments": 0.05},
    "timeout_before": {"payments": 0.05},
    "refusals": {"12": 0.1, "14": 0.05},
}


def test_the_same_seed_strikes_the_same_charges_in_any_order() -> None:
    forward = _played(REFERENCES, STORM)
    shuffled = list(REFERENCES)
    random.Random(3).shuffle(shuffled)
    assert _played(shuffled, STORM, threads=4) == forward
    assert _played(REFERENCES, {**STORM, "seed": 12}) != forward


def test_odds_come_true() -> None:
    counts: dict[str, int] = {}
    for word in _played(REFERENCES, STORM).values():
        counts[word] = counts.get(word, 0) + 1
    # Five standard deviations on either side.
    for word, odds in (("dropped", 0.1), ("12", 0.09), ("14", 0.045)):
        spread = 5 * math.sqrt(MANY * odds * (1 - odds))
        assert abs(counts[word] - MANY * odds) <= spread, (word, counts)


def test_a_charge_that_was_dropped_afterwards_is_captured_once(sim: Simulator) -> None:
    token = _stored(sim)
    sim.admin("PUT", "/faults/weather", {"timeout_after": {"payments": 1}})
    assert _charge(sim, token, "R-1") == "dropped"
    sim.admin("DELETE", "/faults")
    assert _charge(sim, token, "R-1") == "Authorised"
    sums = sim.admin("GET", "/payments")["by_reference"]["R-1"]
    assert sums["capture_count"] == 1


def test_latency_is_lognormal_and_slept_outside_the_lock() -> None:
    latency = Latency(p50_ms=350, p99_ms=2000)
    drawn = sorted(latency.seconds(random.Random(seed)) for seed in range(4000))
    assert drawn[2000] == pytest.approx(0.35, rel=0.05)
    assert drawn[3960] == pytest.approx(2.0, rel=0.15)

    sim = Simulator(options())
    token = _stored(sim)
    sim.admin("PUT", "/faults/weather", {"latency": {"payments": {"p50_ms": 300, "p99_ms": 300}}})
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: _charge(sim, token, f"R-{n}"), range(8)))
    elapsed = time.monotonic() - began
    assert answers == ["Authorised"] * 8
    assert 0.3 <= elapsed < 8 * 0.3


def test_webhooks_come_twice_shuffled_or_not_at_all(sim: Simulator, inbox: Inbox) -> None:
    token = _stored(sim)
    sim.deliver_pending()
    inbox.received.clear()
    chances = {"duplicate": 0.3, "shuffle": 0.5, "lose": 0.2, "shuffle_seconds": 60}
    sim.admin("PUT", "/faults/weather", {"seed": 5, "webhooks": chances})
    wanted = [f"R-{number}" for number in range(100)]
    for reference in wanted:
        _charge(sim, token, reference)
    for _ in range(61):
        sim.deliver_pending()
        sim.admin("PUT", "/clock", {"advance_seconds": timedelta(seconds=1).total_seconds()})
    came = [item["merchantReference"] for item in inbox.items()]
    lost = [reference for reference in wanted if reference not in came]
    twice = [reference for reference in wanted if came.count(reference) == 2]
    assert 5 <= len(lost) <= 40
    assert 10 <= len(twice) <= 50
    assert [reference for reference in wanted if reference in came] != list(dict.fromkeys(came))


def test_clearing_the_faults_clears_chance(sim: Simulator) -> None:
    sim.admin("PUT", "/faults/weather", STORM)
    faults = sim.admin("DELETE", "/faults")
    assert faults["weather"]["timeout_after"] == {}


@pytest.mark.parametrize(
    "weather",
    [
        {"rain": 1},
        {"timeout_after": {"paymentz": 0.1}},
        {"timeout_after": {"payments": 1.5}},
        {"refusals": {"1": 0.1}},
        {"refusals": {"999": 0.1}},
        {"webhooks": {"forge": 0.1}},
        {"latency": {"payments": {"p50_ms": 100, "p99_ms": 50}}},
        {"latency": {"payments": {"p50_ms": 100}}},
        {"latency": 3},
        {"seed": None},
    ],
)
def test_weather_that_means_nothing_is_refused(sim: Simulator, weather: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"odds|names|fields|no |latency|object|argument"):
        sim.admin("PUT", "/faults/weather", weather)


class TestRefusalsInFull:
    def test_a_card_is_refused_with_the_words_of_its_network(
        self, sim: Simulator, inbox: Inbox
    ) -> None:
        token = _stored(sim)
        lines = {"outcomes": ["12", {"outcome": "5", "raw": "04 : Pick up", "advice": "03"}]}
        sim.admin("PUT", f"/scripts/token/{token}", lines)
        assert [_charge(sim, token, f"R-{number}") for number in range(2)] == ["12", "5"]
        sim.deliver_pending()
        extra = [item["additionalData"] for item in inbox.items()][-2:]
        assert extra[0]["refusalReasonRaw"] == "51 : Insufficient funds"
        assert extra[1]["refusalReasonRaw"] == "04 : Pick up"
        assert extra[1]["merchantAdviceCode"] == "03"

    def test_an_agreement_ended_elsewhere_is_told_and_answers_26(
        self, sim: Simulator, inbox: Inbox
    ) -> None:
        token = _stored(sim)
        sim.admin("POST", f"/tokens/{token}/revoke")
        assert _charge(sim, token, "R-1") == "26"
        sim.deliver_pending()
        assert "recurring.token.disabled" in inbox.events()
        listed = sim.api(
            "GET",
            f"/storedPaymentMethods?merchantAccount={sim.options.merchant_account}"
            "&shopperReference=shopper1",
        ).json()
        assert listed["storedPaymentMethods"] == []


def test_options_are_unchanged_by_chance() -> None:
    assert Simulator(Options(port=0)).admin("GET", "/state")["faults"]["weather"]["latency"] == {}
