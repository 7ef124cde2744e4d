"""The same shelf of papers twice: in memory, and in a bucket."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from chalicelib.adapters.files import S3Files
from chalicelib.application.ports import Files
from chalicelib.domain.kernel.errors import NotFound
from tests.fakes import FakeFiles

BUCKET = "papers"
REGION = "eu-west-3"


@pytest.fixture(params=["memory", "s3"])
def files(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    """Each test of the contract runs on both."""
    if request.param == "memory":
        yield FakeFiles()
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client = boto3.client("s3", region_name=REGION)
        place = {"LocationConstraint": REGION}
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)  # type: ignore[arg-type]
        yield S3Files(client, BUCKET)


def test_a_name_that_is_taken_stays_as_it_was(files: Files) -> None:
    assert files.put_once("a/1.pdf", b"one", "application/pdf")
    assert not files.put_once("a/1.pdf", b"two", "application/pdf")
    assert files.get("a/1.pdf") == b"one"


def test_what_is_not_there_is_not_found(files: Files) -> None:
    with pytest.raises(NotFound):
        files.get("a/1.pdf")


def test_names_of_a_folder_come_in_order_from_any_of_them_on(files: Files) -> None:
    for name in ("b/2.json", "b/2.pdf", "b/10.pdf", "a/9.pdf", "b/1.pdf", "c/1.pdf"):
        files.put_once(name, b"", "application/pdf")
    assert list(files.names("b/")) == ["b/1.pdf", "b/10.pdf", "b/2.json", "b/2.pdf"]
    assert list(files.names("b/", after="b/10.pdf")) == ["b/2.json", "b/2.pdf"]
    assert list(files.names("d/")) == []


def test_more_names_than_one_page_holds(files: Files) -> None:
    for number in range(1_001):
        files.put_once(f"a/{number:04}", b"", "text/plain")
    assert list(files.names("a/")) == [f"a/{number:04}" for number in range(1_001)]
