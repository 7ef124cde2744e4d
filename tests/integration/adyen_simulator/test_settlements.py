"""Settlement: money ripens, batches close at night, reports say every line and sum to zero."""

from __future__ import annotations

import base64
import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.adyen import Simulator
from infra.local.adyen.wire import ConnectionDropped
from tests.integration.adyen_simulator.conftest import options

if TYPE_CHECKING:
    from tests.integration.adyen_simulator.conftest import Inbox

ACCOUNT = "/reports/download/MerchantAccount/ClairiereECOM/"
DAY = 86_400


def _paid(sim: Simulator, reference: str, minor: int = 2000, **payment: str) -> str:
    body = {
        "merchantAccount": sim.options.merchant_account,
        "amount": {"currency": "EUR", "value": minor},
        "reference": reference,
        "returnUrl": "http://localhost:8000/return",
        "shopperReference": reference,
    }
    session = sim.api("POST", "/sessions", body).json()
    sim.pay(session["id"], **(payment or {"card": "4111111111111111"}))
    return str(sim.admin("GET", f"/payments?reference={reference}")["payments"][0]["psp_reference"])


def _refund(sim: Simulator, psp: str, minor: int) -> None:
    body = {
        "merchantAccount": sim.options.merchant_account,
        "amount": {"currency": "EUR", "value": minor},
        "reference": "back-1",
    }
    assert sim.api("POST", f"/payments/{psp}/refunds", body).status == 201


def _rows(sim: Simulator, number: int) -> list[dict[str, str]]:
    name = f"settlement_detail_report_batch_{number}.csv"
    response = sim.call("GET", ACCOUNT + name, headers={"x-api-key": sim.options.api_key})
    assert response.status == 200
    return list(csv.DictReader(io.StringIO(response.body.decode())))


def _minor(text: str) -> int:
    return round(float(text or 0) * 100)


def _net(row: dict[str, str]) -> int:
    return _minor(row["Net Credit (NC)"]) - _minor(row["Net Debit (NC)"])


@pytest.fixture
def nightly(inbox: Inbox) -> Simulator:
    return Simulator(options(settles_daily=True), transport=inbox)


def test_a_batch_closes_at_night_once_its_money_is_ripe(nightly: Simulator, inbox: Inbox) -> None:
    _paid(nightly, "R-1")
    nightly.admin("PUT", "/clock", {"advance_seconds": DAY})
    nightly.deliver_pending()
    assert "REPORT_AVAILABLE" not in inbox.events()
    assert nightly.admin("GET", "/state")["next_due_at"] == "2026-12-03T02:00:00Z"
    nightly.admin("PUT", "/clock", {"now": "2026-12-03T02:00:00Z"})
    nightly.deliver_pending()
    told = [item for item in inbox.items() if item["eventCode"] == "REPORT_AVAILABLE"]
    assert [item["pspReference"] for item in told] == ["settlement_detail_report_batch_1.csv"]
    assert told[0]["reason"].endswith(ACCOUNT + told[0]["pspReference"])
    assert told[0]["merchantReference"] == ""
    state = nightly.admin("GET", "/state")
    assert state["counts"]["unsettled"] == 0
    assert state["next_due_at"] is None
    assert state["violations"] == []


def test_a_clock_that_jumps_weeks_closes_each_night_in_its_turn(nightly: Simulator) -> None:
    _paid(nightly, "R-1")
    nightly.admin("PUT", "/clock", {"advance_seconds": 3 * DAY})
    _paid(nightly, "R-2")
    nightly.admin("PUT", "/clock", {"advance_seconds": 30 * DAY})
    nightly.deliver_pending()
    closed = [batch["closed_at"] for batch in nightly.admin("GET", "/settlements")["batches"]]
    assert closed == ["2026-12-03T02:00:00Z", "2026-12-06T02:00:00Z"]


def test_a_report_says_every_movement_and_sums_to_zero(sim: Simulator) -> None:
    kept, back, lost = (_paid(sim, f"R-{number}") for number in range(3))
    _refund(sim, back, 500)
    sim.admin("POST", f"/payments/{lost}/events", {"event": "CHARGEBACK"})
    batch = sim.admin("POST", "/settlements")["batches"][0]
    rows = _rows(sim, 1)
    assert [row["Type"] for row in rows] == [
        *("Settled", "Settled", "Settled", "Refunded", "Chargeback", "Fee", "MerchantPayout")
    ]
    settled = rows[0]
    assert settled["Psp Reference"] == kept
    assert settled["Merchant Reference"] == "R-0"
    assert (settled["Gross Credit (GC)"], settled["Gross Debit (GC)"]) == ("20.00", "")
    withheld = ("Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)")
    assert _net(settled) == 2000 - sum(_minor(settled[name]) for name in withheld)
    assert rows[3]["Modification Merchant Reference"] == "back-1"
    assert _net(rows[3]) == -500
    assert _net(rows[4]) == -2750
    assert sum(_net(row) for row in rows) == 0
    assert batch["payout_minor"] == -_net(rows[-1]) > 0
    assert {row["Batch Number"] for row in rows} == {"1"}
    assert {row["Merchant Account"] for row in rows} == {"ClairiereECOM"}
    assert settled["TimeZone"] == "CET"


