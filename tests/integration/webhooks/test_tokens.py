"""Notifications about stored methods: the whole body is signed, and read only after that."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.webhooks.conftest import Kept
from tests.world_site import Site
from tests.world_webhooks import token_headers, webhook_headers

PATH = "/webhooks/adyen/tokens"
DATA = Path(__file__).parents[2] / "data/adyen/webhooks"
SAMPLES = sorted(DATA.glob("recurring.token.*.json"))
DOCUMENT: dict[str, Any] = {
    "createdAt": "2026-10-05T11:30:00+02:00",
    "environment": "test",
    "eventId": "QBQQ9DLNRHHKGK38",
    "type": "recurring.token.created",
    "version": "1",
    "data": {
        "merchantAccount": "ClairiereECOM",
        "operation": "created",
        "shopperReference": "01JDABCDEFGHJKMNPQRSTVWXYZ",
        "storedPaymentMethodId": "M5N7TQ4TG5PFWR50",
        "type": "visa",
    },
}


def body_of(document: Any) -> bytes:
    """A document as it travels."""
    return json.dumps(document).encode()


def deliver(site: Site, body: bytes) -> int:
    """Deliver a body under its own signature; the status."""
    return int(site.send(PATH, body, token_headers(body)).status_code)


def test_it_is_kept_once(site: Site, kept: Kept) -> None:
    for _ in range(3):
        assert deliver(site, body_of(DOCUMENT)) == 202
    (notification,) = kept()
    assert json.loads(notification.raw) == DOCUMENT
    assert notification.success == "M5N7TQ4TG5PFWR50"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_every_published_sample_is_kept_when_signed(site: Site, kept: Kept, sample: Path) -> None:
    content = sample.read_bytes()
    assert deliver(site, content) == 202
    (notification,) = kept()
    assert json.loads(notification.raw) == json.loads(content)


def test_there_are_samples() -> None:
    assert len(SAMPLES) == 4


@pytest.mark.parametrize("signature", ["", "é", "AAAA", "=", "A" * 9_000, "\x00"])
def test_an_odd_signature_is_refused(site: Site, kept: Kept, signature: str) -> None:
    headers = webhook_headers(hmacsignature=signature)
    assert site.send(PATH, body_of(DOCUMENT), headers).status_code == 401
    assert kept() == []


def test_no_signature_is_refused(site: Site, kept: Kept) -> None:
    assert site.send(PATH, body_of(DOCUMENT), webhook_headers()).status_code == 401
    assert kept() == []


def test_one_byte_more_is_refused(site: Site, kept: Kept) -> None:
    body = body_of(DOCUMENT)
    assert site.send(PATH, body + b" ", token_headers(body)).status_code == 401
    assert kept() == []


def test_the_other_endpoint_s_key_is_refused(site: Site, kept: Kept) -> None:
    body = body_of(DOCUMENT)
    headers = token_headers(body, site.ports.keys.standard_hmac[0])
    assert site.send(PATH, body, headers).status_code == 401
    assert kept() == []


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        None,
        DOCUMENT | {"type": 1},
        DOCUMENT | {"eventId": ""},
        DOCUMENT | {"eventId": "E" * 101},
        DOCUMENT | {"data": None},
        DOCUMENT | {"data": []},
        DOCUMENT | {"data": {}},
        DOCUMENT | {"data": {"storedPaymentMethodId": ["x"]}},
    ],
    ids=str,
)
def test_a_signed_document_of_another_shape_is_refused(
    site: Site, kept: Kept, document: Any
) -> None:
    assert deliver(site, body_of(document)) == 400
    assert kept() == []
