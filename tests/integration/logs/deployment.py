"""A whole deployment in this process: real adapters, real handlers, the provider's simulator."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email import message_from_string
from email.policy import default
from typing import TYPE_CHECKING, Any, Final

import boto3

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.application.ports import Ids
from chalicelib.bootstrap import Container, use
from chalicelib.entrypoints import queues, streams
from infra.local.adyen import Options, Simulator
from tests.fakes import KEYS, OPENING, FakeAccounts, FakeClock
from tests.fakes_stream import TableStream
from tests.integration.http.site import SETTINGS, request

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

REGION: Final = "eu-west-3"
ROUNDS_MAX = 30
API_KEY = "AQEsim-api-key-of-the-log-scan"
SITE = "http://localhost:8000"
OPTIONS = Options(
    port=0, frozen_at=OPENING, api_key=API_KEY, webhook_url=f"{SITE}/webhooks/adyen",
    token_webhook_url=f"{SITE}/webhooks/adyen/tokens", hmac_key=KEYS.standard_hmac[0],
    token_hmac_key=KEYS.token_hmac[0], webhook_user=KEYS.webhook_user,
    webhook_password=KEYS.webhook_password,
)  # fmt: skip
SECRET = {
    "adyen_api_key": API_KEY,
    "adyen_hmac_keys": list(KEYS.standard_hmac),
    "adyen_token_hmac_keys": list(KEYS.token_hmac),
    "webhook_user": KEYS.webhook_user,
    "webhook_password": KEYS.webhook_password,
    "link_key": KEYS.link,
    "identity_key": KEYS.identity,
    "platform_key": KEYS.platform,
}
CONSUMERS: Mapping[str, Callable[[Mapping[str, Any]], queues.Failures]] = {
    "numbering": queues.number_records,
    "documents": queues.write_document_records,
    "mail": queues.send_mail_records,
}


def receive(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The provider's notifications arrive at our routes."""
    path = url.removeprefix(SITE)
    return request("POST", path, body, headers, "203.0.113.200").status


@dataclass
class Deployment:
    """The container of the deployment, and what carries work from one function to the next."""

    container: Container
    provider: Simulator
    stream: TableStream
    addresses: Mapping[str, str]

    def rest(self) -> None:
        """Deliver, relay and work until nothing is left."""
        for _ in range(ROUNDS_MAX):
            done = self.provider.deliver_pending().delivered
            records = self.stream._records()
            if records:
                streams.relay_records({"Records": records})
            done += len(records) + sum(self._work(name) for name in CONSUMERS)
            if not done:
                return
        raise AssertionError("no rest")

    def _work(self, name: str) -> int:
        sqs = boto3.client("sqs", REGION)
        url = self.addresses[name]
        taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        if taken:
            records = [{"messageId": m["MessageId"], "body": m["Body"]} for m in taken]
            CONSUMERS[name]({"Records": records})
        for message in taken:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(taken)

    def text_of_mails(self) -> str:
        """The words of the mails that the relay took, oldest first."""
        from moto.backends import get_backend  # noqa: PLC0415 - moto stands in for the cloud

        sent = get_backend("ses")["123456789012"][REGION].sent_messages
        return "\n".join(_words(message) for message in sent)


def _words(message: Any) -> str:
    """The plain text of a mail as moto keeps it: whole when it has attachments."""
    if not hasattr(message, "raw_data"):
        return str(message.body)
    plain = message_from_string(message.raw_data, policy=default).get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


def deploy(
    provider: Simulator,
    dynamodb: "DynamoDBClient",
    streams_client: "DynamoDBStreamsClient",
    table: str,
    ids: Ids,
) -> Deployment:
    """Every resource, and the real container on them; time, table and passwords are given."""
    addresses = {name: _queue(name) for name in ("agenda", "numbering", "documents", "mail")}
    boto3.client("s3", REGION).create_bucket(
        Bucket="papers", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    boto3.client("secretsmanager", REGION).create_secret(
        Name="tacite", SecretString=json.dumps(SECRET)
    )
    boto3.client("sesv2", REGION).create_email_identity(EmailIdentity=SETTINGS.mail_from)
    settings = replace(
        SETTINGS, environment="sandbox", bucket_name="papers", secret_id="tacite",
        adyen_checkout_url=provider.checkout_url,
        agenda_queue_url=addresses["agenda"],
        numbering_queue_url=addresses["numbering"],
        documents_queue_url=addresses["documents"],
        mail_queue_url=addresses["mail"],
    )  # fmt: skip
    container = Container(settings)
    clock = FakeClock(OPENING)
    store = DynamoStore(dynamodb, table, ids)
    vars(container).update(clock=clock, store=store, accounts=FakeAccounts())
    use(container)
    return Deployment(container, provider, TableStream(dynamodb, streams_client, table), addresses)


def _queue(name: str) -> str:
    fifo = name == "numbering"
    return boto3.client("sqs", REGION).create_queue(
        QueueName=f"{name}.fifo" if fifo else name,
        Attributes={"FifoQueue": "true"} if fifo else {},
    )["QueueUrl"]
