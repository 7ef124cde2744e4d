"""News for the learning platform, on EventBridge."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "tacite"
BATCH_MAX = 10


class NotPublished(Exception):
    """The bus did not take an event; the stream will deliver it again."""


@dataclass(frozen=True, slots=True)
class EventBridgeBus:
    """The `EventBus` port."""

    client: "EventBridgeClient"
    name: str

    def publish(self, events: tuple[Mapping[str, object], ...]) -> None:
        for start in range(0, len(events), BATCH_MAX):
            batch = events[start : start + BATCH_MAX]
            answer = self.client.put_events(
                Entries=[
                    {
                        "Source": SOURCE,
                        "DetailType": str(event["event"]),
                        "Detail": json.dumps(event, separators=(",", ":")),
                        "EventBusName": self.name,
                    }
                    for event in batch
                ]
            )
            if answer["FailedEntryCount"]:
                raise NotPublished
