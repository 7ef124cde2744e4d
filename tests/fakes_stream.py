"""The stream of a real table, read to its end as its consumer would."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.dynamodb import codec, keys
from tests.fakes_store import Committed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient


@dataclass
class TableStream:
    """What was committed to a table, in the same words as `FakeStore.committed`."""

    dynamodb: "DynamoDBClient"
    streams: "DynamoDBStreamsClient"
    table: str
    _iterators: dict[str, str] = field(default_factory=dict)

    def drain(self) -> tuple[Committed, ...]:
        """Everything since the last call, oldest first within an item."""
        return tuple(committed(record) for record in self._records())

    def _records(self) -> list[Any]:
        found: list[Any] = []
        for shard_id in self._shards():
            more = True
            while more:
                reply = self.streams.get_records(ShardIterator=self._iterators[shard_id])
                found += reply["Records"]
                self._iterators[shard_id] = reply["NextShardIterator"]
                more = bool(reply["Records"])
        return found

    def _shards(self) -> list[str]:
        arn = self.dynamodb.describe_table(TableName=self.table)["Table"]["LatestStreamArn"]
        shards = self.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        for shard in shards:
            if shard["ShardId"] not in self._iterators:
                reply = self.streams.get_shard_iterator(
                    StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
                )
                self._iterators[shard["ShardId"]] = reply["ShardIterator"]
        return [shard["ShardId"] for shard in shards]


def committed(record: Any) -> Committed:
    """One record of the stream."""
    change = record["dynamodb"]
    key = keys.Key(change["Keys"]["pk"]["S"], change["Keys"]["sk"]["S"])
    image = change.get("NewImage")
    if image is None:
        return Committed(key, None)
    return Committed(key, codec.decode(image), codec.events_of(image))