def test_a_negative_balance_is_carried_to_the_next_batch(sim: Simulator) -> None:
    psp = _paid(sim, "R-1")
    sim.admin("POST", "/settlements")
    sim.admin("POST", f"/payments/{psp}/events", {"event": "CHARGEBACK"})
    second = sim.admin("POST", "/settlements")["batches"][0]
    assert (second["payout_minor"], second["carried_minor"]) == (0, -2750)
    _paid(sim, "R-2", 9000)
    sim.admin("POST", "/settlements")
    rows = _rows(sim, 3)
    assert (rows[0]["Type"], _net(rows[0])) == ("Balancetransfer", -2750)
    for number in (1, 2, 3):
        assert sum(_net(row) for row in _rows(sim, number)) == 0


def test_other_methods_other_fees(sim: Simulator) -> None:
    _paid(sim, "R-1", method="paypal")
    _paid(sim, "R-2", iban="FR1420041010050500013M02606", holder_name="A B")
    sim.admin("POST", "/settlements")
    rows = _rows(sim, 1)
    assert [row["Payment Method"] for row in rows[:2]] == ["paypal", "sepadirectdebit"]
    assert [_net(row) for row in rows[:2]] == [2000, 1975]


@pytest.mark.parametrize("is_settled", [False, True])
def test_a_failed_capture_never_settles_or_is_taken_back(
    sim: Simulator, *, is_settled: bool
) -> None:
    psp = _paid(sim, "R-1")
    if is_settled:
        sim.admin("POST", "/settlements")
    sim.admin("POST", f"/payments/{psp}/events", {"event": "CAPTURE_FAILED"})
    _paid(sim, "R-2", 9000)
    number = sim.admin("POST", "/settlements")["batches"][0]["number"]
    kinds = [row["Type"] for row in _rows(sim, number) if row["Psp Reference"] == psp]
    assert kinds == (["SettledReversed"] if is_settled else [])


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("CHARGEBACK_REVERSED", "ChargebackReversed"),
        ("SECOND_CHARGEBACK", "SecondChargeback"),
        ("REFUNDED_REVERSED", "RefundedReversed"),
        ("NOTIFICATION_OF_CHARGEBACK", None),
    ],
)
def test_what_moves_money_is_settled(sim: Simulator, event: str, kind: str | None) -> None:
    psp = _paid(sim, "R-1")
    sim.admin("POST", f"/payments/{psp}/events", {"event": event})
    sim.admin("POST", "/settlements")
    kinds = [row["Type"] for row in _rows(sim, 1) if row["Psp Reference"] == psp]
    assert kinds == ["Settled"] + ([kind] if kind else [])


def test_a_line_can_be_kept_out_and_a_foreign_one_put_in(sim: Simulator) -> None:
    first, _ = _paid(sim, "R-1"), _paid(sim, "R-2")
    foreign = {"psp": "ZZZ", "reference": "somebody-else", "amount_minor": 1200}
    sim.admin("POST", "/settlements", {"without": [first], "foreign": [foreign]})
    references = [row["Merchant Reference"] for row in _rows(sim, 1)]
    assert references == ["R-2", "somebody-else", "", ""]
    sim.admin("POST", "/settlements")
    assert _rows(sim, 2)[0]["Merchant Reference"] == "R-1"
    with pytest.raises(ValueError, match="amount_minor"):
        sim.admin("POST", "/settlements", {"foreign": [{"amount_minor": 0}]})


class TestFetching:
    NAME = "settlement_detail_report_batch_1.csv"

    @pytest.fixture
    def settled(self, sim: Simulator) -> Simulator:
        _paid(sim, "R-1")
        sim.admin("POST", "/settlements")
        return sim

    def _get(self, sim: Simulator, path: str = ACCOUNT + NAME, **headers: str) -> Any:
        given = headers or {"x-api-key": sim.options.api_key}
        return sim.call("GET", path, headers=given)

    def test_the_report_users_password_opens_it_too(self, settled: Simulator) -> None:
        pair = f"{settled.options.report_user}:{settled.options.report_password}".encode()
        basic = f"Basic {base64.b64encode(pair).decode()}"
        assert self._get(settled, authorization=basic).body == self._get(settled).body

    def test_nobody_else_opens_it(self, settled: Simulator) -> None:
        assert self._get(settled, **{"x-api-key": "other"}).status == 401

    @pytest.mark.parametrize(
        "path",
        [
            ACCOUNT + "settlement_detail_report_batch_2.csv",
            ACCOUNT + "settlement_detail_report_batch_0.csv",
            ACCOUNT + "../secrets.csv",
            "/reports/download/MerchantAccount/Other/" + NAME,
        ],
    )
    def test_what_does_not_exist_is_not_found(self, settled: Simulator, path: str) -> None:
        assert self._get(settled, path).status == 404

    def test_faults_strike_it_too(self, settled: Simulator) -> None:
        for kind in ("error", "truncated", "timeout_before"):
            fault = {"kind": kind, "operation": "report", "status": 503}
            settled.admin("POST", "/faults/api", fault)
        assert self._get(settled).status == 503
        half = self._get(settled).body
        with pytest.raises(ConnectionDropped):
            self._get(settled)
        assert self._get(settled).body.startswith(half)


def test_a_snapshot_keeps_the_books(sim: Simulator) -> None:
    _paid(sim, "R-1")
    sim.admin("PUT", "/snapshots/before")
    sim.admin("POST", "/settlements")
    sim.admin("POST", "/snapshots/before/restore")
    assert sim.admin("GET", "/state")["counts"]["unsettled"] == 1
    assert sim.admin("GET", "/settlements")["batches"] == []
