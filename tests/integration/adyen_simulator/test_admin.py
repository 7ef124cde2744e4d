"""The control panel's API: clock, snapshots, reset, and what it shows."""

from __future__ import annotations

import pytest

from infra.local.adyen import Simulator
from tests.integration.adyen_simulator.conftest import (
    Inbox,
    charge,
    open_session,
    options,
    subscribe,
)


class TestClock:
    def test_it_stands_still_when_frozen(self, sim: Simulator) -> None:
        first = sim.admin("GET", "/clock")
        assert first == {"now": "2026-12-01T09:00:00Z", "frozen": True}
        assert sim.admin("GET", "/clock") == first

    def test_it_jumps_to_an_instant_or_by_seconds(self, sim: Simulator) -> None:
        moved = sim.admin("PUT", "/clock", {"now": "2027-01-31T23:00:00+01:00"})
        assert moved["now"] == "2027-01-31T22:00:00Z"
        assert sim.admin("PUT", "/clock", {"advance_seconds": 90})["now"] == "2027-01-31T22:01:30Z"

    @pytest.mark.parametrize(
        "body",
        [
            {"now": "2026-11-30T00:00:00Z"},
            {"now": "2027-01-01T00:00:00"},
            {"now": "soon"},
            {"advance_seconds": -1},
        ],
    )
    def test_it_never_goes_back_by_mistake(self, sim: Simulator, body: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            sim.admin("PUT", "/clock", body)
        assert sim.admin("GET", "/clock")["now"] == "2026-12-01T09:00:00Z"

    def test_it_goes_back_when_told(self, sim: Simulator) -> None:
        body = {"now": "2026-11-30T00:00:00Z", "backwards": True}
        assert sim.admin("PUT", "/clock", body)["now"] == "2026-11-30T00:00:00Z"

    def test_it_runs_with_an_offset(self, inbox: Inbox) -> None:
        sim = Simulator(options(frozen_at=None), transport=inbox)
        sim.admin("PUT", "/clock", {"now": "2099-01-01T00:00:00Z"})
        before = sim.world.now()
        assert before.year == 2099
        assert sim.world.now() > before
        assert sim.admin("PUT", "/clock", {"frozen": True})["frozen"] is True
        stopped = sim.world.now()
        assert sim.world.now() == stopped
        assert sim.admin("PUT", "/clock", {"frozen": False})["frozen"] is False


class TestSnapshots:
    def test_a_snapshot_brings_everything_back(self, sim: Simulator, inbox: Inbox) -> None:
        token_id = subscribe(sim)
        sim.admin("PUT", "/snapshots/paid")
        first = charge(sim, token_id)
        sim.admin("PUT", "/clock", {"advance_seconds": 3600})
        sim.deliver_pending()
        state = sim.admin("POST", "/snapshots/paid/restore")
        assert state["clock"]["now"] == "2026-12-01T09:00:00Z"
        assert state["counts"]["payments"] == 1
        assert state["webhooks"]["due"] == 2
        assert charge(sim, token_id)["pspReference"] == first["pspReference"]

    def test_an_unknown_snapshot_is_refused(self, sim: Simulator) -> None:
        with pytest.raises(ValueError, match="no such snapshot"):
            sim.admin("POST", "/snapshots/nothing/restore")

    def test_a_reset_forgets_everything(self, sim: Simulator) -> None:
        subscribe(sim)
        sim.admin("PUT", "/clock", {"advance_seconds": 3600})
        state = sim.admin("POST", "/reset")
        assert set(state["counts"].values()) == {0}
        assert state["clock"]["now"] == "2026-12-01T09:00:00Z"


class TestDeterminism:
    def test_the_same_seed_gives_the_same_references(self, inbox: Inbox) -> None:
        runs = [Simulator(options(seed=7), transport=inbox) for _ in range(2)]
        assert subscribe(runs[0]) == subscribe(runs[1])
        other = Simulator(options(seed=8), transport=inbox)
        assert subscribe(other) != subscribe(Simulator(options(seed=7), transport=inbox))


class TestViews:
    def test_no_number_no_name_no_key_is_shown(self, sim: Simulator) -> None:
        subscribe(sim, holder_name="SIM M2=12 JEANNE")
        for path in ("/state", "/payments", "/tokens", "/sessions", "/requests", "/webhooks"):
            shown = sim.call("GET", f"/_sim{path}").body.decode()
            assert "4111111111111111" not in shown
            assert "JEANNE" not in shown
            assert sim.options.hmac_key not in shown
            assert sim.options.webhook_password not in shown

    def test_requests_are_listed_without_their_bodies(self, sim: Simulator) -> None:
        open_session(sim)
        lines = sim.admin("GET", "/requests")["requests"]
        assert [(line["operation"], line["reference"]) for line in lines] == [("sessions", "O1")]

    @pytest.mark.parametrize(
        ("language", "title"), [("fr-FR", "Derniers paiements"), ("en-GB", "Last payments")]
    )
    def test_a_page_shows_it_to_people(self, sim: Simulator, language: str, title: str) -> None:
        charge(sim, subscribe(sim, holder_name="SIM M2=12 JEANNE"), reference="<b>")
        page = sim.call("GET", "/_sim/", headers={"accept-language": language}).body.decode()
        assert title in page
        assert "Refused 12" in page
        assert "visa 1111" in page
        assert "&lt;b&gt;" in page
        assert "JEANNE" not in page

    def test_sessions_show_their_status(self, sim: Simulator) -> None:
        session = open_session(sim)
        sim.pay(session["id"])
        assert sim.admin("GET", "/sessions")["sessions"][0]["status"] == "completed"

    def test_payments_are_found_by_their_fields(self, sim: Simulator) -> None:
        charge(sim, subscribe(sim))
        found = sim.admin("GET", "/payments?reference=S1M2A1&accepted=True")["payments"]
        assert [payment["interaction"] for payment in found] == ["ContAuth"]
        with pytest.raises(ValueError, match="no such field"):
            sim.admin("GET", "/payments?colour=red")

    def test_an_unknown_address_is_refused(self, sim: Simulator) -> None:
        with pytest.raises(ValueError, match="no such address"):
            sim.admin("GET", "/nothing")
