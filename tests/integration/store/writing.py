"""The writes that the tests of the store share."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.application.ports import Store
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.kernel.change import Change, Insert, Stamp
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.value import Entity
from tests.fakes_things import SUBSCRIPTION_ID

AT = datetime(2026, 11, 5, 4, tzinfo=UTC)
FAR = datetime(2030, 1, 1, tzinfo=UTC)
SHARD = shard(SUBSCRIPTION_ID)
KEY = DueKey(subscription_id=SUBSCRIPTION_ID, period=1)


def put(store: Store, *entities: Entity) -> None:
    """Insert each thing by a commit of its own."""
    for entity in entities:
        store.commit(Change((Insert(entity),)))


def a_stamp(**changes: Any) -> Stamp:
    """The digest of the sample due item's file."""
    return replace(Stamp(key=KEY, mark="sha256", facts={"sha256": "a" * 64}), **changes)
