"""Asks the table when something is due next: the time machine's only question to it."""

from datetime import UTC, datetime
from typing import Any, Final

SHARDS: Final = 16
INDEX: Final = "agenda"
INSTANT_LENGTH: Final = len("2027-02-27T23:00:00Z")


def next_due_at(client: Any, table_name: str, *, after: datetime) -> datetime | None:
    """The earliest instant after `after` at which an item of the agenda is due; None when none.

    One key of each of the sixteen shards is read, whatever the size of the table.
    """
    found = [
        instant
        for shard in range(SHARDS)
        if (instant := _first(client, table_name, shard, after)) is not None
    ]
    return min(found, default=None)


def _first(client: Any, table_name: str, shard: int, after: datetime) -> datetime | None:
    answer = client.query(
        TableName=table_name,
        IndexName=INDEX,
        KeyConditionExpression="gpk = :shard AND gsk > :after",
        ExpressionAttributeValues={
            ":shard": {"S": f"AGENDA#{shard:02d}"},
            # what follows the instant in a key starts with #, which sorts before ~
            ":after": {"S": f"{after.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}~"},
        },
        Limit=1,
    )
    for item in answer["Items"]:
        return datetime.fromisoformat(item["gsk"]["S"][:INSTANT_LENGTH])
    return None
