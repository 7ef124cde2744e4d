"""The checks themselves: published examples, really signed webhooks, own answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.local.adyen import Simulator, checkout_api, contracts, signing
from infra.local.adyen.outcomes import UnknownOutcome, decide, read_plan
from tests.integration.adyen_simulator.conftest import session_request

ROOT = Path(__file__).parents[2] / "data" / "adyen"
TEST_KEY = "74F490DD33F7327BAECC88B2947C011FC02D014A473AAA33A8EC93E4DC069174"
GOLDEN = sorted((ROOT / "hmac-golden").glob("*.json"))
STANDARD = sorted((ROOT / "webhooks").glob("[A-Z]*.json"))
TOKENS = sorted((ROOT / "webhooks").glob("recurring.token.*.json"))


def _named(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


class TestSignature:
    @pytest.mark.parametrize("path", GOLDEN, ids=_named(GOLDEN))
    def test_it_is_the_one_adyen_made(self, path: Path) -> None:
        item = json.loads(path.read_text())
        expected = item["additionalData"]["hmacSignature"]
        assert signing.item_signature(item, TEST_KEY) == expected


class TestPublishedExamples:
    def test_all_of_them_are_here(self) -> None:
        assert (len(GOLDEN), len(STANDARD), len(TOKENS)) == (4, 42, 4)

    @pytest.mark.parametrize("path", TOKENS, ids=_named(TOKENS))
    def test_token_events_pass(self, path: Path) -> None:
        document = json.loads(path.read_text())
        contracts.check("tokens", contracts.token_schema(document["type"]), document)

    def test_most_standard_events_pass(self) -> None:
        """A few published examples break their own schemas outside the additional data."""
        broken = []
        for path in STANDARD:
            event = path.name.split("-")[0]
            try:
                document = json.loads(path.read_text())
                contracts.check("webhooks", contracts.webhook_schema(event), document)
            except contracts.Breach:
                broken.append(event)
        assert len(broken) <= 7
        assert not {"AUTHORISATION", "REFUND", "CHARGEBACK", "CANCEL_OR_REFUND"} & set(broken)


class TestBreaches:
    def test_a_breach_quotes_no_value(self) -> None:
        method = {"type": "scheme", "holderName": 5, "encryptedCardNumber": "secret"}
        with pytest.raises(contracts.Breach) as broken:
            contracts.check_method(method, ("scheme",))
        assert (broken.value.rule, broken.value.path) == ("type", "paymentMethod.holderName")
        assert "secret" not in str(broken.value)

    def test_an_unknown_method_is_a_breach(self) -> None:
        with pytest.raises(contracts.Breach):
            contracts.check_method({"type": "barter"}, ("scheme",))

    def test_a_date_without_a_zone_is_a_breach(self) -> None:
        request = session_request(expiresAt="2026-12-01T10:00:00")
        with pytest.raises(contracts.Breach):
            contracts.check("checkout", "CreateCheckoutSessionRequest", request)

    def test_an_own_answer_that_breaks_its_schema_is_a_loud_error(
        self, sim: Simulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The guard must bite: an operation that answers nonsense is caught."""
        operation, _ = checkout_api.find_operation("POST", "/checkout/v72/sessions")
        broken = type(operation)(**{**vars(operation), "run": lambda *_: {"surprise": 1}})
        monkeypatch.setattr(checkout_api, "OPERATIONS", (broken,))
        answer = sim.api("POST", "/sessions", session_request())
        assert answer.status == 500
        assert sim.admin("GET", "/state")["violations"][0]["name"] == "sessions"


class TestOutcomes:
    @pytest.mark.parametrize(
        ("word", "result", "code"),
        [
            ("OK", "Authorised", ""),
            ("authorised", "Authorised", ""),
            ("12", "Refused", "12"),
            ("NOT_ENOUGH_BALANCE", "Refused", "12"),
            ("4", "Error", "4"),
            ("22", "Cancelled", "22"),
            ("13", "Received", ""),
        ],
    )
    def test_words(self, word: str, result: str, code: str) -> None:
        decision = decide(word)
        assert (decision.result_code, decision.code) == (result, code)

    @pytest.mark.parametrize("word", ["", "99", "perhaps"])
    def test_other_words_are_refused(self, word: str) -> None:
        with pytest.raises(UnknownOutcome):
            decide(word)

    def test_an_ordinary_name_plans_nothing(self) -> None:
        plan = read_plan("Simone Exemple")
        assert (plan.months, plan.first, plan.authentication, plan.omen) == ({}, None, "", "")

    def test_a_plan(self) -> None:
        plan = read_plan("sim M2=12/OK M3=13>12 M4=nonsense 3DS=challenge")
        assert plan.months == {2: ("12", "OK"), 3: ("13>12",)}
        assert plan.authentication == "CHALLENGE"
