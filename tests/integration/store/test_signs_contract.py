"""Counts of first payments and signs of life, in memory and on the table."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.store import TRIES_KEPT, DynamoStore
from chalicelib.application.ports import Ids, Store
from chalicelib.domain.billing.guards import opened
from chalicelib.domain.kernel.beat import Beat
from chalicelib.domain.kernel.change import Change, Insert
from chalicelib.domain.selling.throttle import Tries, hour_of
from tests.integration.store.conftest import Kept

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 5, 4, 20, 7, tzinfo=UTC)
NEXT_HOUR = NOW + timedelta(hours=1)


def test_tries_are_counted_in_their_hour(store: Store) -> None:
    assert store.tries("all", NOW) is None
    store.note_try("all", NOW, refused=1)
    store.note_try("all", NOW + timedelta(minutes=39), refused=1)
    store.note_try("all", NOW, paid=1)
    store.note_try("all", NEXT_HOUR, refused=1)
    counted = Tries(subject="all", hour_at=hour_of(NOW), refused=2, paid=1, version=3)
    assert store.tries("all", NOW) == counted
    later = store.tries("all", NEXT_HOUR)
    assert later is not None
    assert (later.refused, later.paid) == (1, 0)


def test_no_try_is_lost_among_many(store: Store) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: store.note_try("all", NOW, refused=1), range(32)))
    tries = store.tries("all", NOW)
    assert tries is not None
    assert tries.refused == 32


def test_brake_and_tries_come_in_one_read(store: Store) -> None:
    assert store.before_payment(("mailbox#m", "address#a"), NOW) == (None, ())
    brake = opened(store.identity(), NOW)
    store.commit(Change((Insert(brake),)))
    store.note_try("address#a", NOW, refused=1)
    store.note_try("address#b", NOW, refused=1)
    store.note_try("mailbox#m", NEXT_HOUR, refused=1)
    found, tries = store.before_payment(("mailbox#m", "address#a"), NOW)
    assert found == brake
    assert tries == (store.tries("address#a", NOW),)


def test_a_sign_of_life_replaces_the_one_before(store: Store) -> None:
    assert store.last_beat("sweep") is None
    store.beat("sweep", NOW)
    store.beat("sweep", NEXT_HOUR)
    store.beat("notice", NOW)
    assert store.last_beat("sweep") == Beat(name="sweep", at=NEXT_HOUR, version=2)


def test_the_stream_carries_them_like_everything_else(kept: Kept) -> None:
    """And nothing rides on them."""
    kept.store.note_try("all", NOW, refused=1)
    assert (kept.last().entity, kept.last().events) == (kept.store.tries("all", NOW), ())
    kept.store.beat("sweep", NOW)
    assert kept.last().entity == kept.store.last_beat("sweep")


def test_the_table_forgets_tries_after_some_days(
    dynamodb: "DynamoDBClient", table: str, commit_ids: Ids
) -> None:
    """By the attribute that the template names."""
    DynamoStore(dynamodb, table, commit_ids).note_try("all", NOW, refused=1)
    key = keys.tries("all", hour_of(NOW))
    named = {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
    item = dynamodb.get_item(TableName=table, Key=named)["Item"]
    assert item["expires_at"]["N"] == str(int((NOW + TRIES_KEPT).timestamp()))
