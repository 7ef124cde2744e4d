"""What adyen-web calls: origins, keys, sessions, 3-D Secure, encrypted values."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from infra.local.adyen import Simulator
from infra.local.adyen.clock import wall_now
from infra.local.adyen.wire import Request, Response
from tests.integration.adyen_simulator.conftest import (
    BASE,
    SHOP,
    open_session,
    post_from_page,
)

NUMBER = "4111111111111111"


def _session_call(sim: Simulator, session: dict[str, Any], step: str, **body: Any) -> Response:
    content = {"sessionData": session["sessionData"], **body}
    return post_from_page(sim, f"v1/sessions/{session['id']}/{step}", content)


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _sealed(sim: Simulator, age: timedelta = timedelta(), **content: str) -> str:
    """What the secured field makes, by other means than the code under test."""
    jwk = sim.world.vault.public_key()
    modulus, exponent = (
        int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "=="), "big") for name in ("n", "e")
    )
    header = _base64url(b'{"alg":"RSA-OAEP-256","enc":"A256GCM"}')
    key, nonce = bytes(range(32)), bytes(12)
    made_at = (wall_now() - age).isoformat()
    plain = json.dumps({**content, "generatedAt": made_at}).encode()
    sealed = AESGCM(key).encrypt(nonce, plain, header.encode())
    scheme = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
    wrapped = rsa.RSAPublicNumbers(exponent, modulus).public_key().encrypt(key, scheme)
    parts = [wrapped, nonce, sealed[:-16], sealed[-16:]]
    return ".".join([header, *map(_base64url, parts)])


def _card(sim: Simulator, number: str = NUMBER, **changes: str) -> dict[str, str]:
    return {
        "type": "scheme",
        "holderName": "Camille Exemple",
        "encryptedCardNumber": _sealed(sim, number=number),
        "encryptedExpiryMonth": _sealed(sim, expiryMonth="03"),
        "encryptedExpiryYear": _sealed(sim, expiryYear="2030"),
        "encryptedSecurityCode": _sealed(sim, cvc="737"),
        **changes,
    }


class TestAccess:
    def test_a_page_of_another_origin_is_refused(self, sim: Simulator) -> None:
        session = open_session(sim)
        path = f"v1/sessions/{session['id']}/setup"
        answer = post_from_page(sim, path, {}, origin="http://evil.example")
        assert answer.status == 403

    def test_the_shop_may_read_the_answer(self, sim: Simulator) -> None:
        answer = _session_call(sim, open_session(sim), "setup")
        assert answer.headers["access-control-allow-origin"] == SHOP

    def test_a_preflight_is_answered(self, sim: Simulator) -> None:
        answer = sim.call("OPTIONS", f"{BASE}v3/analytics", headers={"origin": SHOP})
        assert answer.status == 204
        assert answer.headers["access-control-allow-headers"] == "content-type"

    def test_another_origin_reaches_no_admin_call(self, sim: Simulator) -> None:
        open_session(sim)
        answer = sim.call("POST", "/_sim/reset", {}, {"origin": "http://evil.example"})
        assert answer.status == 403
        assert sim.admin("GET", "/state")["counts"]["sessions"] == 1

    def test_a_wrong_client_key_is_unauthorized(self, sim: Simulator) -> None:
        target = f"{BASE}v1/sessions/{open_session(sim)['id']}/setup?clientKey=test_OTHER"
        assert sim.call("POST", target, {}, {"origin": SHOP}).status == 401

    def test_the_frame_shows_itself_to_the_shop_only(self, sim: Simulator) -> None:
        path = f"{BASE}securedfields/{sim.options.client_key}/6.3.0/securedFields.html?type=card&d="
        page = sim.call("GET", path + base64.b64encode(SHOP.encode()).decode())
        assert page.status == 200
        assert f"frame-ancestors {SHOP}" in page.headers["content-security-policy"]
        assert b'<label for="field"' in page.body
        evil = base64.b64encode(b"http://evil.example").decode()
        assert sim.call("GET", path + evil).status == 403


class TestSetup:
    def test_methods_are_named_in_the_shopper_s_language(self, sim: Simulator) -> None:
        names = {}
        for locale in ("fr-FR", "en-GB"):
            answer = _session_call(sim, open_session(sim, shopperLocale=locale), "setup").json()
            methods = answer["paymentMethods"]["paymentMethods"]
            names[locale] = [method["name"] for method in methods]
        assert names["fr-FR"] == ["Carte bancaire", "PayPal", "Prélèvement SEPA"]
        assert names["en-GB"] == ["Card", "PayPal", "SEPA Direct Debit"]

    def test_a_verification_offers_no_mandate(self, sim: Simulator) -> None:
        session = open_session(sim, amount={"currency": "EUR", "value": 0})
        methods = _session_call(sim, session, "setup").json()["paymentMethods"]["paymentMethods"]
        assert [method["type"] for method in methods] == ["scheme", "paypal"]
        assert methods[1]["configuration"]["intent"] == "tokenize"

    def test_allowed_and_blocked_methods_are_heeded(self, sim: Simulator) -> None:
        session = open_session(
            sim, allowedPaymentMethods=["scheme", "paypal"], blockedPaymentMethods=["paypal"]
        )
        methods = _session_call(sim, session, "setup").json()["paymentMethods"]["paymentMethods"]
        assert [method["type"] for method in methods] == ["scheme"]

    def test_a_paid_session_is_not_set_up_again(self, sim: Simulator) -> None:
        session = open_session(sim)
        sim.pay(session["id"])
        answer = _session_call(sim, session, "setup")
        assert (answer.status, answer.json()["message"]) == (422, "The session is completed.")


class TestEncryption:
    def test_an_encrypted_card_is_paid(self, sim: Simulator) -> None:
        session = open_session(sim)
        answer = _session_call(sim, session, "payments", paymentMethod=_card(sim)).json()
        assert answer["resultCode"] == "Authorised"
        assert set(answer) == {"resultCode", "sessionData", "sessionResult"}

    def test_values_serve_again_in_their_own_session_only(self, sim: Simulator) -> None:
        card = _card(sim)
        session, other = open_session(sim), open_session(sim)
        declined = {**card, "holderName": "DECLINED"}
        codes = [
            _session_call(sim, used, "payments", paymentMethod=method).json()
            for used, method in ((session, declined), (session, card), (other, card))
        ]
        assert [code.get("resultCode") for code in codes] == ["Refused", "Authorised", None]
        assert codes[2]["errorCode"] == "174"

    @pytest.mark.parametrize("blob", ["", "4111111111111111", "a.b.c.d.e", "test."])
    def test_an_unreadable_value_is_refused(self, sim: Simulator, blob: str) -> None:
        method = _card(sim, encryptedCardNumber=blob)
        answer = _session_call(sim, open_session(sim), "payments", paymentMethod=method)
        assert (answer.status, answer.json()["errorCode"]) == (422, "174")
        assert NUMBER not in answer.body.decode()

    def test_an_old_value_is_refused(self, sim: Simulator) -> None:
        old = _sealed(sim, timedelta(hours=25), number=NUMBER)
        method = _card(sim, encryptedCardNumber=old)
        answer = _session_call(sim, open_session(sim), "payments", paymentMethod=method)
        assert answer.json()["errorCode"] == "174"

    def test_one_value_does_not_stand_for_another(self, sim: Simulator) -> None:
        method = _card(sim, encryptedSecurityCode=_sealed(sim, number=NUMBER))
        answer = _session_call(sim, open_session(sim), "payments", paymentMethod=method)
        assert answer.json()["errorCode"] == "174"

    @pytest.mark.parametrize(
        ("digits", "brands"),
        [("411111", ["visa"]), ("40355010", ["cartebancaire", "visa"]), ("999999", [])],
    )
    def test_brands_are_looked_up(self, sim: Simulator, digits: str, brands: list[str]) -> None:
        body = {"requestId": "r1", "encryptedBin": _sealed(sim, bin=digits)}
        answer = post_from_page(sim, "v3/bin/binLookup", body).json()
        assert answer["requestId"] == "r1"
        assert [brand["brand"] for brand in answer["brands"]] == brands


def _result(document: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode()


class TestAuthentication:
    def _challenge(self, sim: Simulator) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """Up to the bank's page: the session, its action, the action's token."""
        session = open_session(sim)
        card = _card(sim, "5454545454545454")
        action = _session_call(sim, session, "payments", paymentMethod=card).json()["action"]
        assert (action["type"], action["subtype"]) == ("threeDS2", "fingerprint")
        body = {"fingerprintResult": "", "paymentData": action["paymentData"]}
        action = post_from_page(sim, "v1/submitThreeDS2Fingerprint", body).json()["action"]
        return session, action, json.loads(base64.b64decode(action["token"]))

    def test_the_bank_s_pages_follow_one_another(self, sim: Simulator) -> None:
        _, _, token = self._challenge(sim)
        page = sim.answer(Request.of("POST", "/3ds/method", {}, b"threeDSMethodData=abc"))
        assert b'name="threeDSMethodData" value="abc"' in page.body
        page = sim.answer(Request.of("POST", "/3ds/method-done", {}, b""))
        assert b'data-kind="fingerPrintResult"' in page.body
        creq = _result({"threeDSServerTransID": token["threeDSServerTransID"]})
        body = f"creq={creq.rstrip('=')}".encode()
        for language, title in (("fr-FR", "Banque simulée"), ("en-GB", "Simulated bank")):
            page = sim.answer(Request.of("POST", "/3ds/acs", {"accept-language": language}, body))
            assert title in page.body.decode()
            assert f'lang="{language[:2]}"' in page.body.decode()

    def test_an_unknown_transaction_has_no_page(self, sim: Simulator) -> None:
        assert sim.answer(Request.of("POST", "/3ds/acs", {}, b"creq=abc")).status == 422
        assert sim.call("GET", "/nothing").status == 404

    def _decide(self, sim: Simulator, token: dict[str, Any], form: str) -> Response:
        body = f"transaction={token['threeDSServerTransID']}&{form}".encode()
        return sim.answer(Request.of("POST", "/3ds/decide", {}, body))

    def _conclude(self, sim: Simulator, session: dict[str, Any], action: dict[str, Any]) -> str:
        claimed = _result({"transStatus": "Y", "authorisationToken": action["authorisationToken"]})
        answer = _session_call(sim, session, "paymentDetails", details={"threeDSResult": claimed})
        return str(answer.json().get("resultCode", answer.json().get("errorCode")))

    def test_the_bank_accepts(self, sim: Simulator) -> None:
        session, action, token = self._challenge(sim)
        page = self._decide(sim, token, "choice=accept&password=password")
        assert b'data-value="Y"' in page.body
        assert self._conclude(sim, session, action) == "Authorised"

    def test_the_page_s_word_does_not_replace_the_bank_s(self, sim: Simulator) -> None:
        session, action, token = self._challenge(sim)
        self._decide(sim, token, "choice=refuse")
        assert self._conclude(sim, session, action) == "Refused"

    def test_a_challenge_that_was_skipped_is_refused(self, sim: Simulator) -> None:
        session, action, _ = self._challenge(sim)
        assert self._conclude(sim, session, action) == "Refused"

    def test_a_wrong_password_asks_again(self, sim: Simulator) -> None:
        _, _, token = self._challenge(sim)
        page = self._decide(sim, token, "choice=accept&password=guess")
        assert b'role="alert">Ce mot de passe' in page.body

    def test_an_authentication_serves_once(self, sim: Simulator) -> None:
        session, action, token = self._challenge(sim)
        self._decide(sim, token, "choice=refuse")
        self._conclude(sim, session, action)
        assert self._conclude(sim, session, action) == "14_045"

    def test_an_authentication_serves_its_own_session(self, sim: Simulator) -> None:
        _, action, token = self._challenge(sim)
        self._decide(sim, token, "choice=accept&password=password")
        assert self._conclude(sim, open_session(sim), action) == "14_045"

    def test_two_tabs_pay_once(self, sim: Simulator) -> None:
        """Both ask for authentication; the second to finish meets a paid session."""
        session, action, token = self._challenge(sim)
        self._decide(sim, token, "choice=accept&password=password")
        sim.pay(session["id"])
        assert self._conclude(sim, session, action) == "14_042"
        assert sim.admin("GET", "/payments")["by_reference"]["O1"]["capture_count"] == 1

    def test_a_redirected_shopper_comes_back_with_a_result(self, sim: Simulator) -> None:
        bank = Simulator(
            type(sim.options)(port=0, payment_methods=("scheme", "simredirect")),
        )
        session = open_session(bank)
        method = {"type": "simredirect"}
        action = _session_call(bank, session, "payments", paymentMethod=method).json()["action"]
        assert action["type"] == "redirect"
        page = bank.call("GET", action["url"].removeprefix(bank.url))
        assert page.status == 200
        form = f"transaction={action['url'].rpartition('=')[2]}&choice=accept".encode()
        back = bank.answer(Request.of("POST", "/bank/decide", {}, form))
        landing = Request.of("GET", back.headers["location"], {}, b"")
        assert landing.query["sessionId"] == session["id"]
        details = {"redirectResult": landing.query["redirectResult"]}
        answer = _session_call(bank, session, "paymentDetails", details=details)
        assert answer.json()["resultCode"] == "Authorised"
