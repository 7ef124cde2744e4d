"""Whatever a client sends, the simulator answers: it never breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.adyen import Simulator
from tests.integration.adyen_simulator.conftest import (
    Inbox,
    charge_request,
    open_session,
    options,
    post_from_page,
    session_request,
    subscribe,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

EXAMPLES = 60
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=4,
)


def _spoilt(sound: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
    """A sound request with some of its fields replaced by anything."""
    fields = st.sampled_from([*sound, "additionalData", "captureDelayHours", "nonsense"])
    return st.dictionaries(fields, JSON, max_size=3).map(lambda changes: sound | changes)


@pytest.fixture(scope="module")
def world() -> tuple[Simulator, dict[str, Any], str]:
    sim = Simulator(options(), transport=Inbox())
    return sim, open_session(sim), subscribe(sim)


class TestServer:
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(body=_spoilt(session_request()))
    def test_sessions(
        self, world: tuple[Simulator, dict[str, Any], str], body: dict[str, Any]
    ) -> None:
        assert world[0].api("POST", "/sessions", body).status in (201, 403, 422)

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(body=_spoilt(charge_request("TOKEN")), method=st.none() | JSON)
    def test_payments(
        self, world: tuple[Simulator, dict[str, Any], str], body: dict[str, Any], method: Any
    ) -> None:
        sim, _, token_id = world
        if body["paymentMethod"] == charge_request("TOKEN")["paymentMethod"]:
            body = body | {"paymentMethod": {"storedPaymentMethodId": token_id, "type": method}}
        assert sim.api("POST", "/payments", body).status in (200, 403, 422)


class TestBrowser:
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(
        step=st.sampled_from(["setup", "payments", "paymentDetails"]),
        method=JSON | st.fixed_dictionaries({"type": st.sampled_from(["card", "paypal"]) | JSON}),
        details=JSON,
    )
    def test_sessions(
        self,
        world: tuple[Simulator, dict[str, Any], str],
        step: str,
        method: Any,
        details: Any,
    ) -> None:
        sim, session, _ = world
        body = {"sessionData": session["sessionData"], "paymentMethod": method, "details": details}
        answer = post_from_page(sim, f"v1/sessions/{session['id']}/{step}", body)
        assert answer.status in (200, 422)


class TestAdmin:
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(
        path=st.sampled_from(
            [
                "PUT /clock",
                "PUT /scripts/shopper/a",
                "PUT /faults/profile",
                "PUT /faults/weather",
                "POST /deliver",
            ]
        ),
        body=st.dictionaries(
            st.sampled_from(
                [
                    *("now", "advance_seconds", "outcomes", "then", "profile"),
                    *("seed", "latency", "refusals", "webhooks", "timeout_after"),
                ]
            ),
            JSON,
        ),
    )
    def test_calls(self, path: str, body: dict[str, Any]) -> None:
        sim = Simulator(options(), transport=Inbox())
        method, address = path.split(" ")
        assert sim.call(method, f"/_sim{address}", body).status in (200, 422)
