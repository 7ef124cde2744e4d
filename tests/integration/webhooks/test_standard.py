"""Standard notifications on the HTTP path: kept once when genuine, refused when not, never 5xx."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes import KEYS
from tests.integration.webhooks.conftest import Kept
from tests.world_site import Site
from tests.world_webhooks import authorisation, signed, standard_body, webhook_headers

PATH = "/webhooks/adyen"
DATA = Path(__file__).parents[2] / "data/adyen"
OTHER_SHAPE = ("notification_of_change", "notice_of_change", "token")
EVERY_SAMPLE = sorted((DATA / "webhooks").glob("*.json"))
SAMPLES = [path for path in EVERY_SAMPLE if not any(name in path.stem for name in OTHER_SHAPE)]
OTHERS = [path for path in EVERY_SAMPLE if path not in SAMPLES]
PSP = "WNS7GQ4TG5PFWR50"
OTHER_KEY = "00" * 32
A_QUARTER_MEGABYTE = 256 * 1024


def deliver(site: Site, body: bytes, **headers: str) -> int:
    """Deliver with good credentials; the status."""
    return int(site.send(PATH, body, webhook_headers() | headers).status_code)


class TestGenuine:
    def test_it_is_kept_word_for_word(self, site: Site, kept: Kept) -> None:
        item = authorisation(PSP, reason="Carte refusée : 39,90 €", shopper="Łukasz 🦊")
        assert deliver(site, standard_body(item)) == 202
        (notification,) = kept()
        assert json.loads(notification.raw) == item
        assert (notification.provider_reference, notification.event) == (PSP, "AUTHORISATION")
        assert notification.received_at == site.ports.clock()

    def test_delivered_again_it_is_accepted_and_kept_once(self, site: Site, kept: Kept) -> None:
        for _ in range(3):
            assert deliver(site, standard_body(authorisation(PSP))) == 202
        assert len(kept()) == 1

    def test_success_and_failure_of_one_payment_are_two(self, site: Site, kept: Kept) -> None:
        items = [authorisation(PSP, success=success) for success in ("false", "true")]
        assert deliver(site, standard_body(*items)) == 202
        assert len(kept()) == 2

    def test_the_previous_key_is_good_during_a_rotation(self, site: Site, kept: Kept) -> None:
        secret = site.ports._secret
        secret.content()
        secret._content["adyen_hmac_keys"] = [OTHER_KEY, KEYS.standard_hmac[0]]
        assert deliver(site, standard_body(authorisation(PSP))) == 202
        assert len(kept()) == 1

    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
    def test_every_published_sample_is_kept_when_signed(
        self, site: Site, kept: Kept, sample: Path
    ) -> None:
        content = json.loads(sample.read_text())
        items = [wrapper["NotificationRequestItem"] for wrapper in content["notificationItems"]]
        genuine = [signed({"additionalData": {}, **item}) for item in items]
        assert deliver(site, standard_body(*genuine)) == 202
        assert [json.loads(notification.raw) for notification in kept()] == genuine

    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
    def test_every_published_sample_is_refused_as_it_is(
        self, site: Site, kept: Kept, sample: Path
    ) -> None:
        """Signed by another's key, or not at all."""
        assert deliver(site, sample.read_bytes()) == 401
        assert kept() == []

    @pytest.mark.parametrize("sample", OTHERS, ids=lambda sample: sample.stem)
    def test_a_published_sample_of_another_endpoint_is_refused(
        self, site: Site, kept: Kept, sample: Path
    ) -> None:
        assert deliver(site, sample.read_bytes()) == 400
        assert kept() == []

    def test_there_are_samples(self) -> None:
        assert (len(SAMPLES), len(OTHERS)) == (47, 7)


