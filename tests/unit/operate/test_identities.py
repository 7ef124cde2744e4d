"""Who calls is proved by the identity service, for this request and a few minutes alone."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from chalicelib.adapters.identities import SUBJECT_HEADER, host_of, proven_caller, subject_of
from chalicelib.domain.kernel.errors import Forbidden
from infra.operate.reaching import proof_of

REGION = "eu-west-3"
ACCOUNT = "111122223333"
ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/proposer/ada"
REQUEST = {"id": "01JD", "command": "re-drive", "arguments": {"item": "x"}, "why": "é"}


class Service:
    """The identity service: it knows the caller of whatever is signed for the header it gets."""

    def __init__(self, signed_for: str, *, arn: str = ARN, account: str = ACCOUNT) -> None:
        self.signed_for = signed_for
        self.told = {"Arn": arn, "Account": account, "UserId": "AROA:ada"}
        self.asked: list[str] = []

    def __call__(self, url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        self.asked.append(url)
        if headers[SUBJECT_HEADER] != self.signed_for:
            return 403, b'{"Error": {"Code": "SignatureDoesNotMatch"}}'
        result = {"GetCallerIdentityResult": self.told}
        return 200, json.dumps({"GetCallerIdentityResponse": result}).encode()


@pytest.fixture
def proof() -> str:
    """What the command line signs, with keys that open nothing."""
    session = boto3.Session(
        aws_access_key_id="AKIATEST", aws_secret_access_key="test", region_name=REGION
    )
    return proof_of(session, REQUEST)


def caller(proof: str, service: Any, request: Mapping[str, Any] = REQUEST) -> str:
    return proven_caller(proof, request, region=REGION, account=ACCOUNT, fetch=service)


def test_whoever_signed_the_request_is_the_caller(proof: str) -> None:
    service = Service(subject_of(REQUEST))
    assert caller(proof, service) == ARN
    assert service.asked == [proof]


def test_the_command_line_signs_the_digest_for_a_minute(proof: str) -> None:
    query = parse_qs(urlsplit(proof).query)
    assert query["X-Amz-SignedHeaders"] == [f"host;{SUBJECT_HEADER}"]
    assert query["X-Amz-Expires"] == ["60"]
    assert urlsplit(proof).netloc == host_of(REGION)
    signed_at = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert signed_at.tzinfo is UTC


def test_the_proof_itself_is_no_part_of_what_is_signed(proof: str) -> None:
    sent = {**REQUEST, "who": {"proof": proof}}
    assert subject_of(sent) == subject_of(REQUEST)


def test_a_proof_of_another_request_is_none(proof: str) -> None:
    """Overheard, it serves for nothing else."""
    service = Service(subject_of(REQUEST))
    with pytest.raises(Forbidden):
        caller(proof, service, {**REQUEST, "command": "write-off"})


def test_an_identity_of_another_account_is_none(proof: str) -> None:
    service = Service(subject_of(REQUEST), account="999999999999")
    with pytest.raises(Forbidden):
        caller(proof, service)


@pytest.mark.parametrize("body", [b"", b"<xml/>", b"[]", b'{"GetCallerIdentityResponse": {}}'])
def test_an_answer_that_names_nobody_is_none(proof: str, body: bytes) -> None:
    with pytest.raises(Forbidden):
        caller(proof, lambda url, headers: (200, body))


@pytest.mark.parametrize(
    "change",
    [
        ("https://sts.eu-west-3.amazonaws.com", "https://sts.eu-west-3.amazonaws.com.evil.example"),
        ("https://sts.", "https://ada@sts."),
        ("https://", "http://"),
        ("sts.eu-west-3", "sts.us-east-1"),
        ("amazonaws.com/", "amazonaws.com:8443/"),
        ("amazonaws.com/", "amazonaws.com/x"),
        ("Action=GetCallerIdentity", "Action=GetSessionToken"),
        ("Action=GetCallerIdentity", "Action=GetCallerIdentity&Action=AssumeRole"),
        ("X-Amz-Expires=60", "X-Amz-Expires=3600"),
        ("X-Amz-Expires=60", "X-Amz-Expires=soon"),
        (f"host%3B{SUBJECT_HEADER}", "host"),
        ("Version=", "&&Version="),
        ("https://", "https://["),
    ],
    ids=lambda change: change[1],
)
def test_no_other_address_is_ever_asked(proof: str, change: tuple[str, str]) -> None:
    assert change[0] in proof

    def never(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        raise AssertionError(url)

    with pytest.raises(Forbidden):
        caller(proof.replace(*change), never)


@pytest.mark.parametrize(
    "proof", ["", "nonsense", "https://sts.eu-west-3.amazonaws.com/?" + "a" * 5000]
)
def test_nonsense_proves_nobody(proof: str) -> None:
    with pytest.raises(Forbidden):
        caller(proof, lambda url, headers: (200, b"{}"))
