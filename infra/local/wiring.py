"""Wires containers and pump to what was deployed, by reading it back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from infra.local.aws import CREDENTIALS, REGION, client
from infra.local.containers import Function
from infra.local.deployment import Deployment
from infra.local.engine import Engine
from infra.local.ports import Ports
from infra.local.sources import QueueSource, Source, StreamSource, mapping_of


def functions(deployed: Deployment, database: Engine, ports: Ports) -> dict[str, Function]:
    """The functions as deployed, their clients pointed at the emulators."""
    endpoints = {
        "AWS_ENDPOINT_URL": deployed.endpoint,
        "AWS_ENDPOINT_URL_DYNAMODB": database.endpoint,
        "AWS_ENDPOINT_URL_SESV2": f"http://localhost:{ports.front}/sandbox/ses",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }
    return {
        handler: replace(function, environment={**function.environment, **endpoints})
        for handler, function in deployed.functions().items()
    }


def copy_table(deployed: Deployment, database: Engine) -> str:
    """Create the template's table in the engine, under the name that it has in the stack."""
    name = deployed.names["Table"]
    table = client("dynamodb", deployed.endpoint).describe_table(TableName=name)["Table"]
    indexes = [
        {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
        for index in table["GlobalSecondaryIndexes"]
    ]
    client("dynamodb", database.endpoint).create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=table["AttributeDefinitions"],
        KeySchema=table["KeySchema"],
        GlobalSecondaryIndexes=indexes,
        StreamSpecification=table["StreamSpecification"],
    )
    return name


def sources(deployed: Deployment, database: Engine, table_name: str) -> list[Source]:
    """One source for each deployed event source mapping."""
    handlers = {function.name: name for name, function in deployed.functions().items()}
    urls = {
        url.rsplit("/", 1)[-1]: url for url in deployed.names.values() if url.startswith("http://")
    }
    found: list[Source] = []
    for described in deployed.mappings():
        mapping = mapping_of(described, handlers[described["FunctionArn"].rsplit(":", 1)[-1]])
        origin = described["EventSourceArn"]
        if ":sqs:" in origin:
            queue = client("sqs", deployed.endpoint)
            url = urls[origin.rsplit(":", 1)[-1]]
            found.append(QueueSource(queue, url, origin, mapping))
        else:
            place = Abandoned(client("s3", deployed.endpoint), mapping.failures)
            table = client("dynamodb", database.endpoint).describe_table(TableName=table_name)
            arn = table["Table"]["LatestStreamArn"]
            streams = client("dynamodbstreams", database.endpoint)
            found.append(StreamSource(streams, arn, mapping, place.keep))
    return found


@dataclass
class Abandoned:
    """Where stream records go whose tries are spent: the bucket that the mapping names."""

    client: Any
    destination: str | None
    count: int = 0

    def keep(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Write the records whole, as the mapping's destination promises."""
        assert self.destination, "the stream's mapping has no place for failures"
        self.count += 1
        first = records[0]["dynamodb"]["SequenceNumber"]
        self.client.put_object(
            Bucket=self.destination.rsplit(":", 1)[-1],
            Key=f"aws/lambda/stream/{first}-{self.count}.json",
            Body=json.dumps(list(records), default=str).encode(),
        )