class TestForged:
    @pytest.mark.parametrize(
        ("user", "password"),
        [("", ""), ("adyen", "wrong"), ("other", KEYS.webhook_password), ("é", "ü"), ("a:b", "c")],
    )
    def test_other_credentials_are_refused(
        self, site: Site, kept: Kept, user: str, password: str
    ) -> None:
        headers = webhook_headers(user, password)
        body = standard_body(authorisation(PSP))
        assert site.send(PATH, body, headers).status_code == 401
        assert kept() == []

    @pytest.mark.parametrize(
        "given",
        ["", "Basic", "Basic ", "Basic é", "Bearer x", "Basic ====", "Basic \x00", "x" * 9_000],
    )
    def test_an_odd_authorization_is_refused(self, site: Site, given: str) -> None:
        assert deliver(site, standard_body(authorisation(PSP)), authorization=given) == 401

    def test_no_authorization_is_refused(self, site: Site) -> None:
        headers = {"content-type": "application/json"}
        assert site.send(PATH, standard_body(authorisation(PSP)), headers).status_code == 401

    def test_another_key_is_refused(self, site: Site, kept: Kept) -> None:
        forged = signed(authorisation(PSP), OTHER_KEY)
        assert deliver(site, standard_body(forged)) == 401
        assert kept() == []

    @pytest.mark.parametrize("forged_at", [0, 1, 2])
    def test_one_forged_item_among_genuine_ones_keeps_none(
        self, site: Site, kept: Kept, forged_at: int
    ) -> None:
        items = [authorisation(f"WNS7GQ4TG5PFWR5{number}") for number in range(3)]
        items[forged_at] = {**items[forged_at], "success": "false"}
        assert deliver(site, standard_body(*items)) == 401
        assert kept() == []

    @pytest.mark.parametrize(
        "signature", [None, "", "é", "\ud800", "=", 0, [], {}, True, "A" * 50_000, "\x00"], ids=repr
    )
    def test_an_odd_signature_is_refused(self, site: Site, kept: Kept, signature: Any) -> None:
        item = authorisation(PSP) | {"additionalData": {"hmacSignature": signature}}
        assert deliver(site, standard_body(item)) == 401
        assert kept() == []

    @pytest.mark.parametrize("live", ["true", "", "FALSE"])
    def test_a_notification_of_another_environment_is_refused(
        self, site: Site, kept: Kept, live: str
    ) -> None:
        assert deliver(site, standard_body(authorisation(PSP), live=live)) == 401
        assert kept() == []

    def test_half_a_character_beside_a_genuine_signature_is_refused(
        self, site: Site, kept: Kept
    ) -> None:
        """What is not signed can be changed by whoever holds a genuine item."""
        item = authorisation(PSP) | {"reason": "\ud800"}
        assert deliver(site, standard_body(item)) == 401
        assert kept() == []


class TestMalformed:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b"7",
            b'"text"',
            b"{",
            b"{}",
            b"<xml/>",
            b"NaN",
            b"[" * 100_000,
            b'{"a":' * 20_000,
            b'{"live":"false"}',
            b'{"live":"false","notificationItems":null}',
            b'{"live":"false","notificationItems":{}}',
            b'{"live":"false","notificationItems":[]}',
            b'{"live":"false","notificationItems":[null]}',
            b'{"live":"false","notificationItems":[{}]}',
            b'{"live":"false","notificationItems":[{"NotificationRequestItem":[]}]}',
            b'{"live":"false","notificationItems":[{"NotificationRequestItem":"x"}]}',
            b'{"amount":' + b"9" * 5_000 + b"}",
        ],
        ids=lambda body: body[:60].decode(),
    )
    def test_it_is_refused(self, site: Site, kept: Kept, body: bytes) -> None:
        assert deliver(site, body) == 400
        assert kept() == []

    def test_an_oversized_body_is_refused_before_it_is_read(self, site: Site, kept: Kept) -> None:
        body = standard_body(authorisation(PSP, reason="x" * A_QUARTER_MEGABYTE))
        assert deliver(site, body) == 413
        assert kept() == []

    def test_more_items_than_the_provider_sends_are_refused(self, site: Site) -> None:
        assert deliver(site, standard_body(*[authorisation(PSP)] * 21)) == 400

    @pytest.mark.parametrize("changes", [{"eventCode": ""}, {"pspReference": "P" * 101}], ids=str)
    def test_a_genuine_item_without_a_name_is_refused(
        self, site: Site, kept: Kept, changes: dict[str, str]
    ) -> None:
        item = authorisation(changes.get("pspReference", PSP), **changes)
        assert deliver(site, standard_body(item)) == 400
        assert kept() == []

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", ""])
    def test_another_type_of_content_is_refused(self, site: Site, content_type: str) -> None:
        body = standard_body(authorisation(PSP))
        assert 400 <= deliver(site, body, **{"content-type": content_type}) < 500


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    item=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(max_size=20), inner, max_size=4)
            | st.fixed_dictionaries(
                {"additionalData": inner, "amount": inner, "eventCode": inner, "success": inner}
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_comes_is_refused_and_never_fails(site: Site, kept: Kept, item: Any) -> None:
    assert deliver(site, standard_body(item)) in (400, 401)
    assert kept() == []
