"""Asks the table when something is due next: the time machine's only question to it."""

from datetime import datetime
from typing import Any, Final

INDEX: Final = "agenda"
PARTITIONS: Final = "AGENDA#"
INSTANT_LENGTH: Final = len("2027-02-27T23:00:00Z")


def next_due_at(client: Any, table_name: str, *, after: datetime) -> datetime | None:
    """The earliest instant after `after` at which an item of the agenda is due; None when none.

    The index is sparse and holds keys alone, so one page of it is some thousands of entries: read
    whole, it costs a sandbox less than a question to each of its sixteen shards. What is parked
    stands there too, and is due to nobody.
    """
    pages = client.get_paginator("scan").paginate(TableName=table_name, IndexName=INDEX)
    instants = (
        datetime.fromisoformat(item["gsk"]["S"][:INSTANT_LENGTH])
        for page in pages
        for item in page["Items"]
        if item["gpk"]["S"].startswith(PARTITIONS)
    )
    return min((at for at in instants if at > after), default=None)
