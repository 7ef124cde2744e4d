"""What a renewal, an order and a notification cost in units of the table.

    python -m infra.bench.units > docs/benchmarks/units.md

The embedded database counts as the real one bills. Ten subscriptions fall due on one day and go
from the sweep to the mail: alone, among a thousand others, among ten thousand.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from chalicelib.adapters.dynamodb import codec
from chalicelib.application.ports import Ids
from chalicelib.domain.billing.renewal import due_item
from chalicelib.domain.kernel.ids import sortable_id
from infra.local import engine as embedded
from tests.fakes import OPENING, FakeClock, FakeIds
from tests.fakes_things import a_subscription
from tests.table import create_table
from tests.world import on_table
from tests.world_site import open_site, order_to_payment_page
from tests.world_units import Cost, Counter, RenewalCosts, item_bytes, renewal_costs

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

BATCH: Final = 10
OTHERS: Final = (0, 1_000, 10_000)
WRITES_AT_ONCE: Final = 25
WRITE_UNITS_MAX: Final = 14


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the page; 1 when a renewal is over its budget or its cost grows with the table."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    ids = FakeIds(FakeClock(OPENING))  # the database remembers the tokens of every table
    with embedded.running() as engine:
        dynamodb, streams = _client("dynamodb", engine), _client("dynamodbstreams", engine)
        growth = {others: _measured(dynamodb, streams, ids, others) for others in OTHERS}
        create_table(dynamodb, "orders")
        asked = order_to_payment_page(open_site(dynamodb, "orders"))
        bytes_max = _bytes_max(dynamodb, _table(0))
    print(_page(growth, asked, bytes_max))
    is_flat = len({_figures(costs.applied) for costs in growth.values()}) == 1
    is_within = all(costs.applied.write_units <= WRITE_UNITS_MAX for costs in growth.values())
    return int(not (is_flat and is_within))


def _client(service: str, engine: embedded.Engine) -> Any:
    # the database names its stream's shards shorter than the client thinks possible
    return boto3.client(
        service,  # type: ignore[call-overload]  # by name
        endpoint_url=engine.endpoint,
        region_name=embedded.REGION,
        aws_access_key_id="bench",
        aws_secret_access_key="bench",  # noqa: S106 - the embedded database takes any
        config=Config(parameter_validation=False),
    )


def _table(others: int) -> str:
    return f"among-{others}"


def _measured(
    dynamodb: "DynamoDBClient", streams: "DynamoDBStreamsClient", ids: Ids, others: int
) -> RenewalCosts:
    name, counter = _table(others), Counter()
    create_table(dynamodb, name)
    _inhabit(dynamodb, name, others)
    world = on_table(dynamodb, streams, name, ids, meter=counter)
    return renewal_costs(world, counter, BATCH)


def _inhabit(dynamodb: "DynamoDBClient", table: str, count: int) -> None:
    """Put other subscriptions into the table, each with a period due on another day."""
    items = _others(count)
    while some := list(islice(items, WRITES_AT_ONCE)):
        requests: Any = [{"PutRequest": {"Item": item}} for item in some]
        left = dynamodb.batch_write_item(RequestItems={table: requests})["UnprocessedItems"]
        assert not left, "the embedded database never throttles"


def _others(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        anchor_on = (OPENING + timedelta(days=1 + number % 25)).date()
        owner = a_subscription(id=sortable_id(OPENING, number + 10**6), anchor_on=anchor_on)
        for thing in (owner, due_item(owner, 2)):
            yield codec.encode(thing, commit="bench")


def _bytes_max(dynamodb: "DynamoDBClient", table: str) -> dict[str, int]:
    """The largest due item and subscription of a table."""
    largest = {"DUE": 0, "SUB": 0}
    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            kind = str(item["sk"]["S"]).partition("#")[0]
            if kind in largest:
                largest[kind] = max(largest[kind], item_bytes(dict(item)))
    return largest


def _page(
    growth: dict[int, RenewalCosts],
    asked: dict[str, list[tuple[str, float]]],
    bytes_max: dict[str, int],
) -> str:
    alone = growth[0]
    steps = "\n".join(f"| {name} | {_figures(cost)} |" for name, cost in alone.steps.items())
    orders = "\n".join(f"| {name} | {_asked(each)} |" for name, each in asked.items())
    grown = "\n".join(
        f"| {others:,} | {_figures(costs.applied)} |" for others, costs in growth.items()
    )
    return f"""# Units of the table

Counted by the embedded database, which bills as DynamoDB does. Made by
`python -m infra.bench.units`.

## A renewal

{BATCH} subscriptions fall due on one day and are renewed from the sweep to the mail; each figure
is the part of one of them. The budget is {WRITE_UNITS_MAX} write units and 3 read units, the
provider's webhook request apart.

| Step | Reads | Read units | Writes | Write units |
| --- | ---: | ---: | ---: | ---: |
{steps}
| **all but the notification** | {_figures(alone.alone)} |
| **with the notification kept** | {_figures(alone.kept)} |
| **with the notification kept and applied** | {_figures(alone.applied)} |

A sweep asks sixteen shards, half a read unit each, whether much is due or nothing: its part in a
renewal is 8 read units divided by how many are due. The renewal itself reads 2.6 units, so the
budget of 3 is held from twenty renewals a day on, and missed by 0.4 at ten.

The largest due item at the end of its life is {bytes_max["DUE"]} bytes, the largest subscription
{bytes_max["SUB"]}; over 1,024 a write would cost two units.

## Growth

The same ten renewals, notification applied, with other subscriptions in the table.

| Others in the table | Reads | Read units | Writes | Write units |
| ---: | ---: | ---: | ---: | ---: |
{grown}

## An order

From the form to the payment page, request by request; the payment page makes the one call to the
provider.

| Request | Reads | Read units | Writes | Write units |
| --- | ---: | ---: | ---: | ---: |
{orders}

A notification on the HTTP path is one conditional put of one write unit, and nothing else."""


def _asked(each: list[tuple[str, float]]) -> str:
    counter = Counter()
    for operation, units in each:
        counter(operation, units)
    return _figures(counter.taken())


def _figures(cost: Cost) -> str:
    parts = (cost.reads, cost.read_units, cost.writes, cost.write_units)
    return " | ".join(f"{part:.2f}".rstrip("0").rstrip(".") for part in parts)


if __name__ == "__main__":
    sys.exit(main())
